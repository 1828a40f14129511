"""What a phone signs with the Ed25519 key it keeps: signing in, refreshing, and acts of care."""

from base64 import urlsafe_b64decode
from typing import Annotated

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Meta

PublicKey = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)",
        description="raw Ed25519 public key, base64url, unpadded",
    ),
]
Signature = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]{86}$(?!\n)", description="Ed25519 signature, base64url, unpadded"
    ),
]


def decode(text: str) -> bytes:
    """The bytes of a `PublicKey` or a `Signature`."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signed_by(public_key: bytes, *, content: str, signature: bytes) -> bool:
    """Whether the phone that keeps this key signed exactly this text."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, content.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
