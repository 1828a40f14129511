"""The wire of 微信支付 APIv3: what it takes, what it answers, and how it calls back."""

import csv
import hashlib
import io
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web

from backend.core import calendar
from backend.local.gateway import keys as identities
from backend.local.gateway.memory import Back, Callback, Mixed, Order, Settlement
from backend.local.gateway.provider import Provider, new_number
from backend.payments.channels import signing
from backend.payments.channels.wechat.merchant import SCHEME, WINDOW_S
from backend.payments.lifecycle.statuses import ChannelName

AUTHORIZATION = re.compile(
    rf'{SCHEME} mchid="(?P<mchid>[^"]+)",nonce_str="(?P<nonce>[^"]+)",'
    r'signature="(?P<signature>[^"]+)",timestamp="(?P<moment>\d+)",serial_no="(?P<serial>[^"]+)"'
)
ASSOCIATED_MAX = 16
ID_DIGEST = re.compile(r"[0-9a-f]{32}")
BILL_HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
SUMMARY_HEAD = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)

Handler = Callable[[web.Request, dict[str, Any]], Awaitable[tuple[int, Any]]]


class No(Exception):
    """An error as WeChat Pay words it."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message or code


class WeChatWire:
    """Each route checks who asks, and each answer is signed."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.memory = provider.memory
        self.keys = provider.keys
        provider.wires[ChannelName.WECHAT] = self

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v3/pay/transactions/app", self._signed(self.prepay)),
            web.get("/v3/pay/transactions/out-trade-no/{number}", self._signed(self.ask)),
            web.post("/v3/pay/transactions/out-trade-no/{number}/close", self._signed(self.close)),
            web.post("/v3/papay/pay/transactions/apply", self._signed(self.take)),
            web.post("/v3/med-ins/orders", self._signed(self.mix)),
            web.get("/v3/med-ins/orders/out-trade-no/{number}", self._signed(self.ask_mixed)),
            web.post("/v3/refund/domestic/refunds", self._signed(self.refund)),
            web.get("/v3/refund/domestic/refunds/{number}", self._signed(self.ask_refund)),
            web.post("/v3/med-ins/refunds/notify", self._signed(self.hear_refund)),
            web.get("/v3/bill/tradebill", self._signed(self.bill)),
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
        return 200, self.trade(order)

    async def close(self, request: web.Request, said: dict[str, Any]) -> tuple[int, Any]:
        order = self._known(request)
        if said.get("mchid") != identities.MCHID:
            raise No(400, "PARAM_ERROR")
        if order.state in ("SUCCESS", "REFUND"):
            raise No(400, "ORDERPAID")
        self.provider.close(order)
        return 204, None

    async def mix(self, request: web.Request, said: dict[str, Any]) -> tuple[int, Any]:
        self._can_read_names(request, said)
        mixed = self._mixed(said)
        known = self.memory.get(Mixed, mixed.out_trade_no)
        if known is not None:
            raise No(400, "ALREADY_EXISTS")
        self.memory.put(mixed.out_trade_no, mixed)
        return 200, self.mixed(mixed)

    async def ask_mixed(self, request: web.Request, _said: dict[str, Any]) -> tuple[int, Any]:
        mixed = self.memory.get(Mixed, request.match_info["number"])
        if mixed is None:
            raise No(404, "ORDER_NOT_EXIST")
        return 200, self.mixed(mixed)

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
            return 200, self.back(known)
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
        return 200, self.back(self.provider.give_back(order, back))

    async def ask_refund(self, request: web.Request, _said: dict[str, Any]) -> tuple[int, Any]:
        back = self.memory.get(Back, request.match_info["number"])
        if back is None:
            raise No(404, "RESOURCE_NOT_EXISTS")
        return 200, self.back(back)

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
        content = self.bill_of(day)
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
        return web.Response(body=self.bill_of(request.query["token"]) or b"")

    def bill_of(self, day: str) -> bytes | None:
        lines = list(self._bill_lines(day))
        if not lines:
            return None
        text = io.StringIO()
        text.write(f"{BILL_HEAD}\r\n")
        table = csv.writer(text, lineterminator="\r\n")
        for line in lines:
            table.writerow([f"`{line.get(name, '')}" for name in BILL_HEAD.split(",")])
        text.write(f"{SUMMARY_HEAD}\r\n`{len(lines)},`0.00,`0.00,`0.00,`0.00000,`0.00,`0.00\r\n")
        return text.getvalue().encode()

    def _bill_lines(self, day: str) -> Iterator[dict[str, str]]:
        for order in self.memory.every(Order):
            if order.channel is ChannelName.WECHAT and order.paid_at and _on(order.paid_at) == day:
                yield self._bill_line(order) | {
                    "交易时间": _shown(order.paid_at),
                    "交易状态": "SUCCESS",
                    "订单金额": _yuan(order.total),
                    "申请退款金额": "0.00",
                }
        for back in self.memory.every(Back):
            order_ = self.memory.get(Order, back.out_trade_no)
            is_ours = back.channel is ChannelName.WECHAT and back.state == "SUCCESS"
            if order_ is not None and is_ours and back.done_at and _on(back.done_at) == day:
                yield self._bill_line(order_) | {
                    "交易时间": _shown(back.done_at),
                    "交易状态": "REFUND",
                    "微信退款单号": back.refund_id,
                    "商户退款单号": back.out_refund_no,
                    "订单金额": "0.00",
                    "申请退款金额": _yuan(back.fen),
                    "退款状态": "SUCCESS",
                }

    def _bill_line(self, order: Order) -> dict[str, str]:
        return {
            "公众账号ID": identities.APPID,
            "商户号": identities.MCHID,
            "微信订单号": order.transaction_id,
            "商户订单号": order.out_trade_no,
            "交易类型": "APP",
            "货币种类": "CNY",
        }

    # -- what is said of things

    def trade(self, order: Order) -> dict[str, Any]:
        is_paid = order.paid_at is not None
        return {
            "appid": identities.APPID,
            "mchid": identities.MCHID,
            "out_trade_no": order.out_trade_no,
            "trade_state": order.state,
            "trade_state_desc": order.state,
            "trade_type": "APP",
            "attach": order.attach,
            "amount": {"total": order.total, "currency": "CNY"},
            **({"transaction_id": order.transaction_id} if is_paid else {}),
            **({"success_time": _moment(order.paid_at)} if order.paid_at else {}),
        }

    def mixed(self, mixed: Mixed) -> dict[str, Any]:
        return {
            "mix_trade_no": mixed.mix_trade_no,
            "mix_pay_status": f"MIX_PAY_{mixed.mix}",
            "self_pay_status": _said(mixed.own, "SELF_PAY"),
            "med_ins_pay_status": _said(mixed.insured, "MED_INS_PAY"),
            "mix_pay_type": mixed.mix_pay_type,
            "appid": identities.APPID,
            "out_trade_no": mixed.out_trade_no,
            "total_fee": mixed.total,
            "med_ins_gov_fee": mixed.gov,
            "med_ins_self_fee": mixed.account,
            "med_ins_other_fee": mixed.other,
            "wechat_pay_cash_fee": mixed.cash,
            "city_id": "310000",
            "med_inst_name": identities.INSTITUTION_NAME,
            "med_inst_no": identities.INSTITUTION_CODE,
            **({"paid_time": _moment(mixed.paid_at)} if mixed.paid_at else {}),
        }

    def back(self, back: Back) -> dict[str, Any]:
        return {
            "refund_id": back.refund_id,
            "out_refund_no": back.out_refund_no,
            "out_trade_no": back.out_trade_no,
            "create_time": _moment(back.made_at),
            "status": back.state,
            "amount": {"refund": back.fen, "total": back.total, "currency": "CNY"},
            **({"success_time": _moment(back.done_at)} if back.done_at else {}),
        }

    def event(self, about: str, subject: str) -> tuple[str, bytes]:
        """See `Wire`."""
        if about == "MIXED" and (mixed := self.memory.get(Mixed, subject)) is not None:
            return f"MEDICAL_INSURANCE.{mixed.mix}", msgspec.json.encode(self.mixed(mixed))
        if about == "REFUND" and (back := self.memory.get(Back, subject)) is not None:
            said = self.back(back) | {"mchid": identities.MCHID}
            said["refund_status"] = said.pop("status")
            return f"REFUND.{back.state}", msgspec.json.encode(said)
        order = self.memory.get(Order, subject)
        assert order is not None, "only of what is known"
        trade = self.trade(order)
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
                "create_time": _moment(self.provider.now()),
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

    # -- who asks, and who answers

    def _signed(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            content = await request.read()
            try:
                self._check(request, content)
                self._must_be_there()
                status, said = await handler(request, msgspec.json.decode(content or b"{}"))
            except No as reason:
                status, said = reason.status, {"code": reason.code, "message": reason.message}
            except (KeyError, TypeError, ValueError):
                status, said = 400, {"code": "PARAM_ERROR", "message": "参数错误"}
            body = b"" if said is None else msgspec.json.encode(said)
            return web.Response(
                status=status,
                body=body,
                headers=self.signature(body),
                content_type="application/json" if body else None,
            )

        return answer

    def _must_be_there(self) -> None:
        if self.provider.fault("away"):
            raise No(503, "SYSTEM_ERROR")

    def signature(self, body: bytes) -> dict[str, str]:
        moment, nonce = str(int(self.provider.now().timestamp())), secrets.token_hex(16)
        return {
            "Wechatpay-Serial": identities.PLATFORM_SERIAL,
            "Wechatpay-Signature-Type": SCHEME,
            "Wechatpay-Timestamp": moment,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": signing.sign(
                self.keys.wechat, f"{moment}\n{nonce}\n".encode() + body + b"\n"
            ),
        }

    def _check(self, request: web.Request, content: bytes) -> None:
        said = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
        if said is None or (said["mchid"], said["serial"]) != (identities.MCHID, identities.SERIAL):
            raise No(401, "SIGN_ERROR")
        if abs(self.provider.now().timestamp() - int(said["moment"])) > WINDOW_S:
            raise No(401, "SIGN_ERROR", "timestamp")
        head = f"{request.method}\n{request.raw_path}\n{said['moment']}\n{said['nonce']}\n"
        if not signing.is_signed(
            self.keys.wechat_merchant, head.encode() + content + b"\n", said["signature"]
        ):
            raise No(401, "SIGN_ERROR")

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

    def _mixed(self, said: dict[str, Any]) -> Mixed:
        gov, account, other = (said[f"med_ins_{part}_fee"] for part in ("gov", "self", "other"))
        added = sum(each["cash_add_fee"] for each in said.get("cash_add_detail", ()))
        reduced = sum(each["cash_reduce_fee"] for each in said.get("cash_reduce_detail", ()))
        total, cash, owed = (
            said["total_fee"],
            said["wechat_pay_cash_fee"],
            said["med_ins_cash_fee"],
        )
        if not (
            total == gov + account + other + cash + reduced
            and total == gov + account + other + owed + added
            and cash == owed + added - reduced
            and said["mix_pay_type"] == ("CASH_AND_INSURANCE" if cash else "INSURANCE_ONLY")
        ):
            raise No(400, "PARAM_ERROR", "amounts")
        order = self.memory.get(Order, said["out_trade_no"])
        prepay_id = order.prepay_id if order is not None else ""
        if cash and (prepay_id != said["prepay_id"] or order is None or order.total != cash):
            raise No(400, "PARAM_ERROR", "prepay_id")
        settlement = self.memory.get(Settlement, said["pay_order_id"])
        if settlement is not None and (
            settlement.pay_auth_no != said["pay_auth_no"]
            or (settlement.gov, settlement.account, settlement.other) != (gov, account, other)
        ):
            raise No(400, "MED_INS_ORDER_ERROR")
        return Mixed(
            out_trade_no=said["out_trade_no"],
            mix_trade_no=new_number("20"),
            mix_pay_type=said["mix_pay_type"],
            pay_order_id=said["pay_order_id"],
            gov=gov,
            account=account,
            other=other,
            cash=cash,
            total=total,
            callback_url=said["callback_url"],
            own="CREATED" if cash else "NO",
        )

    def _can_read_names(self, request: web.Request, said: dict[str, Any]) -> None:
        if request.headers.get("Wechatpay-Serial") != identities.PLATFORM_SERIAL:
            raise No(400, "PARAM_ERROR", "Wechatpay-Serial")
        people = [said["payer"], *([said["relative"]] if said["pay_for_relatives"] else [])]
        for person in people:
            try:
                name, digest = (
                    signing.read_by(self.keys.wechat, person[part])
                    for part in ("name", "id_digest")
                )
            except signing.NotReadable:
                raise No(400, "PARAM_ERROR", "payer") from None
            if not name or not ID_DIGEST.fullmatch(digest):
                raise No(400, "PARAM_ERROR", "id_digest")


def _said(state: str, head: str) -> str:
    return f"NO_{head}" if state == "NO" else f"{head}_{state}"


def _moment(at: datetime) -> str:
    return at.astimezone(calendar.SHANGHAI).isoformat(timespec="seconds")


def _shown(at: datetime) -> str:
    return at.astimezone(calendar.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _on(at: datetime) -> str:
    return calendar.on(at).isoformat()


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"
