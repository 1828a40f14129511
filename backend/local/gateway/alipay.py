"""The wire of 支付宝: `gateway.do`, the order an app opens, and the notices it posts."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from aiohttp import web

from backend.core.money import yuan
from backend.local.gateway import bills
from backend.local.gateway import keys as identities
from backend.local.gateway.memory import Back, Callback, Order
from backend.local.gateway.provider import CannotPay, Provider, new_number
from backend.payments.channels import signing
from backend.payments.channels.alipay.app import read_moment, shown, to_sign
from backend.payments.channels.money import fen_of
from backend.payments.lifecycle.statuses import ChannelName

STATUSES = {
    "NOTPAY": "WAIT_BUYER_PAY",
    "SUCCESS": "TRADE_SUCCESS",
    "CLOSED": "TRADE_CLOSED",
    "PAYERROR": "TRADE_CLOSED",
    "REFUND": "TRADE_CLOSED",
}


class No(Exception):
    """A failure as 支付宝 words it."""

    def __init__(self, sub_code: str, code: str = "40004") -> None:
        super().__init__(sub_code)
        self.code, self.sub_code = code, sub_code


class AlipayWire:
    """One door for all methods; each answer is signed over the bytes of its node."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.memory = provider.memory
        self.keys = provider.keys
        self.methods: dict[str, Callable[[dict[str, Any], str], dict[str, Any]]] = {
            "alipay.trade.query": self.query,
            "alipay.trade.close": self.close,
            "alipay.trade.pay": self.take,
            "alipay.trade.refund": self.refund,
            "alipay.trade.fastpay.refund.query": self.ask_refund,
            "alipay.data.dataservice.bill.downloadurl.query": self.bill,
        }
        provider.wires[ChannelName.ALIPAY] = self

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/gateway.do", self.answer),
            web.get("/alipay/bill.zip", self.download),
        ]

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.text()
        try:
            said = self._believed(body)
        except No as reason:
            return self._said("error", {"code": reason.code, "sub_code": reason.sub_code})
        method = said["method"]
        try:
            content = msgspec.json.decode(said["biz_content"])
            origin = str(request.url.origin())
            node = self._asked(method)(content | {"origin": origin}, said.get("notify_url", ""))
            node = {"code": "10000", "msg": "Success", **node}
        except No as reason:
            node = {"code": reason.code, "msg": "Business Failed", "sub_code": reason.sub_code}
        except (KeyError, TypeError, ValueError):
            node = {"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.INVALID_PARAMETER"}
        return self._said(method, node)

    def open(self, order_string: str) -> str:
        """What the payer's app does first: from now on the order is known. Answers its number.

        :raises CannotPay: nobody of ours signed it, or it is too late
        """
        try:
            said = self._believed(order_string, method="alipay.trade.app.pay")
            content = msgspec.json.decode(said["biz_content"])
            order = self._order(content, said["notify_url"])
            order.expires_at = read_moment(content["time_expire"])
        except (No, KeyError, ValueError) as reason:
            raise CannotPay(str(reason)) from None
        known = self.memory.get(Order, order.out_trade_no)
        if known is None:
            self.memory.put(order.out_trade_no, order)
        elif known.total != order.total:
            raise CannotPay("ACQ.CONTEXT_INCONSISTENT")
        return order.out_trade_no

    # -- methods

    def query(self, said: dict[str, Any], _notify: str) -> dict[str, Any]:
        return self.trade(self._known(said))

    def close(self, said: dict[str, Any], _notify: str) -> dict[str, Any]:
        order = self._known(said)
        if order.state != "NOTPAY":
            raise No("ACQ.TRADE_STATUS_ERROR")
        self.provider.close(order)
        return {"out_trade_no": order.out_trade_no, "trade_no": order.transaction_id}

    def take(self, said: dict[str, Any], notify: str) -> dict[str, Any]:
        if not said["agreement_params"]["agreement_no"]:
            raise No("ACQ.AGREEMENT_NOT_EXIST")
        order = self._order(said, notify)
        known = self.memory.get(Order, order.out_trade_no)
        if known is not None and known.state != "NOTPAY":
            raise No("ACQ.TRADE_HAS_SUCCESS")
        if self.provider.fault("refuse", order.out_trade_no):
            raise No("ACQ.BUYER_BALANCE_NOT_ENOUGH")
        self.memory.put(order.out_trade_no, order)
        self.provider.pay(order.out_trade_no, by=said["agreement_params"]["agreement_no"])
        return self.trade(order)

    def refund(self, said: dict[str, Any], _notify: str) -> dict[str, Any]:
        order = self._known(said)
        number, fen = said["out_request_no"], fen_of(said["refund_amount"])
        answer = {"out_trade_no": order.out_trade_no, "trade_no": order.transaction_id}
        known = self.memory.get(Back, number)
        if known is not None:
            if (known.out_trade_no, known.fen) != (order.out_trade_no, fen):
                raise No("ACQ.DISCORDANT_REPEAT_REQUEST")
            return {**answer, "fund_change": "N", "refund_fee": yuan(order.refunded)}
        if order.paid_at is None:
            raise No("ACQ.TRADE_STATUS_ERROR")
        if not 0 < fen <= order.total - order.refunded:
            raise No("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
        back = Back(
            channel=ChannelName.ALIPAY,
            out_refund_no=number,
            out_trade_no=order.out_trade_no,
            refund_id=new_number("R"),
            fen=fen,
            total=order.total,
            made_at=self.provider.now(),
        )
        if self.provider.give_back(order, back).state != "SUCCESS":
            raise No("ACQ.SELLER_BALANCE_NOT_ENOUGH")
        return {**answer, "fund_change": "Y", "refund_fee": yuan(order.refunded)}

    def ask_refund(self, said: dict[str, Any], _notify: str) -> dict[str, Any]:
        back = self.memory.get(Back, said["out_request_no"])
        if back is None or back.out_trade_no != said["out_trade_no"] or back.state != "SUCCESS":
            return {}
        return {
            "out_trade_no": back.out_trade_no,
            "out_request_no": back.out_refund_no,
            "refund_status": "REFUND_SUCCESS",
            "refund_amount": yuan(back.fen),
        }

    def bill(self, said: dict[str, Any], _notify: str) -> dict[str, Any]:
        day = said["bill_date"]
        if said["bill_type"] != "trade" or bills.of_alipay(self.memory, day) is None:
            raise No("isp.bill_not_exist")
        return {"bill_download_url": f"{said['origin']}/alipay/bill.zip?day={day}"}

    async def download(self, request: web.Request) -> web.Response:
        found = bills.of_alipay(self.memory, request.query["day"])
        return web.Response(body=found or b"", content_type="application/zip")

    # -- what is said

    def trade(self, order: Order) -> dict[str, Any]:
        return {
            "out_trade_no": order.out_trade_no,
            "trade_no": order.transaction_id,
            "trade_status": STATUSES[order.state],
            "total_amount": yuan(order.total),
            "buyer_logon_id": "159****5620",
            **({"send_pay_date": shown(order.paid_at)} if order.paid_at else {}),
        }

    def event(self, about: str, subject: str) -> tuple[str, bytes]:
        """See `Wire`."""
        order = self.memory.get(Order, subject)
        assert order is not None, "it tells of trades only"
        said = {
            "notify_type": "trade_status_sync",
            "app_id": identities.ALIPAY_APP,
            "seller_id": identities.ALIPAY_SELLER,
            "charset": "utf-8",
            "version": "1.0",
            "out_trade_no": order.out_trade_no,
            "trade_no": order.transaction_id,
            "trade_status": "TRADE_SUCCESS" if about == "FORGED" else STATUSES[order.state],
            "total_amount": yuan(order.total),
            "subject": "居家医疗服务费用",
            "gmt_create": shown(order.made_at),
            "gmt_payment": shown(order.paid_at or self.provider.now()),
        }
        return "trade_status_sync", msgspec.json.encode(said)

    def callback(self, owed: Callback) -> tuple[dict[str, str], bytes]:
        """Sign what is owed now: the moment is that of the sending."""
        said = msgspec.json.decode(owed.content, type=dict[str, str])
        said |= {"notify_id": owed.id, "notify_time": shown(self.provider.now())}
        signature = signing.sign(self.keys.alipay, to_sign(said) + b" " * owed.forged)
        form = urlencode({**said, "sign_type": "RSA2", "sign": signature})
        return {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, form.encode()

    def is_taken(self, status: int, said: bytes) -> bool:
        """Whether the merchant has understood."""
        return status == web.HTTPOk.status_code and said.strip() == b"success"

    # -- who asks, and who answers

    def _said(self, method: str, node: dict[str, Any]) -> web.Response:
        content = msgspec.json.encode(node)
        name = f"{method.replace('.', '_')}_response".encode()
        sign = signing.sign(self.keys.alipay, content).encode()
        body = b'{"' + name + b'":' + content + b',"sign":"' + sign + b'"}'
        return web.Response(body=body, content_type="application/json")

    def _believed(self, form: str, *, method: str = "") -> dict[str, str]:
        said = dict(parse_qsl(form, keep_blank_values=True))
        signature = said.pop("sign", "")
        if not signing.is_signed(self.keys.alipay_app, to_sign(said), signature):
            raise No("isv.invalid-signature", "40002")
        if said.get("app_id") != identities.ALIPAY_APP or said.get("sign_type") != "RSA2":
            raise No("isv.invalid-app-id", "40002")
        if method and said.get("method") != method:
            raise No("isv.invalid-method", "40002")
        return said

    def _asked(self, method: str) -> Callable[[dict[str, Any], str], dict[str, Any]]:
        if self.provider.fault("away"):
            raise No("isp.unknow-error", "20000")
        if method not in self.methods:
            raise No("isv.invalid-method", "40002")
        return self.methods[method]

    def _known(self, said: dict[str, Any]) -> Order:
        order = self.memory.get(Order, said["out_trade_no"])
        if order is None or order.channel is not ChannelName.ALIPAY:
            raise No("ACQ.TRADE_NOT_EXIST")
        return order

    def _order(self, said: dict[str, Any], notify: str) -> Order:
        return Order(
            channel=ChannelName.ALIPAY,
            out_trade_no=said["out_trade_no"],
            total=fen_of(said["total_amount"]),
            notify_url=notify,
            made_at=self.provider.now(),
            transaction_id=new_number("20"),
        )
