"""Odd tokens: whatever is wrong with one, the answer is 401 and says no more (Z4)."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from backend.core import clock, tokens
from backend.core.access import Actor, Role
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.people import queries
from tests.builders import a_person, acting

pytestmark = pytest.mark.anyio

Make = Callable[[dict[str, Any]], str]


def base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def claims_of(actor: Actor, **other: Any) -> dict[str, Any]:
    """What a good token says; `None` leaves a claim out."""
    now = int(clock.now().timestamp())
    said = {
        "iss": tokens._ours().issuer,
        "aud": tokens._ours().audience,
        "iat": now,
        "exp": now + 600,
        "sub": str(actor.person_id),
        "sid": str(actor.session_id),
        "did": str(actor.device_id),
        "role": actor.role.value,
        "org": None,
    }
    return {name: value for name, value in {**said, **other}.items() if value is not ...}


def signed(said: dict[str, Any], **header: Any) -> str:
    """A token with our newest key, however odd the rest of it."""
    ours = tokens._ours()
    names = {"kid": ours.newest, "typ": "at+jwt", **header}
    return jwt.encode(
        said,
        ours.signing[ours.newest],
        "EdDSA",
        headers={name: value for name, value in names.items() if value is not ...},
    )


def by_hand(header: Any, said: Any, signature: bytes | None = None) -> str:
    """A token whose header may lie about how it was signed."""
    parts = [
        base64url(part if isinstance(part, bytes) else json.dumps(part).encode())
        for part in (header, said)
    ]
    signing = ".".join(parts)
    ours = tokens._ours()
    good = ours.signing[ours.newest].sign(signing.encode())
    return f"{signing}.{base64url(good if signature is None else signature)}"


def header(**other: Any) -> dict[str, Any]:
    said = {"alg": "EdDSA", "typ": "at+jwt", "kid": tokens._ours().newest, **other}
    return {name: value for name, value in said.items() if value is not ...}


def with_hmac(said: dict[str, Any]) -> str:
    """The public key as a shared secret: the oldest trick."""
    ours = tokens._ours()
    public = ours.signing[ours.newest].public_key()
    secret = base64url(public.public_bytes(Encoding.Raw, PublicFormat.Raw))
    names = {"kid": ours.newest, "typ": "at+jwt"}
    return jwt.encode(said, secret, "HS256", headers=names)


def with_rsa(said: dict[str, Any]) -> str:
    pem = generate_private_key(65537, 2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    names = {"kid": tokens._ours().newest, "typ": "at+jwt"}
    return jwt.encode(said, pem, "RS256", headers=names)


def by_a_stranger(said: dict[str, Any], **other: Any) -> str:
    names = {"kid": tokens._ours().newest, "typ": "at+jwt", **other}
    return jwt.encode(said, Ed25519PrivateKey.generate(), "EdDSA", headers=names)


def jwk_of_a_stranger(said: dict[str, Any]) -> str:
    key = Ed25519PrivateKey.generate()
    jwk = jwt.algorithms.OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    names = {"kid": tokens._ours().newest, "typ": "at+jwt", "jwk": jwk}
    return jwt.encode(said, key, "EdDSA", headers=names)


def cut(token: str, *parts: int) -> str:
    return ".".join(token.split(".")[part] for part in parts)


DEEP = b"[" * 900 + b"]" * 900

ODD: dict[str, Make] = {
    "alg none": lambda said: by_hand(header(alg="none"), said, b""),
    "alg none with a signature": lambda said: by_hand(header(alg="none"), said),
    "alg nOnE": lambda said: by_hand(header(alg="nOnE"), said, b""),
    "alg HS256 with the public key": with_hmac,
    "alg HS256 named, ours signed": lambda said: by_hand(header(alg="HS256"), said),
    "alg RS256": with_rsa,
    "alg ES256 named": lambda said: by_hand(header(alg="ES256"), said),
    "alg missing": lambda said: by_hand(header(alg=...), said),
    "alg a number": lambda said: by_hand(header(alg=7), said),
    "alg a list": lambda said: by_hand(header(alg=["EdDSA"]), said),
    "typ JWT": lambda said: signed(said, typ="JWT"),
    "typ of another token": lambda said: signed(said, typ="rt+jwt"),
    "typ missing": lambda said: by_hand(header(typ=...), said),
    "kid unknown": lambda said: signed(said, kid="19990101"),
    "kid missing": lambda said: by_hand(header(kid=...), said),
    "kid a path": lambda said: signed(said, kid="../../etc/passwd"),
    "kid a query": lambda said: signed(said, kid="' OR 1=1 --"),
    "kid null": lambda said: by_hand(header(kid=None), said),
    "kid a list": lambda said: by_hand(header(kid=["a"]), said),
    "crit unknown": lambda said: by_hand(header(crit=["nothing"], nothing=1), said),
    "b64 false": lambda said: by_hand(header(crit=["b64"], b64=False), said),
    "signed by a stranger": by_a_stranger,
    "a stranger's key in the header": jwk_of_a_stranger,
    "a stranger's address in the header": lambda said: by_a_stranger(
        said, jku="https://evil.example/jwks.json"
    ),
    "signature empty": lambda said: by_hand(header(), said, b""),
    "signature of zeros": lambda said: by_hand(header(), said, b"\0" * 64),
    "signature cut off": lambda said: signed(said)[:-4],
    "signature left out": lambda said: cut(signed(said), 0, 1),
    "four parts": lambda said: signed(said) + ".x",
    "header not JSON": lambda said: by_hand(b"{", said),
    "header a list": lambda said: by_hand([], said),
    "header deep": lambda said: by_hand(DEEP, said),
    "claims not JSON": lambda _: by_hand(header(), b"{"),
    "claims a list": lambda _: by_hand(header(), []),
    "claims a word": lambda _: by_hand(header(), "sub"),
    "claims deep": lambda _: by_hand(header(), DEEP),
    "claims no UTF-8": lambda _: by_hand(header(), b'{"sub": "\xff"}'),
    "no token at all": lambda _: "",
    "a word": lambda _: "token",
    "points": lambda _: "..",
    "no base64": lambda _: "!.!.!",
    "huge": lambda said: signed({**said, "more": "x" * 6_000}),
}

ODD_CLAIMS: dict[str, dict[str, Any]] = {
    "aud missing": {"aud": ...},
    "aud another": {"aud": "somebody-else"},
    "aud null": {"aud": None},
    "aud a number": {"aud": 7},
    "iss missing": {"iss": ...},
    "iss another": {"iss": "https://evil.example"},
    "iss a list": {"iss": ["https://bedside.local"]},
    "exp missing": {"exp": ...},
    "exp passed": {"exp": 1_700_000_000},
    "exp a word": {"exp": "tomorrow"},
    "exp null": {"exp": None},
    "exp infinite": {"exp": float("inf")},
    "exp huge": {"exp": 10**400},
    "iat missing": {"iat": ...},
    "iat to come": {"iat": 4_000_000_000},
    "iat a word": {"iat": "now"},
    "nbf to come": {"nbf": 4_000_000_000},
    "nbf a word": {"nbf": "later"},
    "sub missing": {"sub": ...},
    "sub no id": {"sub": "admin"},
    "sub a number": {"sub": 1},
    "sid missing": {"sid": ...},
    "sid null": {"sid": None},
    "sid no id": {"sid": "x"},
    "sid unknown": {"sid": str(uuid7())},
    "role missing": {"role": ...},
    "role unknown": {"role": "GOD"},
    "role a list": {"role": ["ELDER"]},
    "org no id": {"org": "x"},
    "did no id": {"did": 7},
}


@pytest.fixture
async def elder(db) -> Actor:
    return await acting(await a_person(), Role.ELDER)


async def ask(client: httpx.AsyncClient, *headers: tuple[str, str], query: str = "") -> int:
    answer = await client.get(f"/v1/me{query}", headers=list(headers))
    if answer.status_code == 401:
        assert answer.json()["code"] == "unauthenticated"
        assert "facts" not in answer.json() or answer.json()["facts"] == {}
    return answer.status_code


async def test_a_good_token_opens(client, elder) -> None:
    assert await ask(client, ("authorization", f"Bearer {signed(claims_of(elder))}")) == 200
    by_one = by_hand(header(), claims_of(elder))
    assert await ask(client, ("authorization", f"bearer {by_one}")) == 200


async def test_z4_an_odd_token_opens_nothing(client, elder) -> None:
    answers = {
        name: await ask(client, ("authorization", f"Bearer {make(claims_of(elder))}"))
        for name, make in ODD.items()
    }
    assert answers == dict.fromkeys(ODD, 401)


async def test_z4_an_odd_claim_opens_nothing(client, elder) -> None:
    answers = {}
    for name, claim in ODD_CLAIMS.items():
        token = by_hand(header(), claims_of(elder, **claim))
        answers[name] = await ask(client, ("authorization", f"Bearer {token}"))
    assert answers == dict.fromkeys(ODD_CLAIMS, 401)


async def test_z4_another_scheme_opens_nothing(client, elder) -> None:
    token = signed(claims_of(elder))
    schemes = ["Basic ", "Token ", "Digest ", "", "Bearer", "Bearer\t", "BearerX ", "Bearer  "]
    answers = {each: await ask(client, ("authorization", f"{each}{token}")) for each in schemes}
    assert answers == dict.fromkeys(schemes, 401)


async def test_z4_two_headers_open_nothing(client, elder) -> None:
    said = ("authorization", f"Bearer {signed(claims_of(elder))}")
    assert await ask(client, said, said) == 401


async def test_z4_a_token_in_the_query_or_a_cookie_opens_nothing(client, elder) -> None:
    token = signed(claims_of(elder))
    assert await ask(client, query=f"?access_token={token}") == 401
    assert await ask(client, query=f"?token={token}") == 401
    assert await ask(client, ("cookie", f"access_token={token}; token={token}")) == 401
    assert await ask(client, ("x-access-token", token)) == 401


async def test_z4_a_token_that_is_no_text_opens_nothing(client, elder) -> None:
    token = signed(claims_of(elder)).encode()
    for odd in (b"Bearer \xff" + token, b"Bearer " + token + "。".encode()):
        answer = await client.get("/v1/me", headers=[(b"authorization", odd)])
        assert answer.status_code == 401


async def test_z4_an_expired_token_lives_a_minute_for_slow_clocks_and_no_longer(
    client, elder
) -> None:
    now = int(clock.now().timestamp())
    late = signed(claims_of(elder, exp=now - 50))
    too_late = signed(claims_of(elder, exp=now - 61))
    assert await ask(client, ("authorization", f"Bearer {late}")) == 200
    assert await ask(client, ("authorization", f"Bearer {too_late}")) == 401


async def test_z4_what_was_verified_once_does_not_outlive_its_time(ready) -> None:
    somebody = Actor(uuid7(), Role.ELDER, None, uuid7())
    expires = int(clock.now().timestamp()) - 50
    token = signed(claims_of(somebody, exp=expires, did=None))
    tokens.verify(token)
    until, _ = tokens._verified[sha256(token.encode()).digest()]
    assert until == expires + 60


@pytest.mark.parametrize("change", ["ended_at = now()", "expires_at = now()"])
async def test_z4_the_token_of_a_session_that_ended_opens_nothing(client, elder, change) -> None:
    said = ("authorization", f"Bearer {signed(claims_of(elder))}")
    assert await ask(client, said) == 200
    await rows(f"UPDATE sessions SET {change} WHERE id = $1", elder.session_id)
    queries.forget_sessions()
    assert await ask(client, said) == 401


async def test_the_published_keys_verify_our_tokens_and_hold_no_secret(client, elder) -> None:
    answer = await client.get("/.well-known/jwks.json")
    keys = jwt.PyJWKSet.from_dict(answer.json())
    token = signed(claims_of(elder))
    key = keys[jwt.get_unverified_header(token)["kid"]]
    said = jwt.decode(token, key, algorithms=["EdDSA"], audience=tokens._ours().audience)
    assert said["sub"] == str(elder.person_id)
    assert all("d" not in each for each in answer.json()["keys"])
