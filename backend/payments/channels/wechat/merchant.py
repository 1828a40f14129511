"""Who we are to WeChat Pay, and who it is to us: what each signs, and what is believed.

APIv3: `WECHATPAY2-SHA256-RSA2048`. We sign verb, target, moment, nonce and body; the platform signs
moment, nonce and body, by a key whose serial is on our list. Nothing is believed that is older or
newer than five minutes.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from backend.payments.channels import Forged, signing

SCHEME = "WECHATPAY2-SHA256-RSA2048"
WINDOW_S = 300  # not policy: what WeChat Pay asks of whoever verifies
SECRET_BYTES = 32  # not policy: AES-256
NONCE_BYTES = 16  # not policy: theirs are 32 letters, too
NONCE_LETTERS = 64  # not policy: theirs have 32

PLATFORM = "wechat-platform-"


class Merchant(msgspec.Struct, frozen=True):
    """The keys of one merchant number. Shown to nobody."""

    mchid: str
    appid: str
    serial: str
    key: RSAPrivateKey
    secret: bytes  # the APIv3 key
    platform: Mapping[str, RSAPublicKey]

    def __repr__(self) -> str:
        return f"Merchant({self.mchid})"

    def authorization(self, verb: str, target: str, body: bytes, *, now: datetime) -> str:
        """Prove that it is we who ask for just this."""
        moment, nonce = str(int(now.timestamp())), new_nonce()
        signature = self.sign(verb, target, moment, nonce, body.decode())
        return (
            f'{SCHEME} mchid="{self.mchid}",nonce_str="{nonce}",signature="{signature}",'
            f'timestamp="{moment}",serial_no="{self.serial}"'
        )

    def sign(self, *lines: str) -> str:
        """Sign lines, each ended by a line feed."""
        return signing.sign(self.key, "".join(f"{line}\n" for line in lines).encode())

    def check(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> str:
        """Believe what the platform signed, and answer its nonce. Headers by lower-case names.

        :raises Forged:
        """
        key = self.platform.get(headers.get("wechatpay-serial", ""))
        if key is None:
            raise Forged("serial")
        if headers.get("wechatpay-signature-type", SCHEME) != SCHEME:
            raise Forged("scheme")
        moment, nonce = headers.get("wechatpay-timestamp", ""), headers.get("wechatpay-nonce", "")
        if not (moment.isascii() and moment.isdigit()) or len(moment) > len("1000000000000"):
            raise Forged("timestamp")
        if abs(now.timestamp() - int(moment)) > WINDOW_S:
            raise Forged("window")
        if not nonce.isascii() or not nonce.isprintable() or not 1 <= len(nonce) <= NONCE_LETTERS:
            raise Forged("nonce")
        said = f"{moment}\n{nonce}\n".encode() + body + b"\n"
        if not signing.is_signed(key, said, headers.get("wechatpay-signature", "")):
            raise Forged("signature")
        return nonce

    def newest(self) -> tuple[str, RSAPublicKey]:
        """The serial and key by which names are encrypted for the platform."""
        serial = max(self.platform)
        return serial, self.platform[serial]


def new_nonce() -> str:
    return secrets.token_hex(NONCE_BYTES)


def read(folder: Path, *, mchid: str, appid: str, serial: str) -> Merchant:
    """Read `wechat-merchant.pem`, `wechat-apiv3.key` and each `wechat-platform-<serial>.pem`.

    :raises ValueError: one is missing, unreadable or too short
    """
    try:
        secret = (folder / "wechat-apiv3.key").read_bytes()
        key = signing.read_private(folder / "wechat-merchant.pem")
    except OSError as error:
        raise ValueError(f"There is no {Path(str(error.filename)).name} in {folder}.") from None
    platform = {
        file.stem.removeprefix(PLATFORM): signing.read_public(file)
        for file in folder.glob(f"{PLATFORM}*.pem")
    }
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"wechat-apiv3.key should have {SECRET_BYTES} bytes.")
    if not platform:
        raise ValueError(f"There is no {PLATFORM}<serial>.pem in {folder}.")
    return Merchant(mchid, appid, serial, key, secret, platform)
