"""How 微信支付 is asked: each question signed, and no answer believed that is not."""

from typing import Any, TypeVar, overload
from urllib.parse import urlsplit

import msgspec

from backend.core import clock
from backend.payments.channels import Forged, Refused, Transient
from backend.payments.channels.calls import Answer, Line
from backend.payments.channels.wechat.merchant import Merchant

AGENT = "bedside"
_FIRST_REFUSAL, _MISSING = 300, 404  # not policy: HTTP
_NOT_NOW = frozenset({"SYSTEM_ERROR", "FREQUENCY_LIMITED", "BANK_ERROR", "STATEMENT_CREATING"})

T = TypeVar("T")


class Unknown(Refused):
    """It does not know what we ask about."""


class Wire:
    """One merchant's line to the platform."""

    def __init__(self, address: str, merchant: Merchant) -> None:
        self.line = Line(address)
        self._merchant = merchant

    @overload
    async def ask(self, verb: str, target: str, *, said: Any = None) -> None: ...
    @overload
    async def ask(
        self, verb: str, target: str, *, shape: type[T], said: Any = None, serial: str = ""
    ) -> T: ...
    async def ask(
        self,
        verb: str,
        target: str,
        *,
        shape: type[T] | None = None,
        said: Any = None,
        serial: str = "",
    ) -> T | None:
        """Ask, and answer in that shape; `serial` says for whose eyes names were encrypted.

        :raises Transient: it is away, or nobody we know signed the answer, a refusal included
        :raises Refused: :raises Unknown:
        """
        body = b"" if said is None else msgspec.json.encode(said)
        headers = self._headers(verb, target, body)
        if serial:
            headers["Wechatpay-Serial"] = serial
        answer = await self.line.say(verb, target, body=body, headers=headers)
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

    async def fetch(self, url: str) -> bytes:
        """Fetch a file, which is asked for with a signature and answered without one.

        :raises Transient:
        """
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        answer = await self.line.fetch(url, headers=self._headers("GET", target, b""))
        if answer.status >= _FIRST_REFUSAL:
            raise Transient(f"HTTP {answer.status}")
        return answer.body

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
    return Unknown(code) if answer.status == _MISSING else Refused(code)
