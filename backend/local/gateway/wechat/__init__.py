"""The wire of 微信支付 APIv3: what it takes, what it answers, and how it calls back."""

import hashlib
import secrets
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web

from backend.local.gateway import bills
from backend.local.gateway import keys as identities
from backend.local.gateway.memory import Back, Callback, Mixed, Order, Settlement
from backend.local.gateway.provider import Provider, new_number
from backend.local.gateway.wechat import mixing, saying
from backend.local.gateway.wechat.signed import No, SignedWire
from backend.payments.channels import signing
from backend.payments.lifecycle.statuses import ChannelName

ASSOCIATED_MAX = 16


class WeChatWire(SignedWire):
    """Each route checks who asks, and each answer is signed."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(provider)
        provider.wires[ChannelName.WECHAT] = self

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v3/pay/transactions/app", self.signed(self.prepay)),
            web.get("/v3/pay/transactions/out-trade-no/{number}", self.signed(self.ask)),
            web.post("/v3/pay/transactions/out-trade-no/{number}/close", self.signed(self.close)),
            web.post("/v3/papay/pay/transactions/apply", self.signed(self.take)),
            web.post("/v3/med-ins/orders", self.signed(self.mix)),
            web.get("/v3/med-ins/orders/out-trade-no/{number}", self.signed(self.ask_mixed)),
            web.post("/v3/refund/domestic/refunds", self.signed(self.refund)),
            web.get("/v3/refund/domestic/refunds/{number}", self.signed(self.ask_refund)),
            web.post("/v3/med-ins/refunds/notify", self.signed(self.hear_refund)),
            web.get("/v3/bill/tradebill", self.signed(self.bill)),
            web.get("/v3/billdownload/file", self.download),
        ]

    # -- orders

    async def prepay(self, _request: web.Request, said: dict[str, Any]) -> tuple[int, Any]:
        order = self._order(said, notify="notify_url")
        order.expires_at = datetime.fromisoformat(said["time_expire"])
        order.prepay_id = f"wx{order.transaction_id}"
        known = self.memory.get(Order, order.out_trade_no)
        if known is not None:
            self._must_be_same(known, order)
            return 200, {"prepay_id": known.prepay_id}
        self.memory.put(order.out_trade_no, order)
        return 200, {"prepay_id": order.prepay_id}

    async def take(self, _request: web.Request, said: dict[str, Any]) -> tuple[int, Any]:
        order = self._order(said, notify="transaction_notify_url")
        if not said.get("contract_id"):
            raise No(400, "PARAM_ERROR")
        known = self.memory.get(Order, order.out_trade_no)
        if known is not None and known.state != "NOTPAY":
            raise No(400, "ORDERPAID")
        if self.provider.fault("refuse", order.out_trade_no):
            order.state = "PAYERROR"
            self.memory.put(order.out_trade_no, order)
            return 204, None
        self.memory.put(order.out_trade_no, order)
        self.provider.pay(order.out_trade_no, by=said["contract_id"])
        return 204, None

    async def ask(self, request: web.Request, _said: dict[str, Any]) -> tuple[int, Any]:
        order = self._known(request)
        if request.query.get("mchid") != identities.MCHID:
            raise No(400, "PARAM_ERROR")
        return 200, saying.trade(order)

    async def close(self, request: web.Request, said: dict[str, Any]) -> tuple[int, Any]:
        order = self._known(request)
        if said.get("mchid") != identities.MCHID:
            raise No(400, "PARAM_ERROR")
        if order.state in ("SUCCESS", "REFUND"):
            raise No(400, "ORDERPAID")
        self.provider.close(order)
        return 204, None

    async def mix(self, request: web.Request, said: dict[str, Any]) -> tuple[int, Any]:
        mixing.check_names(self.keys, request.headers.get("Wechatpay-Serial", ""), said)
        mixed = mixing.order_of(self.memory, said)
        known = self.memory.get(Mixed, mixed.out_trade_no)
        if known is not None:
            raise No(400, "ALREADY_EXISTS")
        self.memory.put(mixed.out_trade_no, mixed)
        return 200, saying.mixed(mixed)

    async def ask_mixed(self, request: web.Request, _said: dict[str, Any]) -> tuple[int, Any]:
        mixed = self.memory.get(Mixed, request.match_info["number"])
        if mixed is None:
            raise No(404, "ORDER_NOT_EXIST")
        return 200, saying.mixed(mixed)

    # -- refunds

    async def refund(self, _request: web.Request, said: dict[str, Any]) -> tuple[int, Any]:
        number, amount = said["out_refund_no"], said["amount"]
        order = self.memory.get(Order, said["out_trade_no"])
        if order is None or order.channel is not ChannelName.WECHAT:
            raise No(404, "RESOURCE_NOT_EXISTS")
        known = self.memory.get(Back, number)
        if known is not None:
            if (known.out_trade_no, known.fen) != (order.out_trade_no, amount["refund"]):
                raise No(400, "PARAM_ERROR")
            return 200, saying.back(known)
        if order.state not in ("SUCCESS", "REFUND") or amount["total"] != order.total:
            raise No(403, "USER_ACCOUNT_ABNORMAL" if order.state == "CLOSED" else "INVALID_REQUEST")
        if not 0 < amount["refund"] <= order.total - order.refunded:
            raise No(403, "NOT_ENOUGH")
        back = Back(
            channel=ChannelName.WECHAT,
            out_refund_no=number,
            out_trade_no=order.out_trade_no,
            refund_id=new_number("50"),
            fen=amount["refund"],
            total=order.total,
            made_at=self.provider.now(),
            notify_url=said.get("notify_url", ""),
        )
        return 200, saying.back(self.provider.give_back(order, back))

    async def ask_refund(self, request: web.Request, _said: dict[str, Any]) -> tuple[int, Any]:
        back = self.memory.get(Back, request.match_info["number"])
        if back is None:
            raise No(404, "RESOURCE_NOT_EXISTS")
        return 200, saying.back(back)

    async def hear_refund(self, request: web.Request, said: dict[str, Any]) -> tuple[int, Any]:
        wanted = request.query.get("mix_trade_no")
        mixed = next(
            (each for each in self.memory.every(Mixed) if each.mix_trade_no == wanted), None
        )
        if mixed is None:
            raise No(404, "RESOURCE_NOT_EXISTS")
        parts = [said[f"med_refund_{part}_fee"] for part in ("gov", "self", "other")]
        if sum(parts) != said["med_refund_total_fee"] or not said["out_refund_no"]:
            raise No(400, "PARAM_ERROR")
        settlement = self.memory.get(Settlement, mixed.pay_order_id)
        if settlement is not None:
            mixed.refunded = sum(settlement.returned.values())
        else:
            mixed.refunded += said["med_refund_total_fee"]
        if mixed.refunded >= mixed.gov + mixed.account + mixed.other:
            mixed.insured = "REFUND"
        self.provider.is_back(mixed)
        return 204, None

    # -- bills

    async def bill(self, request: web.Request, _said: dict[str, Any]) -> tuple[int, Any]:
        day = request.query["bill_date"]
        content = bills.of_wechat(self.memory, day)
        if content is None:
            raise No(400, "NO_STATEMENT_EXIST")
        return 200, {
            "hash_type": "SHA1",
            "hash_value": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
            "download_url": f"{request.url.origin()}/v3/billdownload/file?token={day}",
        }

    async def download(self, request: web.Request) -> web.Response:
        """Asked for with a signature, answered without one."""
        try:
            self._check(request, b"")
        except No as reason:
            return web.json_response({"code": reason.code}, status=reason.status)
        return web.Response(body=bills.of_wechat(self.memory, request.query["token"]) or b"")

    # -- callbacks

    def event(self, about: str, subject: str) -> tuple[str, bytes]:
        """See `Wire`."""
        if about == "MIXED" and (mixed := self.memory.get(Mixed, subject)) is not None:
            return f"MEDICAL_INSURANCE.{mixed.mix}", msgspec.json.encode(saying.mixed(mixed))
        if about == "REFUND" and (back := self.memory.get(Back, subject)) is not None:
            said = saying.back(back) | {"mchid": identities.MCHID}
            said["refund_status"] = said.pop("status")
            return f"REFUND.{back.state}", msgspec.json.encode(said)
        order = self.memory.get(Order, subject)
        assert order is not None, "only of what is known"
        trade = saying.trade(order)
        if about == "FORGED":
            trade |= {"trade_state": "SUCCESS", "transaction_id": order.transaction_id}
        return "TRANSACTION.SUCCESS", msgspec.json.encode(trade)

    def callback(self, owed: Callback) -> tuple[dict[str, str], bytes]:
        """Sign what is owed now: the moment and the nonce are those of the sending."""
        nonce, kind = secrets.token_hex(6), owed.event.partition(".")[0].lower()
        secret = secrets.token_bytes(32) if owed.forged else self.keys.wechat_secret
        body = msgspec.json.encode(
            {
                "id": owed.id,
                "create_time": saying.moment(self.provider.now()),
                "event_type": owed.event,
                "resource_type": "encrypt-resource",
                "summary": "通知",
                "resource": {
                    "original_type": kind,
                    "algorithm": "AEAD_AES_256_GCM",
                    "ciphertext": signing.seal(
                        secret, owed.content, nonce=nonce, associated=kind[:ASSOCIATED_MAX]
                    ),
                    "associated_data": kind[:ASSOCIATED_MAX],
                    "nonce": nonce,
                },
            }
        )
        headers = self.signature(body + b" " * owed.forged)
        return {**headers, "Content-Type": "application/json"}, body

    def is_taken(self, status: int, _said: bytes) -> bool:
        """Whether the merchant has understood."""
        return status in (200, 204)

    def _known(self, request: web.Request) -> Order:
        order = self.memory.get(Order, request.match_info["number"])
        if order is None or order.channel is not ChannelName.WECHAT:
            raise No(404, "ORDER_NOT_EXIST")
        return order

    def _order(self, said: dict[str, Any], *, notify: str) -> Order:
        amount = said["amount"]
        if (said["appid"], amount["currency"]) != (identities.APPID, "CNY"):
            raise No(400, "APPID_MCHID_NOT_MATCH")
        if not isinstance(amount["total"], int) or amount["total"] <= 0:
            raise No(400, "PARAM_ERROR")
        return Order(
            channel=ChannelName.WECHAT,
            out_trade_no=said["out_trade_no"],
            total=amount["total"],
            notify_url=said[notify],
            attach=said.get("attach", ""),
            made_at=self.provider.now(),
            transaction_id=new_number("42"),
        )

    def _must_be_same(self, known: Order, said: Order) -> None:
        if known.state == "CLOSED":
            raise No(400, "ORDER_CLOSED")
        if known.state != "NOTPAY":
            raise No(400, "ORDERPAID")
        if (known.total, known.notify_url) != (said.total, said.notify_url):
            raise No(403, "OUT_TRADE_NO_USED")
