"""The keys of both sides, made once: ours into the keys folder, the provider's into its own."""

import os
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from backend.local.places import write_secret
from backend.payments.channels import signing

BITS, EXPONENT, SECRET_BYTES = 2048, 65537, 32
MCHID, APPID, SERIAL = (
    "1900009191",
    "wx0123456789abcdef",
    "4A5B6C7D8E9F00112233445566778899AABBCCDD",
)
PLATFORM_SERIAL = "PUB_KEY_ID_0119000091912026010100000001"
ALIPAY_APP, ALIPAY_SELLER = "2021000000000001", "2088000000000001"
INSTITUTION_CODE, INSTITUTION_NAME = "H31010100001", "示例社区卫生服务中心"


class Keys(msgspec.Struct, frozen=True):
    """What the provider holds: its own keys, and what it knows of ours."""

    wechat: RSAPrivateKey
    wechat_secret: bytes
    wechat_merchant: RSAPublicKey
    alipay: RSAPrivateKey
    alipay_app: RSAPublicKey
    insurance: RSAPrivateKey
    insurance_own: RSAPublicKey


def make(ours: Path, theirs: Path) -> Keys:
    """Read the keys; those that are missing are made."""
    for folder in (ours, theirs):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = ours / "wechat-apiv3.key"
    if not secret.exists():
        write_secret(secret, os.urandom(SECRET_BYTES))
    return Keys(
        wechat=_theirs(theirs / "wechat.pem", ours / f"wechat-platform-{PLATFORM_SERIAL}.pem"),
        wechat_secret=secret.read_bytes(),
        wechat_merchant=_own(ours / "wechat-merchant.pem").public_key(),
        alipay=_theirs(theirs / "alipay.pem", ours / "alipay-platform.pem"),
        alipay_app=_own(ours / "alipay-app.pem").public_key(),
        insurance=_theirs(theirs / "insurance.pem", ours / "insurance-platform.pem"),
        insurance_own=_own(ours / "insurance-own.pem").public_key(),
    )


def settings(address: str) -> dict[str, str]:
    """What our programs are told, by the names of the settings."""
    return {
        "WECHAT": address,
        "WECHAT_MCHID": MCHID,
        "WECHAT_APPID": APPID,
        "WECHAT_SERIAL": SERIAL,
        "ALIPAY": f"{address}/gateway.do",
        "ALIPAY_APP_ID": ALIPAY_APP,
        "ALIPAY_SELLER_ID": ALIPAY_SELLER,
        "INSURANCE": f"{address}/insurance",
        "INSURANCE_CODE": INSTITUTION_CODE,
        "INSURANCE_NAME": INSTITUTION_NAME,
    }


def _own(file: Path) -> RSAPrivateKey:
    if not file.exists():
        key = rsa.generate_private_key(EXPONENT, BITS)
        write_secret(file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return signing.read_private(file)


def _theirs(file: Path, public: Path) -> RSAPrivateKey:
    """Their key; we are given the public half of it."""
    key = _own(file)
    said = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    if not public.exists() or public.read_bytes() != said:
        write_secret(public, said)
    return key
