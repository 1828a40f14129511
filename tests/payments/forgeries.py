"""PAY1: callbacks that are not from the channel, not for us, not of now, or not as they were sent.

Each begins with what the channel would really say of an order, and spoils one thing. Whoever
forges knows everything but the private keys and the APIv3 secret; those that were made with a key
of the channel stand for a channel that errs, and for a merchant that is not us.
"""

import base64
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa

from backend.core import clock
from backend.local.gateway import keys as identities
from backend.local.gateway.keys import Keys
from backend.payments.channels import signing
from backend.payments.channels.alipay.app import shown, to_sign
from backend.payments.channels.wechat.merchant import SCHEME

STRANGER = rsa.generate_private_key(65537, 2048)
LATE_S, EARLY_S = 302, 3600  # they may be sent some minutes after they were made


class Forgery(NamedTuple):
    """`is_signed`: its seals hold, and it is what they seal that is refused."""

    name: str
    channel: str
    headers: dict[str, str]
    body: bytes
    is_signed: bool = False


class WeChat:
    """What 微信支付 would say of an order that was paid, in parts that can be spoilt."""

    def __init__(self, keys: Keys, *, number: str, fen: int) -> None:
        self.keys, self.number, self.fen = keys, number, fen

    def trade(self, **said: Any) -> dict[str, Any]:
        return {
            "appid": identities.APPID,
            "mchid": identities.MCHID,
            "out_trade_no": self.number,
            "transaction_id": "4200001234202611281234567890",
            "trade_state": "SUCCESS",
            "attach": "CASH_ONLY",
            "success_time": clock.now().isoformat(),
            "amount": {"total": self.fen, "currency": "CNY"},
            **said,
        }

    def body(
        self,
        content: Any = None,
        *,
        event: str = "TRANSACTION.SUCCESS",
        secret: bytes | None = None,
        sealed_for: str = "transaction",
        resource: Mapping[str, Any] | None = None,
        **said: Any,
    ) -> bytes:
        nonce = secrets.token_hex(6)
        plain = msgspec.json.encode(self.trade() if content is None else content)
        envelope = {
            "id": f"EV{secrets.token_hex(8)}",
            "create_time": clock.now().isoformat(),
            "event_type": event,
            "resource_type": "encrypt-resource",
            "summary": "支付成功",
            "resource": {
                "original_type": "transaction",
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": signing.seal(
                    secret or self.keys.wechat_secret, plain, nonce=nonce, associated=sealed_for
                ),
                "associated_data": "transaction",
                "nonce": nonce,
                **(resource or {}),
            },
            **said,
        }
        return msgspec.json.encode(envelope)

    def headers(
        self,
        body: bytes,
        *,
        moment: str | None = None,
        key: rsa.RSAPrivateKey | None = None,
        **said: str,
    ) -> dict[str, str]:
        moment = str(int(clock.now().timestamp())) if moment is None else moment
        nonce = secrets.token_hex(16)
        signed = f"{moment}\n{nonce}\n".encode() + body + b"\n"
        return {
            "content-type": "application/json",
            "wechatpay-serial": identities.PLATFORM_SERIAL,
            "wechatpay-signature-type": SCHEME,
            "wechatpay-timestamp": moment,
            "wechatpay-nonce": nonce,
            "wechatpay-signature": signing.sign(key or self.keys.wechat, signed),
            **{f"wechatpay-{name.replace('_', '-')}": word for name, word in said.items()},
        }

    def said(self, name: str, body: bytes, **headers: Any) -> Forgery:
        return Forgery(name, "wechat", self.headers(body, **headers), body)


def of_wechat(keys: Keys, *, number: str, fen: int) -> Iterator[Forgery]:
    """Some fifty."""
    it = WeChat(keys, number=number, fen=fen)
    yield from _unsigned(it)
    yield from _not_of_now(it)
    yield from _altered(it)
    for each in _signed_nonsense(it):
        yield each._replace(is_signed=True)


def _unsigned(it: WeChat) -> Iterator[Forgery]:
    body = it.body()
    genuine = it.headers(body)
    yield Forgery("nothing but a body", "wechat", {"content-type": "application/json"}, body)
    for missing in ("serial", "timestamp", "nonce", "signature"):
        headers = {k: v for k, v in genuine.items() if k != f"wechatpay-{missing}"}
        yield Forgery(f"without {missing}", "wechat", headers, body)
    for name, word in (
        ("no signature", ""),
        ("no base64", "!" * 344),
        ("not of this length", base64.b64encode(b"short").decode()),
        ("zeros", base64.b64encode(bytes(256)).decode()),
        ("a probe of their own", "WECHATPAY/SIGNTEST/" + genuine["wechatpay-signature"][19:]),
        ("of another body", it.headers(it.body())["wechatpay-signature"]),
    ):
        yield it.said(name, body, signature=word)
    yield it.said("by a stranger", body, key=STRANGER)
    yield it.said(
        "by a stranger with a serial of its own", body, key=STRANGER, serial="PUB_KEY_ID_1"
    )
    yield it.said("with our own serial", body, serial=identities.SERIAL)
    yield it.said("with a path for a serial", body, serial="../wechat-merchant")
    yield it.said("with another scheme", body, signature_type="WECHATPAY2-SM2-WITH-SM3")
    yield it.said("with the old scheme", body, signature_type="MD5")


def _not_of_now(it: WeChat) -> Iterator[Forgery]:
    body, now = it.body(), int(clock.now().timestamp())
    for name, moment in (
        ("five minutes late", str(now - LATE_S)),
        ("a day late", str(now - 86400)),
        ("an hour early", str(now + EARLY_S)),
        ("at no time", ""),
        ("before all times", str(-now)),
        ("at a fraction", f"{now}.5"),
        ("in words", "now"),
        ("after all times", "9" * 400),
        ("in milliseconds", str(now * 1000)),
        ("with a sign", f"+{now}"),
    ):
        yield it.said(name, body, moment=moment)
    genuine = it.headers(body, moment=str(now - LATE_S))
    yield Forgery(
        "an old one with a new moment", "wechat", {**genuine, "wechatpay-timestamp": str(now)}, body
    )
    yield it.said("with another nonce", body, nonce=secrets.token_hex(16))
    yield it.said("with a long nonce", body, nonce="n" * 500)
    yield it.said("with no nonce", body, nonce="")


def _altered(it: WeChat) -> Iterator[Forgery]:
    body = it.body()
    for at in (0, 5, len(body) // 3, len(body) // 2, len(body) - 2):
        yield Forgery(f"bit {at} flipped", "wechat", it.headers(body), _flipped(body, at))
    for name, other in (
        ("with a space behind", body + b" "),
        ("with a mark before", b"\xef\xbb\xbf" + body),
        ("cut short", body[:-1]),
        ("empty", b""),
        ("said twice", body + body),
        ("of another order", it.body(it.trade(out_trade_no="0" * 32))),
    ):
        yield Forgery(name, "wechat", it.headers(body), other)
    headers = it.headers(body)
    raw = base64.b64decode(headers["wechatpay-signature"])
    for at in (0, 128, 255):
        signature = base64.b64encode(_flipped(raw, at)).decode()
        yield Forgery(
            f"signature bit {at} flipped",
            "wechat",
            {**headers, "wechatpay-signature": signature},
            body,
        )


def _signed_nonsense(it: WeChat) -> Iterator[Forgery]:
    """What a channel that errs would sign, or another merchant's notice sent on to us."""
    amount = {"currency": "CNY"}
    for name, said in (
        ("for another merchant", {"mchid": "1900000000"}),
        ("for another app", {"appid": "wx0000000000000000"}),
        ("in dollars", {"amount": {"total": it.fen, "currency": "USD"}}),
        ("a fen less", {"amount": {"total": it.fen - 1, **amount}}),
        ("a hundredfold", {"amount": {"total": it.fen * 100, **amount}}),
        ("below nothing", {"amount": {"total": -it.fen, **amount}}),
        ("of no amount", {"amount": {**amount}}),
        ("of an amount in words", {"amount": {"total": str(it.fen), **amount}}),
        ("of a broken fen", {"amount": {"total": it.fen + 0.5, **amount}}),
        ("without amounts", {"amount": None}),
        ("not paid at all", {"trade_state": "NOTPAY"}),
        ("in a state nobody knows", {"trade_state": "GIVEN"}),
        ("of an unknown order", {"out_trade_no": "f" * 32}),
        ("of a number that is none", {"out_trade_no": "' OR 1=1 --"}),
        ("of a number with a NUL", {"out_trade_no": f"{it.number}\x00"}),
    ):
        yield it.said(name, it.body(it.trade(**said)))
    yield it.said("sealed by another secret", it.body(secret=secrets.token_bytes(32)))
    yield it.said("sealed for something else", it.body(sealed_for="refund"))
    for name, resource in (
        ("with another AES nonce", {"nonce": "0" * 12}),
        ("with a short AES nonce", {"nonce": "0"}),
        ("with another AAD", {"associated_data": ""}),
        ("with a long AAD", {"associated_data": "a" * 1000}),
        ("with another cipher", {"algorithm": "AEAD_SM4_GCM"}),
        ("with no ciphertext", {"ciphertext": ""}),
        ("with a ciphertext that is none", {"ciphertext": "?"}),
    ):
        yield it.said(name, it.body(resource=resource))
    yield it.said("of another kind of resource", it.body(resource_type="plain"))
    for event in ("REFUND.SUCCESS", "TRANSACTION.CLOSED", "MEDICAL_INSURANCE.SUCCESS", "A.B", ""):
        yield it.said(f"called {event or 'nothing'}", it.body(event=event))
    for name, content in (
        ("about nothing", {}),
        ("a list", []),
        ("a word", "paid"),
    ):
        yield it.said(name, it.body(content))
    for name, body in (
        ("an empty object", b"{}"),
        ("nothing", b""),
        ("no JSON", b"paid"),
        ("NUL", b"\x00" * 20),
        ("not UTF-8", b'{"id":"\xff\xfe"}'),
        ("ten thousand deep", b"[" * 10_000),
        ("very long", b'{"id":"' + b"x" * 60_000 + b'"}'),
    ):
        yield it.said(name, body)


def of_alipay(keys: Keys, *, number: str, fen: int) -> Iterator[Forgery]:
    """Some thirty."""
    genuine = _alipay(number, fen)
    signed = _form(keys.alipay, genuine)

    def said(name: str, form: Mapping[str, str] | bytes, *, is_signed: bool = False) -> Forgery:
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        kind = "application/x-www-form-urlencoded; charset=utf-8"
        return Forgery(name, "alipay", {"content-type": kind}, body, is_signed)

    for missing in ("sign", "sign_type", "charset", "app_id", "notify_time", "total_amount"):
        yield said(f"without {missing}", {k: v for k, v in signed.items() if k != missing})
    for name, more in (
        ("with the old scheme", {"sign_type": "RSA"}),
        ("of another amount", {"total_amount": "0.01"}),
        ("of another order", {"out_trade_no": "0" * 32}),
        ("of another state", {"trade_status": "TRADE_FINISHED"}),
        ("with one word more", {"buyer_id": "2088000000000000"}),
        ("with no signature", {"sign": ""}),
        ("with a signature that is none", {"sign": "?"}),
        ("at another time", {"notify_time": shown(clock.now())[:-2] + "61"}),
    ):
        yield said(name, {**signed, **more})
    yield said("by a stranger", _form(STRANGER, genuine))
    yield said("said twice", urlencode(signed).encode() + b"&" + urlencode(signed).encode())
    merged = _merged(signed, "out_trade_no")
    yield said("with a boundary moved", merged)
    yield said("no form", b"success")
    yield said("not ASCII", "支付=成功".encode("gb18030"))
    yield said("of a thousand fields", b"&".join(b"a%d=1" % n for n in range(1000)))
    for name, more in (
        ("for another app", {"app_id": "2021999999999999"}),
        ("for another seller", {"seller_id": "2088999999999999"}),
        ("of another kind", {"notify_type": "batch_trans_notify"}),
        ("in a state nobody knows", {"trade_status": "TRADE_GIVEN"}),
        ("of an amount in words", {"total_amount": "NaN"}),
        ("of an amount with an exponent", {"total_amount": "8E1"}),
        ("below nothing", {"total_amount": "-80.00"}),
        ("finer than a fen", {"total_amount": "80.001"}),
        ("a fen less", {"total_amount": f"{(fen - 1) / 100:.2f}"}),
        ("five minutes late", {"notify_time": _shifted(-LATE_S)}),
        ("an hour early", {"notify_time": _shifted(EARLY_S)}),
        ("of an unknown order", {"out_trade_no": "f" * 32}),
        ("in another encoding", {"charset": "GBK"}),
        ("under no id", {"notify_id": ""}),
    ):
        yield said(name, _form(keys.alipay, {**genuine, **more}), is_signed=True)


def _alipay(number: str, fen: int) -> dict[str, str]:
    now = shown(clock.now())
    return {
        "notify_id": secrets.token_hex(17),
        "notify_type": "trade_status_sync",
        "notify_time": now,
        "app_id": identities.ALIPAY_APP,
        "seller_id": identities.ALIPAY_SELLER,
        "charset": "utf-8",
        "version": "1.0",
        "out_trade_no": number,
        "trade_no": "2026112822001400001234567890",
        "trade_status": "TRADE_SUCCESS",
        "total_amount": f"{fen / 100:.2f}",
        "gmt_payment": now,
    }


def _form(key: rsa.RSAPrivateKey, said: Mapping[str, str]) -> dict[str, str]:
    return {**said, "sign_type": "RSA2", "sign": signing.sign(key, to_sign(said))}


def _merged(signed: Mapping[str, str], name: str) -> dict[str, str]:
    """The same bytes to sign: one parameter inside the value of the one before it."""
    names = sorted(set(signed) - {"sign", "sign_type"})
    before = names[names.index(name) - 1]
    inside = f"{signed[before]}&{name}={signed[name]}"
    return {k: v for k, v in {**signed, before: inside}.items() if k != name}


def _shifted(seconds: int) -> str:
    return shown(datetime.fromtimestamp(clock.now().timestamp() + seconds, UTC))


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes((content[at] ^ 1,)) + content[at + 1 :]
