"""Standing payers, pay requests and prepaid accounts, as they are read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta

from backend.core.access import Actor, Role
from backend.core.wire import Day, Moment, Response
from backend.payments.lifecycle import requests
from backend.payments.lifecycle.requests import RequestStanding
from backend.payments.lifecycle.standing import Standing
from backend.payments.lifecycle.statuses import PayableStatus, ServiceClass
from backend.payments.queries.standing import standing_of


class StandingPayerDetail(Response):
    """白名单代付: what it is today follows from its dates and from the payer's tie."""

    id: UUID
    person_id: UUID
    payer_id: UUID | None
    institution_id: UUID | None
    institution_name: str | None
    channel: str
    scopes: list[ServiceClass]
    single_cap_fen: int
    month_cap_fen: int
    valid_from: Day
    valid_to: Day
    standing: Standing
    approve_by: Annotated[Moment, Meta(description="the elder says yes before it, or it lapses")]
    approved_by: UUID | None
    approved_at: Moment | None
    recorded_at: Moment

    @classmethod
    def of(cls, row: Any, *, now: datetime) -> Self:
        return cls(
            id=row["id"],
            person_id=row["person"],
            payer_id=row["payer"],
            institution_id=row["institution"],
            institution_name=row["institution_name"],
            channel=row["channel"],
            scopes=[ServiceClass(each) for each in row["scopes"]],
            single_cap_fen=row["single_cap_fen"],
            month_cap_fen=row["month_cap_fen"],
            valid_from=row["valid_from"],
            valid_to=row["until_on"] - row["until_on"].resolution,
            standing=standing_of(row, now=now),
            approve_by=row["approve_by"],
            approved_by=row["approved_by"],
            approved_at=row["approved_at"],
            recorded_at=row["recorded_at"],
        )


class PaymentRequestDetail(Response):
    """代付请求. `recipients` are told to the elder, the guardian and who asked."""

    id: UUID
    payable_id: UUID
    person_id: UUID
    organization_id: UUID
    organization_name: str
    classes: list[ServiceClass]
    total_fen: int
    happened_at: Moment
    recipients: Sequence[UUID]
    standing: RequestStanding
    expires_at: Moment
    recorded_at: Moment

    @classmethod
    def of(cls, row: Any, *, actor: Actor, now: datetime) -> Self:
        only_me = actor.role is Role.RELATIVE
        return cls(
            id=row["id"],
            payable_id=row["payable"],
            person_id=row["person"],
            organization_id=row["organization"],
            organization_name=row["organization_name"],
            classes=[ServiceClass(each) for each in row["classes"]],
            total_fen=row["total_fen"],
            happened_at=row["happened_at"],
            recipients=[actor.person_id] if only_me else list(row["recipients"]),
            standing=requests.standing(
                PayableStatus(row["payable_status"]), expires_at=row["expires_at"], now=now
            ),
            expires_at=row["expires_at"],
            recorded_at=row["recorded_at"],
        )


class PrepaymentDetail(Response):
    """A top-up is a bill of the institution's own: quote and pay it like any other."""

    id: UUID
    institution_id: UUID
    organization_id: UUID
    organization_name: str
    amount_fen: int
    status: PayableStatus
    recorded_at: Moment

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            id=row["id"],
            institution_id=row["institution"],
            organization_id=row["organization"],
            organization_name=row["organization_name"],
            amount_fen=row["total_fen"],
            status=PayableStatus(row["status"]),
            recorded_at=row["recorded_at"],
        )


class PrepaidAccountDetail(Response):
    """预存账户: what is left; the statement says what it was used for."""

    id: UUID
    institution_id: UUID
    institution_name: str
    organization_id: UUID
    organization_name: str
    balance_fen: int

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            id=row["id"],
            institution_id=row["institution"],
            institution_name=row["institution_name"],
            organization_id=row["organization"],
            organization_name=row["organization_name"],
            balance_fen=row["balance_fen"],
        )
