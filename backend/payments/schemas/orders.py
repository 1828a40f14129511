"""Quotes, orders and refunds, as a payer sees them: amounts by their source, and how they stand."""

from collections.abc import Mapping
from typing import Annotated, Self
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Meta

from backend.core import crypto
from backend.core.wire import Moment, Response
from backend.payments.lifecycle.legs import Added, MixType, Reduced
from backend.payments.lifecycle.refunds import RefundReason
from backend.payments.lifecycle.statuses import (
    ChannelName,
    LegStatus,
    OrderStatus,
    PayableStatus,
    Payer,
    RefundStatus,
)


class LegsDetail(Response):
    """PY-04: total = gov + self + other + pay_cash + Σ reduce, and so on; fen."""

    gov_fen: Annotated[int, Meta(description="统筹基金")]
    self_fen: Annotated[int, Meta(description="个人账户, one's own and by mutual aid (家庭共济)")]
    aid_fen: Annotated[int, Meta(description="of `self_fen`, from the account of who helps")]
    other_fen: int
    ins_cash_fen: int
    add: list[Added]
    reduce: list[Reduced]
    pay_cash_fen: Annotated[int, Meta(description="what the payer pays now")]
    total_fen: int

    @classmethod
    def of(cls, row: Record) -> Self:
        return cls(
            gov_fen=row["gov_fen"],
            self_fen=row["self_fen"],
            aid_fen=row["aid_fen"],
            other_fen=row["other_fen"],
            ins_cash_fen=row["ins_cash_fen"],
            add=msgspec.json.decode(row["additions"], type=list[Added]),
            reduce=msgspec.json.decode(row["reductions"], type=list[Reduced]),
            pay_cash_fen=row["pay_cash_fen"],
            total_fen=row["total_fen"],
        )


class QuoteDetail(Response):
    """What each source would pay; an order names `number`, and the newest one holds."""

    id: UUID
    payable_id: UUID
    number: int
    uses_mutual_aid: bool
    mix_type: MixType
    legs: LegsDetail
    is_estimated: Annotated[
        bool, Meta(description="ours, as the insurance was away: ask again before you pay (PY-14)")
    ]
    recorded_at: Moment

    @classmethod
    def of(cls, row: Record) -> Self:
        return cls(
            id=row["id"],
            payable_id=row["payable"],
            number=row["number"],
            uses_mutual_aid=row["uses_mutual_aid"],
            mix_type=MixType(row["mix_type"]),
            legs=LegsDetail.of(row),
            is_estimated=row["is_estimated"],
            recorded_at=row["recorded_at"],
        )


class OrderDetail(Response):
    """One try to pay. `pay` is what the phone hands to the channel's app, for its payer alone."""

    id: UUID
    payable_id: UUID
    payer_kind: Payer
    pay_for_relatives: bool
    channel: ChannelName
    out_trade_no: str
    mix_type: MixType
    order_type: str
    legs: LegsDetail
    status: OrderStatus
    mix_status: Annotated[LegStatus, Meta(description="PY-07: of the whole, by the channel")]
    cash_status: LegStatus
    insurance_status: LegStatus
    is_undue: Annotated[bool, Meta(description="too late or twice: it goes back by itself")]
    expires_at: Moment
    paid_at: Moment | None = None
    pay: Mapping[str, str] | None = None

    @classmethod
    def of(cls, row: Record) -> Self:
        """For whoever may know of it."""
        return cls(
            id=row["id"],
            payable_id=row["payable"],
            payer_kind=Payer(row["payer_kind"]),
            pay_for_relatives=row["pay_for_relatives"],
            channel=ChannelName(row["channel"]),
            out_trade_no=row["out_trade_no"],
            mix_type=MixType(row["mix_type"]),
            order_type=row["order_type"],
            legs=LegsDetail.of(row),
            status=OrderStatus(row["status"]),
            mix_status=LegStatus(row["mix_status"]),
            cash_status=LegStatus(row["cash_status"]),
            insurance_status=LegStatus(row["insurance_status"]),
            is_undue=row["is_undue"],
            expires_at=row["expires_at"],
            paid_at=row["paid_at"],
        )

    @classmethod
    def seen(cls, row: Record, is_payer: bool) -> Self:  # noqa: FBT001 - as the query answers
        return cls.to_pay(row) if is_payer else cls.of(row)

    @classmethod
    def to_pay(cls, row: Record) -> Self:
        """For its payer, while it can be paid."""
        detail = cls.of(row)
        if detail.status is OrderStatus.CREATED and row["placed"]:
            opened = crypto.unseal_bytes(row["placed"], "payment_orders.placed")
            detail.pay = msgspec.json.decode(opened, type=dict[str, str]) or None
        return detail


class RefundDetail(Response):
    """Money on its way back, by the legs that paid (PY-08)."""

    id: UUID
    order_id: UUID
    payable_id: UUID
    reason_code: RefundReason
    cash_fen: int
    gov_fen: int
    self_fen: int
    other_fen: int
    status: RefundStatus
    cash_status: LegStatus
    insurance_status: LegStatus
    is_undue: bool
    requested_by: UUID
    recorded_at: Moment
    approved_by: UUID | None = None
    reason: str | None = None
    refunded_at: Moment | None = None

    @classmethod
    def seen(cls, row: Record, is_told: bool) -> Self:  # noqa: FBT001 - as the query answers
        detail = cls.of(row)
        if not is_told:
            detail.reason = None
        return detail

    @classmethod
    def of(cls, row: Record) -> Self:
        return cls(
            id=row["id"],
            order_id=row["payment_order"],
            payable_id=row["payable"],
            reason_code=RefundReason(row["reason_code"]),
            cash_fen=row["cash_fen"],
            gov_fen=row["gov_fen"],
            self_fen=row["self_fen"],
            other_fen=row["other_fen"],
            status=RefundStatus(row["status"]),
            cash_status=LegStatus(row["cash_status"]),
            insurance_status=LegStatus(row["insurance_status"]),
            is_undue=row["is_undue"],
            requested_by=row["requested_by"],
            recorded_at=row["recorded_at"],
            approved_by=row["approved_by"],
            reason=crypto.unseal(row["reason"], "refunds.reason") if row["reason"] else None,
            refunded_at=row["refunded_at"],
        )


class OnDeliveryDetail(Response):
    """到付: whether it is paid at the door."""

    payable_id: UUID
    status: PayableStatus
    total_fen: int

    @classmethod
    def of(cls, row: Record) -> Self:
        return cls(
            payable_id=row["id"],
            status=PayableStatus(row["status"]),
            total_fen=row["total_fen"],
        )
