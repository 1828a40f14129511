"""Access tokens: short-lived, signed with Ed25519, typed `at+jwt`, and checked in full.

RFC 8725: one algorithm, an explicit type, issuer and audience, and a key chosen by `kid`.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from backend.core import clock
from backend.core.problems import Unauthenticated

ALGORITHM = "EdDSA"
TYPE = "at+jwt"
LIFETIME = timedelta(minutes=15)
LEEWAY = timedelta(seconds=60)
CACHED_FOR = timedelta(seconds=60)
CACHED_MAX = 20_000
HEADER_MAX = 4_096


class Claims(msgspec.Struct, frozen=True):
    """What an access token says: a person, acting in one role, on one phone."""

    sub: UUID
    sid: UUID
    role: str
    exp: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    org: UUID | None = None
    did: UUID | None = None


class Keys(msgspec.Struct, frozen=True):
    """Signing keys by `kid`; the last one signs, all of them verify."""

    signing: Mapping[str, Ed25519PrivateKey]
    issuer: str
    audience: str

    @property
    def newest(self) -> str:
        return max(self.signing)


_jwt = jwt.PyJWT(options={"enforce_minimum_key_length": True})
_keys: Keys | None = None
_verified: dict[bytes, tuple[float, Claims]] = {}


def load(folder: Path, *, issuer: str, audience: str) -> Keys:
    """Read every `token-<kid>.pem` of the folder."""
    signing: dict[str, Ed25519PrivateKey] = {}
    for file in sorted(folder.glob("token-*.pem")):
        key = load_pem_private_key(file.read_bytes(), password=None)
        assert isinstance(key, Ed25519PrivateKey), f"{file.name} is not an Ed25519 key"
        signing[file.stem.removeprefix("token-")] = key
    assert signing, "no token-<kid>.pem in KEYS_FOLDER"
    return Keys(signing=signing, issuer=issuer, audience=audience)


def use(keys: Keys) -> None:
    """Sign and verify with these keys from now on."""
    global _keys  # noqa: PLW0603 - set once at start
    _keys = keys
    _verified.clear()


def _ours() -> Keys:
    assert _keys is not None, "tokens.use() has not been called"
    return _keys


def sign(
    *,
    person_id: UUID,
    session_id: UUID,
    role: str,
    organization_id: UUID | None,
    device_id: UUID | None,
    now: datetime,
) -> str:
    """An access token good for 15 minutes."""
    keys = _ours()
    claims = {
        "iss": keys.issuer,
        "aud": keys.audience,
        "iat": now,
        "exp": now + LIFETIME,
        "sub": str(person_id),
        "sid": str(session_id),
        "role": role,
        "org": str(organization_id) if organization_id else None,
        "did": str(device_id) if device_id else None,
    }
    return _jwt.encode(
        claims, keys.signing[keys.newest], ALGORITHM, headers={"kid": keys.newest, "typ": TYPE}
    )


def verify(token: str) -> Claims:
    """The claims of a good token; a verified one is remembered for at most a minute.

    :raises Unauthenticated: whatever is wrong with it; the caller is not told what
    """
    digest = hashlib.sha256(token.encode()).digest()
    now = clock.now().timestamp()
    known = _verified.get(digest)
    if known and now < known[0]:
        return known[1]
    claims = _verify(token)
    if len(_verified) >= CACHED_MAX:
        _verified.clear()
    until = min(now + CACHED_FOR.total_seconds(), claims.exp + LEEWAY.total_seconds())
    _verified[digest] = (until, claims)
    return claims


def _verify(token: str) -> Claims:
    keys = _ours()
    try:
        header = jwt.get_unverified_header(token)
        if header.get("typ") != TYPE or header.get("alg") != ALGORITHM:
            raise Unauthenticated
        said: dict[str, Any] = _jwt.decode(
            token,
            keys.signing[header["kid"]].public_key(),
            algorithms=[ALGORITHM],
            audience=keys.audience,
            issuer=keys.issuer,
            leeway=LEEWAY,
            options={"require": ["iss", "aud", "iat", "exp", "sub", "sid", "role"]},
        )
        return msgspec.convert(said, Claims)
    except (jwt.PyJWTError, msgspec.ValidationError, LookupError, TypeError, ValueError):
        raise Unauthenticated from None


def bearer(scope: Mapping[str, Any]) -> Claims:
    """The claims of the one `Authorization: Bearer` header of a request.

    :raises Unauthenticated: none, several, another scheme, or a token that does not hold
    """
    said = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(said) != 1 or len(said[0]) > HEADER_MAX:
        raise Unauthenticated
    scheme, _, token = said[0].partition(b" ")
    if scheme.lower() != b"bearer" or not token.isascii():
        raise Unauthenticated
    return verify(token.decode())


def jwks() -> dict[str, list[dict[str, Any]]]:
    """The public keys, as RFC 7517 has them."""
    keys = _ours()
    return {
        "keys": [
            {
                **jwt.algorithms.OKPAlgorithm.to_jwk(key.public_key(), as_dict=True),
                "kid": kid,
                "use": "sig",
                "alg": ALGORITHM,
            }
            for kid, key in keys.signing.items()
        ]
    }
