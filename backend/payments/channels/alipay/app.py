"""Who we are to 支付宝, and what is believed of it: RSA2 over sorted parameters.

A request signs everything but `sign`; a notice is signed without `sign` and `sign_type`; an answer
is signed over the very bytes of its node. A notice carries no nonce: its `notify_id` is used once.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from backend.core import calendar
from backend.payments.channels import Forged, signing

FORMAT = "%Y-%m-%d %H:%M:%S"
WINDOW_S = 300  # not policy: as of the other channel; it names none
FIELDS_MAX = 100


class App(msgspec.Struct, frozen=True):
    """The keys of one app. Shown to nobody."""

    app_id: str
    seller_id: str
    key: RSAPrivateKey
    platform: RSAPublicKey

    def __repr__(self) -> str:
        return f"App({self.app_id})"

    def signed(
        self, method: str, content: Mapping[str, object], *, now: datetime, notify_url: str = ""
    ) -> str:
        """Everything of one request, as a form."""
        said = {
            "app_id": self.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": shown(now),
            "version": "1.0",
            "biz_content": msgspec.json.encode(content).decode(),
        }
        if notify_url:
            said["notify_url"] = notify_url
        return urlencode({**said, "sign": signing.sign(self.key, to_sign(said))})

    def believed(self, body: bytes, method: str) -> bytes:
        """The node of an answer, when 支付宝 signed it.

        :raises Forged:
        """
        node = f"{method.replace('.', '_')}_response"
        try:
            said = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
            signature = msgspec.json.decode(said["sign"], type=str)
            content = bytes(said[node])
        except (msgspec.MsgspecError, UnicodeDecodeError, KeyError):
            raise Forged("unsigned") from None
        if not signing.is_signed(self.platform, content, signature):
            raise Forged("signature")
        return content

    def read_form(self, body: bytes, *, now: datetime) -> dict[str, str]:
        """The parameters of a notice that is signed, for us, and of now.

        :raises Forged:
        """
        try:
            pairs = parse_qsl(
                body.decode("ascii"),
                keep_blank_values=True,
                strict_parsing=True,
                errors="strict",
                max_num_fields=FIELDS_MAX,
            )
        except ValueError:
            raise Forged("content") from None
        said = dict(pairs)
        # Joined by `&` to be signed: one inside a value could move where the next one begins.
        if len(said) != len(pairs) or any("&" in word for pair in pairs for word in pair):
            raise Forged("content")
        signature = said.pop("sign", "")
        if said.pop("sign_type", "") != "RSA2" or said.get("charset", "").lower() != "utf-8":
            raise Forged("scheme")
        if not signing.is_signed(self.platform, to_sign(said), signature):
            raise Forged("signature")
        if (said.get("app_id"), said.get("seller_id")) != (self.app_id, self.seller_id):
            raise Forged("recipient")
        try:
            at = read_moment(said.get("notify_time", ""))
        except ValueError:
            raise Forged("timestamp") from None
        if abs((now - at).total_seconds()) > WINDOW_S:
            raise Forged("window")
        return said


def to_sign(said: Mapping[str, str]) -> bytes:
    """What is not empty, sorted by name."""
    return "&".join(f"{name}={said[name]}" for name in sorted(said) if said[name]).encode()


def shown(at: datetime) -> str:
    return at.astimezone(calendar.SHANGHAI).strftime(FORMAT)


def read_moment(said: str) -> datetime:
    """:raises ValueError:"""
    return datetime.strptime(said, FORMAT).replace(tzinfo=calendar.SHANGHAI)


def read(folder: Path, *, app_id: str, seller_id: str) -> App:
    """Read `alipay-app.pem` and `alipay-platform.pem`.

    :raises ValueError: one is missing, unreadable or too short
    """
    try:
        return App(
            app_id,
            seller_id,
            signing.read_private(folder / "alipay-app.pem"),
            signing.read_public(folder / "alipay-platform.pem"),
        )
    except OSError as error:
        raise ValueError(f"There is no {Path(str(error.filename)).name} in {folder}.") from None
