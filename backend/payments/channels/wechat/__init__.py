"""微信支付 APIv3 and 移动医保支付 2.0.

A cash order is a `transaction` of the app; with an insurance leg it stands beside a `med-ins` order
of the same number, and says so in `attach`, so that its own success is read as the half it is.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from backend.core import clock
from backend.payments.channels import (
    BillLine,
    Notice,
    Placed,
    Placing,
    RefundState,
    Refused,
    State,
    Transient,
)
from backend.payments.channels.insurance import Institution
from backend.payments.channels.wechat import bills, mixed, notices
from backend.payments.channels.wechat.merchant import Merchant, new_nonce
from backend.payments.channels.wechat.mixed import moment
from backend.payments.channels.wechat.shapes import (
    BillPlace,
    MixedOrder,
    Prepaid,
    RefundSaid,
    Trade,
    unknown,
)
from backend.payments.channels.wechat.wire import Unknown, Wire
from backend.payments.lifecycle.legs import MixType

DESCRIPTION = "居家医疗服务费用"  # nothing of what was done: a payer's bank reads it, too
_CLOSED_ANYWAY = frozenset({"ORDER_NOT_EXIST", "ORDER_CLOSED", "ORDER_PAID", "ORDERPAID"})


class WeChat:
    """See `Channel` for what each verb promises."""

    takes = frozenset(MixType)

    def __init__(
        self, address: str, merchant: Merchant, *, notices_url: str, institution: Institution
    ) -> None:
        self._wire = Wire(address, merchant)
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
        order = await self._place_mixed(placing, prepaid)
        return Placed(
            channel_trade_no=order.mix_trade_no,
            pay={
                "mixTradeNo": order.mix_trade_no,
                **(self._for_the_page(prepaid.prepay_id) if prepaid else {}),
            },
        )

    async def ask(self, out_trade_no: str, *, expires_at: datetime | None = None) -> State:
        del expires_at  # it knows every order from its placing on
        try:
            trade = await self._wire.ask(
                "GET",
                f"/v3/pay/transactions/out-trade-no/{out_trade_no}?mchid={self._merchant.mchid}",
                shape=Trade,
            )
        except Unknown:
            trade = None
        if trade is not None and not trade.is_half:
            return _about(trade.state(), out_trade_no)
        try:
            return _about((await self._mixed(out_trade_no)).state(), out_trade_no)
        except Unknown:  # nobody was told of an insurance leg
            return trade.half() if trade is not None else unknown(out_trade_no)
        except ValueError:
            raise Transient("status") from None

    async def close(self, out_trade_no: str) -> None:
        target = f"/v3/pay/transactions/out-trade-no/{out_trade_no}/close"
        try:
            await self._wire.ask("POST", target, said={"mchid": self._merchant.mchid})
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
        answer = await self._wire.ask(
            "POST", "/v3/refund/domestic/refunds", said=said, shape=RefundSaid
        )
        return _back(answer)

    async def ask_refund(self, *, out_trade_no: str, out_refund_no: str) -> RefundState:
        target = f"/v3/refund/domestic/refunds/{out_refund_no}"
        answer = await self._wire.ask("GET", target, shape=RefundSaid)
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
        order = await self._mixed(out_trade_no)
        said = {
            "med_refund_total_fee": fen,
            "med_refund_gov_fee": fen - self_fen - other_fen,
            "med_refund_self_fee": self_fen,
            "med_refund_other_fee": other_fen,
            "refund_time": moment(clock.now()),
            "out_refund_no": out_refund_no,
        }
        target = f"/v3/med-ins/refunds/notify?mix_trade_no={order.mix_trade_no}"
        await self._wire.ask("POST", target, said=said)

    async def bill(self, day: date) -> Sequence[BillLine]:
        target = f"/v3/bill/tradebill?bill_date={day.isoformat()}&bill_type=ALL"
        try:
            place = await self._wire.ask("GET", target, shape=BillPlace)
        except Refused as refusal:
            if refusal.code == "NO_STATEMENT_EXIST":
                return ()
            raise
        return bills.read(await self._wire.fetch(place.download_url), digest=place.hash_value)

    def read_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        return notices.read(self._merchant, headers=headers, body=body, now=now)

    def answer(self, *, taken: bool) -> tuple[int, str, bytes]:
        return notices.TAKEN if taken else notices.NOT_TAKEN

    async def close_session(self) -> None:
        await self._wire.line.close()

    async def _prepay(self, placing: Placing) -> Prepaid:
        said = {
            "appid": self._merchant.appid,
            "mchid": self._merchant.mchid,
            "description": DESCRIPTION,
            "out_trade_no": placing.out_trade_no,
            "time_expire": moment(placing.expires_at),
            "attach": placing.legs.mix_type,
            "notify_url": self._notices_url,
            "amount": {"total": placing.legs.pay_cash_fen, "currency": "CNY"},
        }
        return await self._wire.ask("POST", "/v3/pay/transactions/app", said=said, shape=Prepaid)

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
        await self._wire.ask("POST", "/v3/papay/pay/transactions/apply", said=said)
        return Placed()

    async def _place_mixed(self, placing: Placing, prepaid: Prepaid | None) -> MixedOrder:
        serial, key = self._merchant.newest()
        said = mixed.said(
            placing,
            appid=self._merchant.appid,
            institution=self._institution,
            notices_url=self._notices_url,
            key=key,
            prepay_id=prepaid.prepay_id if prepaid else None,
        )
        try:
            return await self._wire.ask(
                "POST", "/v3/med-ins/orders", said=said, shape=MixedOrder, serial=serial
            )
        except Refused as refusal:
            if refusal.code != "ALREADY_EXISTS":
                raise
            return await self._mixed(placing.out_trade_no)

    async def _mixed(self, out_trade_no: str) -> MixedOrder:
        return await self._wire.ask(
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


def _about(state: State, out_trade_no: str) -> State:
    if state.out_trade_no != out_trade_no:
        raise Transient("another order's")
    return state


def _back(said: RefundSaid) -> RefundState:
    try:
        return said.state()
    except ValueError:
        raise Transient("status") from None
