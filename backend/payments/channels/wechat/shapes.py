"""What WeChat Pay says, as far as we read it, and what it means to us.

What it says of an order is read into `State`: the three statuses of PY-07, never one word.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from backend.payments.channels import RefundState, State
from backend.payments.lifecycle.legs import Fen, MixType
from backend.payments.lifecycle.statuses import LegStatus

TradeNo = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_*|-]{6,64}$(?!\n)")]
Id = Annotated[str, Meta(min_length=1, max_length=64)]
Moment = Annotated[datetime, Meta(tz=True)]

_UNPAID = (LegStatus.FAIL, LegStatus.FAIL, LegStatus.NONE)
_WAITS = (LegStatus.CREATED, LegStatus.CREATED, LegStatus.NONE)
TRADE_STATES = {
    "SUCCESS": (LegStatus.SUCCESS, LegStatus.SUCCESS, LegStatus.NONE),
    "REFUND": (LegStatus.REFUND, LegStatus.REFUND, LegStatus.NONE),
    "NOTPAY": _WAITS,
    "USERPAYING": _WAITS,
    "ACCEPT": _WAITS,
    "CLOSED": _UNPAID,
    "REVOKED": _UNPAID,
    "PAYERROR": _UNPAID,
}
REFUND_STATES = {
    "SUCCESS": LegStatus.REFUND,
    "PROCESSING": LegStatus.CREATED,
    "CLOSED": LegStatus.FAIL,
    "ABNORMAL": LegStatus.FAIL,
}
TradeState = Literal[
    "SUCCESS", "REFUND", "NOTPAY", "USERPAYING", "ACCEPT", "CLOSED", "REVOKED", "PAYERROR"
]
RefundStatus = Literal["SUCCESS", "PROCESSING", "CLOSED", "ABNORMAL"]
Leg = Literal["CREATED", "SUCCESS", "REFUND", "FAIL"]


class Prepaid(msgspec.Struct, frozen=True):
    prepay_id: Id


class TradeAmount(msgspec.Struct, frozen=True):
    total: Fen
    currency: Literal["CNY"] = "CNY"


class Trade(msgspec.Struct, frozen=True):
    """A cash order. `attach` is ours: of which kind the whole order is."""

    appid: str
    mchid: str
    out_trade_no: TradeNo
    trade_state: TradeState
    amount: TradeAmount | None = None
    transaction_id: Id | None = None
    success_time: Moment | None = None
    attach: str = ""

    @property
    def is_half(self) -> bool:
        """Whether an insurance leg stands beside this cash."""
        return self.attach == MixType.CASH_AND_INSURANCE

    def state(self) -> State:
        mix, cash, insurance = TRADE_STATES[self.trade_state]
        return State(
            out_trade_no=self.out_trade_no,
            mix=mix,
            cash=cash,
            insurance=insurance,
            is_over=mix is not LegStatus.CREATED,
            channel_trade_no=self.transaction_id,
            cash_fen=self.amount.total if self.amount and self.transaction_id else None,
            paid_at=self.success_time,
        )

    def half(self) -> State:
        """What the cash alone lets us say of the whole."""
        state = self.state()
        return msgspec.structs.replace(
            state,
            mix=LegStatus.CREATED,
            insurance=LegStatus.CREATED,
            is_over=state.cash is LegStatus.FAIL,
        )


class MixedOrder(msgspec.Struct, frozen=True):
    """An order of 移动医保支付: cash and insurance, or insurance alone."""

    mix_trade_no: Id
    out_trade_no: TradeNo
    mix_pay_status: str
    self_pay_status: str
    med_ins_pay_status: str
    appid: str
    mchid: str = ""
    med_ins_gov_fee: Fen | None = None  # a notice may leave all amounts out
    med_ins_self_fee: Fen | None = None
    med_ins_other_fee: Fen | None = None
    wechat_pay_cash_fee: Fen | None = None
    paid_time: Moment | None = None

    def state(self) -> State:
        """:raises ValueError: for a status that is not documented"""
        mix = _leg(self.mix_pay_status, "MIX_PAY_")
        has_cash = self.self_pay_status != "NO_SELF_PAY"
        has_insurance = self.med_ins_pay_status != "NO_MED_INS_PAY"
        insured = (self.med_ins_gov_fee, self.med_ins_self_fee, self.med_ins_other_fee)
        amounts = (*insured, self.wechat_pay_cash_fee)
        return State(
            out_trade_no=self.out_trade_no,
            mix=mix,
            cash=_leg(self.self_pay_status, "SELF_PAY_") if has_cash else LegStatus.NONE,
            insurance=_leg(self.med_ins_pay_status, "MED_INS_PAY_")
            if has_insurance
            else LegStatus.NONE,
            is_over=mix is not LegStatus.CREATED,
            channel_trade_no=self.mix_trade_no,
            cash_fen=self.wechat_pay_cash_fee,
            insurance_fen=None if None in amounts else sum(fen or 0 for fen in insured),
            paid_at=self.paid_time,
        )

    @property
    def is_paid(self) -> bool:
        return self.mix_pay_status == "MIX_PAY_SUCCESS"

    def waiting(self) -> State:
        """A notice that leaves the amounts out: whoever wants to know asks."""
        return State(
            out_trade_no=self.out_trade_no,
            mix=LegStatus.CREATED,
            cash=LegStatus.CREATED,
            insurance=LegStatus.CREATED,
            is_over=False,
            channel_trade_no=self.mix_trade_no,
        )


class RefundAmount(msgspec.Struct, frozen=True):
    refund: Fen
    total: Fen


class RefundSaid(msgspec.Struct, frozen=True):
    """Answers name its status `status`, notices `refund_status`."""

    out_trade_no: TradeNo
    out_refund_no: TradeNo
    amount: RefundAmount
    status: RefundStatus | None = None
    refund_status: RefundStatus | None = None
    mchid: str = ""

    def state(self) -> RefundState:
        """:raises ValueError: it says neither"""
        said = self.status or self.refund_status
        if said is None:
            raise ValueError("status")
        return RefundState(
            out_refund_no=self.out_refund_no,
            status=REFUND_STATES[said],
            fen=self.amount.refund,
        )


class Sealed(msgspec.Struct, frozen=True):
    algorithm: Literal["AEAD_AES_256_GCM"]
    ciphertext: Annotated[str, Meta(max_length=1_048_576)]
    nonce: Annotated[str, Meta(min_length=12, max_length=12)]
    associated_data: Annotated[str, Meta(max_length=16)] = ""
    original_type: str = ""


class Envelope(msgspec.Struct, frozen=True):
    id: Id
    event_type: Annotated[str, Meta(max_length=40)]
    resource_type: Literal["encrypt-resource"]
    resource: Sealed


class BillPlace(msgspec.Struct, frozen=True):
    download_url: Annotated[str, Meta(max_length=2048)]
    hash_value: str
    hash_type: Literal["SHA1"] = "SHA1"


def unknown(out_trade_no: str) -> State:
    """An order that WeChat Pay never heard of: nobody can pay it."""
    return State(
        out_trade_no=out_trade_no,
        mix=LegStatus.FAIL,
        cash=LegStatus.FAIL,
        insurance=LegStatus.FAIL,
        is_over=True,
    )


def _leg(said: str, head: str) -> LegStatus:
    leg = LegStatus(said.removeprefix(head))
    if not said.startswith(head) or leg is LegStatus.NONE:
        raise ValueError("status")
    return leg
