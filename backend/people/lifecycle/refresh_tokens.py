"""Refresh tokens: opaque, stored as a hash, and known as ours however old they are.

A token is `session (16 bytes) | random (32) | our signature (16)`. Who shows an old one that no row
remembers has kept a copy, and the signature tells that from a token somebody made up.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from secrets import token_bytes
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core import crypto
from backend.core.signatures import decode

RefreshToken = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{86}$(?!\n)", description="opaque")]

LABEL = "sessions.refresh"
RANDOM_BYTES = 32  # not policy: 256 bits cannot be guessed
_SESSION_BYTES = _SIGNATURE_BYTES = 16  # not policy: the width of a UUID, and of a cut HMAC


def make(session_id: UUID) -> str:
    body = session_id.bytes + token_bytes(RANDOM_BYTES)
    signature = crypto.sign(body, LABEL)[:_SIGNATURE_BYTES]
    return urlsafe_b64encode(body + signature).rstrip(b"=").decode()


def digest(token: str) -> bytes:
    """What is stored. 256 random bits need no slow hash."""
    return sha256(decode(token)).digest()


def session_of(token: str) -> UUID | None:
    """The session it was made for; None when it is not ours."""
    raw = decode(token)
    body, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
    if not crypto.is_signed(body, signature, LABEL):
        return None
    return UUID(bytes=body[:_SESSION_BYTES])
