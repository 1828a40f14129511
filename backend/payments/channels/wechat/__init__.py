"""微信支付 APIv3 and 移动医保支付 2.0.

A cash order is a `transaction` of the app; with an insurance leg it stands beside a `med-ins` order
of the same number, and says so in `attach`, so that its own success is read as the half it is.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar, overload
from urllib.parse import urlsplit

import msgspec

from backend.core import calendar, clock
from backend.payments.channels import (
    BillLine,
    Forged,
    Notice,
    Person,
    Placed,
    Placing,
    RefundState,
    Refused,
    State,
    Transient,
    signing,
)
from backend.payments.channels.calls import Answer, Line
from backend.payments.channels.insurance import Institution
from backend.payments.channels.wechat import bills, notices
from backend.payments.channels.wechat.merchant import Merchant, new_nonce
from backend.payments.channels.wechat.shapes import (
    BillPlace,
    MixedOrder,
    Prepaid,
    RefundSaid,
    Trade,
    unknown,
)
from backend.payments.lifecycle.legs import MixType

DESCRIPTION = "居家医疗服务费用"  # nothing of what was done: a payer's bank reads it, too
AGENT = "bedside"
CITY_ID = "310000"
_FIRST_REFUSAL, _MISSING = 300, 404  # not policy: HTTP
_NOT_NOW = frozenset({"SYSTEM_ERROR", "FREQUENCY_LIMITED", "BANK_ERROR", "STATEMENT_CREATING"})
_CLOSED_ANYWAY = frozenset({"ORDER_NOT_EXIST", "ORDER_CLOSED", "ORDER_PAID", "ORDERPAID"})

T = TypeVar("T")


class _Missing(Refused):
    """It does not know what we ask about."""


class WeChat:
    """See `Channel` for what each verb promises."""

    takes = frozenset(MixType)

    def __init__(
        self, address: str, merchant: Merchant, *, notices_url: str, institution: Institution
    ) -> None:
        self._line = Line(address)
        self._merchant = merchant
        self._notices_url = notices_url
        self._institution = institution

    async def place(self, placing: Placing) -> Placed:
        if placing.agreement:
            if placing.legs.mix_type is not MixType.CASH_ONLY:
                raise Refused("CASH_ONLY")  # a fund is not paid without its owner's word
            return await self._take(placing, placing.agreement)
        prepaid = await self._prepay(placing) if placing.legs.pay_cash_fen else None
        if placing.legs.mix_type is MixType.CASH_ONLY:
            assert prepaid is not None, "an order of cash alone has cash"
            return Placed(pay=self._for_the_app(prepaid.prepay_id))
        mixed = await self._place_mixed(placing, prepaid)
        return Placed(
            channel_trade_no=mixed.mix_trade_no,
            pay={
                "mixTradeNo": mixed.mix_trade_no,
                **(self._for_the_page(prepaid.prepay_id) if prepaid else {}),
            },
        )

    async def ask(self, out_trade_no: str, *, expires_at: datetime | None = None) -> State:
        del expires_at  # it knows every order from its placing on
        try:
            trade = await self._ask(
                "GET",
                f"/v3/pay/transactions/out-trade-no/{out_trade_no}?mchid={self._merchant.mchid}",
                shape=Trade,
            )
        except _Missing:
            trade = None
        if trade is not None and not trade.is_half:
            return _about(trade.state(), out_trade_no)
        try:
            return _about((await self._mixed(out_trade_no)).state(), out_trade_no)
        except _Missing:  # nobody was told of an insurance leg
            return trade.half() if trade is not None else unknown(out_trade_no)
        except ValueError:
            raise Transient("status") from None

    async def close(self, out_trade_no: str) -> None:
        target = f"/v3/pay/transactions/out-trade-no/{out_trade_no}/close"
        try:
            await self._ask("POST", target, said={"mchid": self._merchant.mchid})
        except Refused as refusal:
            if refusal.code not in _CLOSED_ANYWAY:
                raise

    async def refund(
        self, *, out_trade_no: str, out_refund_no: str, fen: int, total_fen: int
    ) -> RefundState:
        said = {
            "out_trade_no": out_trade_no,
            "out_refund_no": out_refund_no,
            "notify_url": self._notices_url,
            "amount": {"refund": fen, "total": total_fen, "currency": "CNY"},
        }
        answer = await self._ask("POST", "/v3/refund/domestic/refunds", said=said, shape=RefundSaid)
        return _back(answer)

    async def ask_refund(self, *, out_trade_no: str, out_refund_no: str) -> RefundState:
        target = f"/v3/refund/domestic/refunds/{out_refund_no}"
        answer = await self._ask("GET", target, shape=RefundSaid)
        if answer.out_trade_no != out_trade_no:
            raise Transient("another order's")
        return _back(answer)

    async def tell_insurance_refund(
        self,
        *,
        out_trade_no: str,
        out_refund_no: str,
        fen: int,
        self_fen: int = 0,
        other_fen: int = 0,
    ) -> None:
        mixed = await self._mixed(out_trade_no)
        said = {
            "med_refund_total_fee": fen,
            "med_refund_gov_fee": fen - self_fen - other_fen,
            "med_refund_self_fee": self_fen,
            "med_refund_other_fee": other_fen,
            "refund_time": _moment(clock.now()),
            "out_refund_no": out_refund_no,
        }
        target = f"/v3/med-ins/refunds/notify?mix_trade_no={mixed.mix_trade_no}"
        await self._ask("POST", target, said=said)

    async def bill(self, day: date) -> Sequence[BillLine]:
        target = f"/v3/bill/tradebill?bill_date={day.isoformat()}&bill_type=ALL"
        try:
            place = await self._ask("GET", target, shape=BillPlace)
        except Refused as refusal:
            if refusal.code == "NO_STATEMENT_EXIST":
                return ()
            raise
        parts = urlsplit(place.download_url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = self._headers("GET", path, b"")
        answer = await self._line.fetch(place.download_url, headers=headers)
        if answer.status >= _FIRST_REFUSAL:
            raise Transient(f"HTTP {answer.status}")
        return bills.read(answer.body, digest=place.hash_value)

    def read_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        return notices.read(self._merchant, headers=headers, body=body, now=now)

    def answer(self, *, taken: bool) -> tuple[int, str, bytes]:
        return notices.TAKEN if taken else notices.NOT_TAKEN

    async def close_session(self) -> None:
        await self._line.close()

    async def _prepay(self, placing: Placing) -> Prepaid:
        said = {
            "appid": self._merchant.appid,
            "mchid": self._merchant.mchid,
            "description": DESCRIPTION,
            "out_trade_no": placing.out_trade_no,
            "time_expire": _moment(placing.expires_at),
            "attach": placing.legs.mix_type,
            "notify_url": self._notices_url,
            "amount": {"total": placing.legs.pay_cash_fen, "currency": "CNY"},
        }
        return await self._ask("POST", "/v3/pay/transactions/app", said=said, shape=Prepaid)

    async def _take(self, placing: Placing, agreement: str) -> Placed:
        """委托代扣: accepted now, taken soon, told by a notice."""
        said = {
            "appid": self._merchant.appid,
            "out_trade_no": placing.out_trade_no,
            "description": DESCRIPTION,
            "transaction_notify_url": self._notices_url,
            "contract_id": agreement,
            "amount": {"total": placing.legs.pay_cash_fen, "currency": "CNY"},
            "attach": placing.legs.mix_type,
        }
        await self._ask("POST", "/v3/papay/pay/transactions/apply", said=said)
        return Placed()

    async def _place_mixed(self, placing: Placing, prepaid: Prepaid | None) -> MixedOrder:
        legs, settlement = placing.legs, placing.settlement
        if settlement is None or placing.payer is None:
            raise Refused("PARAM_ERROR")
        serial, key = self._merchant.newest()
        said: dict[str, Any] = {
            "mix_pay_type": legs.mix_type,
            "order_type": placing.order_type,
            "appid": self._merchant.appid,
            "payer": _named(placing.payer, key),
            "pay_for_relatives": placing.relative is not None,
            "out_trade_no": placing.out_trade_no,
            "serial_no": placing.out_trade_no,
            "pay_order_id": settlement.pay_order_id,
            "pay_auth_no": settlement.pay_auth_no,
            "city_id": CITY_ID,
            "med_inst_name": self._institution.name,
            "med_inst_no": self._institution.code,
            "med_ins_order_create_time": _moment(clock.now()),
            "total_fee": legs.total_fen,
            "med_ins_gov_fee": legs.gov_fen,
            "med_ins_self_fee": legs.self_fen,
            "med_ins_other_fee": legs.other_fen,
            "med_ins_cash_fee": legs.ins_cash_fen,
            "wechat_pay_cash_fee": legs.pay_cash_fen,
            "callback_url": self._notices_url,
        }
        if placing.relative is not None:
            said["relative"] = _named(placing.relative, key)
        if legs.add:
            said["cash_add_detail"] = [
                {"cash_add_fee": each.fen, "cash_add_type": each.type} for each in legs.add
            ]
        if legs.reduce:
            said["cash_reduce_detail"] = [
                {"cash_reduce_fee": each.fen, "cash_reduce_type": each.type} for each in legs.reduce
            ]
        if prepaid is not None:
            said["prepay_id"] = prepaid.prepay_id
        try:
            return await self._ask(
                "POST", "/v3/med-ins/orders", said=said, shape=MixedOrder, serial=serial
            )
        except Refused as refusal:
            if refusal.code != "ALREADY_EXISTS":
                raise
            return await self._mixed(placing.out_trade_no)

    async def _mixed(self, out_trade_no: str) -> MixedOrder:
        return await self._ask(
            "GET", f"/v3/med-ins/orders/out-trade-no/{out_trade_no}", shape=MixedOrder
        )

    def _for_the_app(self, prepay_id: str) -> dict[str, str]:
        """What the app hands to WeChat's (APP 调起支付)."""
        moment, nonce = str(int(clock.now().timestamp())), new_nonce()
        return {
            "appid": self._merchant.appid,
            "partnerid": self._merchant.mchid,
            "prepayid": prepay_id,
            "package": "Sign=WXPay",
            "noncestr": nonce,
            "timestamp": moment,
            "sign": self._merchant.sign(self._merchant.appid, moment, nonce, prepay_id),
        }

    def _for_the_page(self, prepay_id: str) -> dict[str, str]:
        """What `requestMedicalInsurancePay` asks for."""
        moment, nonce = str(int(clock.now().timestamp())), new_nonce()
        package = f"prepay_id={prepay_id}"
        return {
            "appId": self._merchant.appid,
            "timeStamp": moment,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": self._merchant.sign(self._merchant.appid, moment, nonce, package),
        }

    @overload
    async def _ask(self, verb: str, target: str, *, said: Any = None) -> None: ...
    @overload
    async def _ask(
        self, verb: str, target: str, *, shape: type[T], said: Any = None, serial: str = ""
    ) -> T: ...
    async def _ask(
        self,
        verb: str,
        target: str,
        *,
        shape: type[T] | None = None,
        said: Any = None,
        serial: str = "",
    ) -> T | None:
        body = b"" if said is None else msgspec.json.encode(said)
        headers = self._headers(verb, target, body)
        if serial:
            headers["Wechatpay-Serial"] = serial
        answer = await self._line.say(verb, target, body=body, headers=headers)
        try:
            self._merchant.check(answer.headers, answer.body, now=clock.now())
        except Forged as reason:
            raise Transient(f"not signed by the channel: {reason.why}") from None
        if answer.status >= _FIRST_REFUSAL:
            raise _refusal(answer)
        if shape is None:
            return None
        try:
            return msgspec.json.decode(answer.body, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise Transient("not in the shape we know") from None

    def _headers(self, verb: str, target: str, body: bytes) -> dict[str, str]:
        return {
            "Authorization": self._merchant.authorization(verb, target, body, now=clock.now()),
            "Accept": "application/json",
            "User-Agent": AGENT,
            **({"Content-Type": "application/json"} if body else {}),
        }


class _Said(msgspec.Struct):
    code: str = ""


def _refusal(answer: Answer) -> Exception:
    try:
        code = msgspec.json.decode(answer.body, type=_Said).code
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Transient(f"HTTP {answer.status}")
    if code in _NOT_NOW:
        return Transient(code)
    return _Missing(code) if answer.status == _MISSING else Refused(code)


def _about(state: State, out_trade_no: str) -> State:
    if state.out_trade_no != out_trade_no:
        raise Transient("another order's")
    return state


def _back(said: RefundSaid) -> RefundState:
    try:
        return said.state()
    except ValueError:
        raise Transient("status") from None


def _named(person: Person, key: Any) -> dict[str, str]:
    """PY-10: both are read by WeChat Pay alone."""
    return {
        "name": signing.for_eyes_of(key, person.name),
        "id_digest": signing.for_eyes_of(key, person.id_digest),
        "card_type": "ID_CARD",
    }


def _moment(at: datetime) -> str:
    return at.astimezone(calendar.SHANGHAI).isoformat(timespec="seconds")
