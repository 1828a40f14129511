"""支付宝: cash alone, through `gateway.do` and RSA2.

Placing an app's order is only signing it: the payer's app opens it at 支付宝, which knows of it
from then on. What is paid by a standing agreement (商家扣款) is placed by a call.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from backend.core import clock
from backend.core.money import yuan
from backend.payments.channels import (
    BillLine,
    Forged,
    Notice,
    Placed,
    Placing,
    RefundState,
    Refused,
    State,
    Transient,
)
from backend.payments.channels.alipay import bills
from backend.payments.channels.alipay.app import App, read_moment, shown
from backend.payments.channels.calls import Line
from backend.payments.channels.money import fen_of
from backend.payments.lifecycle.legs import MixType
from backend.payments.lifecycle.statuses import LegStatus

SUBJECT = "居家医疗服务费用"
NOTICE_BYTES_MAX = 2**16  # not policy: none of theirs comes near
ID_LETTERS = 80  # not policy: the width of what is kept of a notice
_FIRST_REFUSAL = 300  # not policy: HTTP
TAKEN = (200, "text/plain", b"success")  # not policy: HTTP
NOT_TAKEN = (200, "text/plain", b"fail")  # not policy: HTTP

_DONE, _RUNS, _AWAY = "10000", "10003", "20000"
_NOT_THERE = "ACQ.TRADE_NOT_EXIST"
_NOT_NOW = frozenset({"ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "isp.unknow-error"})
_CLOSED_ANYWAY = frozenset(
    {_NOT_THERE, "ACQ.TRADE_STATUS_ERROR", "ACQ.REASON_TRADE_STATUS_INVALID"}
)
_NO_BILL = frozenset({"isp.bill_not_exist", "BILL_NOT_EXIST"})

TradeStatus = Literal["WAIT_BUYER_PAY", "TRADE_CLOSED", "TRADE_SUCCESS", "TRADE_FINISHED"]
Id = Annotated[str, Meta(min_length=1, max_length=64)]
T = TypeVar("T")


class _Answer(msgspec.Struct):
    code: str
    sub_code: str = ""


class _Trade(msgspec.Struct, frozen=True):
    out_trade_no: Id
    trade_status: TradeStatus
    trade_no: Id
    total_amount: str
    send_pay_date: str = ""

    def state(self) -> State:
        """:raises ValueError: an amount or a moment that is none"""
        is_paid = bool(self.send_pay_date)
        match self.trade_status:
            case "WAIT_BUYER_PAY":
                status = LegStatus.CREATED
            case "TRADE_CLOSED":  # not paid in time, or all of it given back
                status = LegStatus.REFUND if is_paid else LegStatus.FAIL
            case _:
                status = LegStatus.SUCCESS
        return State(
            out_trade_no=self.out_trade_no,
            mix=status,
            cash=status,
            insurance=LegStatus.NONE,
            is_over=status is not LegStatus.CREATED,
            channel_trade_no=self.trade_no,
            cash_fen=fen_of(self.total_amount),
            paid_at=read_moment(self.send_pay_date) if is_paid else None,
        )


class _Refunded(msgspec.Struct, frozen=True):
    out_trade_no: Id
    fund_change: str = ""


class _RefundAsked(msgspec.Struct, frozen=True):
    out_request_no: str = ""
    refund_status: str = ""
    refund_amount: str = ""


class _BillPlace(msgspec.Struct, frozen=True):
    bill_download_url: Annotated[str, Meta(max_length=2048)]


class Alipay:
    """See `Channel` for what each verb promises."""

    takes = frozenset({MixType.CASH_ONLY})

    def __init__(self, address: str, app: App, *, notices_url: str) -> None:
        self._line = Line(address)
        self._app = app
        self._notices_url = notices_url

    async def place(self, placing: Placing) -> Placed:
        if placing.legs.mix_type not in self.takes:
            raise Refused("CASH_ONLY")
        said = {
            "out_trade_no": placing.out_trade_no,
            "total_amount": yuan(placing.legs.pay_cash_fen),
            "subject": SUBJECT,
        }
        if placing.agreement:
            return await self._take(said, placing.agreement)
        said |= {
            "product_code": "QUICK_MSECURITY_PAY",
            "time_expire": shown(placing.expires_at),
        }
        order = self._app.signed(
            "alipay.trade.app.pay", said, now=clock.now(), notify_url=self._notices_url
        )
        return Placed(pay={"orderString": order})

    async def ask(self, out_trade_no: str, *, expires_at: datetime | None = None) -> State:
        try:
            trade = await self._ask("alipay.trade.query", {"out_trade_no": out_trade_no}, _Trade)
        except Refused as refusal:
            if refusal.code != _NOT_THERE:
                raise
            return _unopened(out_trade_no, expires_at)
        if trade.out_trade_no != out_trade_no:
            raise Transient("another order's")
        try:
            return trade.state()
        except ValueError:
            raise Transient("not in the shape we know") from None

    async def close(self, out_trade_no: str) -> None:
        try:
            await self._ask("alipay.trade.close", {"out_trade_no": out_trade_no}, _Answer)
        except Refused as refusal:
            if refusal.code not in _CLOSED_ANYWAY:
                raise

    async def refund(
        self, *, out_trade_no: str, out_refund_no: str, fen: int, total_fen: int
    ) -> RefundState:
        del total_fen  # it knows
        said = {
            "out_trade_no": out_trade_no,
            "out_request_no": out_refund_no,
            "refund_amount": yuan(fen),
        }
        answer = await self._ask("alipay.trade.refund", said, _Refunded)
        if answer.fund_change == "Y":
            return RefundState(out_refund_no=out_refund_no, status=LegStatus.REFUND, fen=fen)
        return await self.ask_refund(out_trade_no=out_trade_no, out_refund_no=out_refund_no)

    async def ask_refund(self, *, out_trade_no: str, out_refund_no: str) -> RefundState:
        said = {"out_trade_no": out_trade_no, "out_request_no": out_refund_no}
        answer = await self._ask("alipay.trade.fastpay.refund.query", said, _RefundAsked)
        if answer.refund_status != "REFUND_SUCCESS":
            raise Refused("REFUND_NOT_EXIST")
        try:
            fen = fen_of(answer.refund_amount)
        except ValueError:
            raise Transient("not in the shape we know") from None
        return RefundState(out_refund_no=out_refund_no, status=LegStatus.REFUND, fen=fen)

    async def tell_insurance_refund(
        self,
        *,
        out_trade_no: str,
        out_refund_no: str,
        fen: int,
        self_fen: int = 0,
        other_fen: int = 0,
    ) -> None:
        del out_trade_no, out_refund_no, fen, self_fen, other_fen
        raise Refused("CASH_ONLY")

    async def bill(self, day: date) -> Sequence[BillLine]:
        method = "alipay.data.dataservice.bill.downloadurl.query"
        try:
            place = await self._ask(
                method, {"bill_type": "trade", "bill_date": day.isoformat()}, _BillPlace
            )
        except Refused as refusal:
            if refusal.code in _NO_BILL:
                return ()
            raise
        answer = await self._line.fetch(place.bill_download_url, headers={})
        if answer.status >= _FIRST_REFUSAL:
            raise Transient(f"HTTP {answer.status}")
        return bills.read(answer.body)

    def read_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        del headers  # all that is signed stands in the body
        if len(body) > NOTICE_BYTES_MAX:
            raise Forged("length")
        said = self._app.read_form(body, now=now)
        id_ = said.get("notify_id", "")
        if not id_ or said.get("notify_type") != "trade_status_sync":
            raise Forged("content")
        if len(id_) > ID_LETTERS:
            id_ = hashlib.sha256(id_.encode()).hexdigest()
        paid = {"send_pay_date": said["gmt_payment"]} if said.get("gmt_payment") else {}
        try:
            state = msgspec.convert({**said, **paid}, _Trade).state()
        except (msgspec.ValidationError, ValueError):
            raise Forged("content") from None
        return Notice(notice_id=id_, nonce=id_, state=state)

    def answer(self, *, taken: bool) -> tuple[int, str, bytes]:
        return TAKEN if taken else NOT_TAKEN

    async def close_session(self) -> None:
        await self._line.close()

    async def _take(self, said: dict[str, Any], agreement: str) -> Placed:
        said |= {
            "product_code": "GENERAL_WITHHOLDING",
            "agreement_params": {"agreement_no": agreement},
        }
        await self._ask("alipay.trade.pay", said, _Answer, notify_url=self._notices_url)
        return Placed()

    async def _ask(
        self, method: str, said: Mapping[str, Any], shape: type[T], *, notify_url: str = ""
    ) -> T:
        form = self._app.signed(method, said, now=clock.now(), notify_url=notify_url)
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        answer = await self._line.say("POST", "", body=form.encode(), headers=headers)
        try:
            node = self._app.believed(answer.body, method)
        except Forged as reason:
            raise Transient(f"not signed by the channel: {reason.why}") from None
        try:
            first = msgspec.json.decode(node, type=_Answer)
            if first.code in (_DONE, _RUNS):
                return msgspec.json.decode(node, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise Transient("not in the shape we know") from None
        if first.code == _AWAY or first.sub_code in _NOT_NOW:
            raise Transient(first.sub_code or first.code)
        raise Refused(first.sub_code or first.code)


def _unopened(out_trade_no: str, expires_at: datetime | None) -> State:
    is_over = expires_at is not None and clock.now() > expires_at
    status = LegStatus.FAIL if is_over else LegStatus.CREATED
    return State(
        out_trade_no=out_trade_no,
        mix=status,
        cash=status,
        insurance=LegStatus.NONE,
        is_over=is_over,
    )
