"""Who asks, and who answers: each question's signature is checked, each answer is signed."""

import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from backend.local.gateway import keys as identities
from backend.local.gateway.provider import Provider
from backend.payments.channels import signing
from backend.payments.channels.wechat.merchant import SCHEME, WINDOW_S

AUTHORIZATION = re.compile(
    rf'{SCHEME} mchid="(?P<mchid>[^"]+)",nonce_str="(?P<nonce>[^"]+)",'
    r'signature="(?P<signature>[^"]+)",timestamp="(?P<moment>\d+)",serial_no="(?P<serial>[^"]+)"'
)
Handler = Callable[[web.Request, dict[str, Any]], Awaitable[tuple[int, Any]]]


class No(Exception):
    """An error as WeChat Pay words it."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message or code


class SignedWire:
    """What all its routes have in common."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.memory = provider.memory
        self.keys = provider.keys

    def signed(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
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
