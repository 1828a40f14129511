"""A phone in somebody's hand: it keeps a key, reads its SMS, and signs in."""

import re
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.core import clock, crypto
from backend.core.access import Role
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.people import actions
from backend.people.actions.devices import registration_text
from backend.people.actions.login_codes import sign_in_text
from backend.people.actions.refreshing import refresh_text
from tests.builders import an_organization, staff_of

NUMBER = "13800001234"


def base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


class Inbox:
    """The SMS gateway of a test: what was sent, and to whom."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []

    async def send(self, *, phone: str, text: str, key: str) -> None:
        self.sent.append((phone, text, key))

    async def close(self) -> None:
        pass

    def code(self) -> str:
        """The code of the newest message."""
        found = re.search(r"\d{6}", self.sent[-1][1])
        assert found is not None
        return found.group()


class Phone:
    """Where `network` is an HTTP client of the application."""

    def __init__(self, network: httpx.AsyncClient, inbox: Inbox, *, number: str = NUMBER) -> None:
        self.network = network
        self.inbox = inbox
        self.number = number
        self.id = uuid7()
        self.key = Ed25519PrivateKey.generate()
        self.pair: dict[str, Any] = {}
        self.clock_ahead = timedelta()

    @property
    def public_key(self) -> str:
        return base64url(self.key.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        return base64url(self.key.sign(text.encode()))

    def client_time(self) -> str:
        return (clock.now() + self.clock_ahead).isoformat()

    async def ask_code(self) -> str:
        """Ask, let the worker send, and answer the id of the code."""
        answer = await self.network.post("/v1/login-codes", json={"phone": self.number})
        assert answer.status_code == 202, answer.text
        login_code_id = answer.json()["login_code_id"]
        await actions.send_login_code(login_code_id=UUID(login_code_id), now=clock.now())
        return str(login_code_id)

    def sign_in_body(self, login_code_id: str, code: str, **more: Any) -> dict[str, Any]:
        return {
            "login_code_id": login_code_id,
            "phone": self.number,
            "code": code,
            "device": {
                "id": str(self.id),
                "public_key": self.public_key,
                "platform": "android",
            },
            "proof": self.sign(sign_in_text(UUID(login_code_id), code)),
            "client_time": self.client_time(),
            **more,
        }

    async def enter(self, login_code_id: str, code: str, **more: Any) -> httpx.Response:
        return await self.network.post(
            "/v1/sessions", json=self.sign_in_body(login_code_id, code, **more)
        )

    async def try_to_sign_in(self, **more: Any) -> httpx.Response:
        login_code_id = await self.ask_code()
        return await self.enter(login_code_id, self.inbox.code(), **more)

    async def sign_in(self, **more: Any) -> Self:
        answer = await self.try_to_sign_in(**more)
        assert answer.status_code == 201, answer.text
        self.pair = answer.json()
        return self

    def refresh_body(self, token: str = "") -> dict[str, Any]:
        token = token or self.pair["refresh_token"]
        return {
            "refresh_token": token,
            "proof": self.sign(refresh_text(token)),
            "client_time": self.client_time(),
        }

    async def refresh(self, token: str = "") -> httpx.Response:
        """Ask for the next pair, without keeping it."""
        return await self.network.post("/v1/sessions/refresh", json=self.refresh_body(token))

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """A call with the token this phone holds."""
        return await self.network.request(
            method,
            f"/v1{path}",
            json=body,
            headers={
                "authorization": f"Bearer {self.pair['access_token']}",
                "content-type": "application/json",
            },
        )

    async def register(self, another: "Phone", **instead: Any) -> httpx.Response:
        """Register another phone of the same person."""
        body = {
            "public_key": another.public_key,
            "platform": "ios",
            "proof": another.sign(registration_text(another.id)),
            **instead,
        }
        return await self.call("PUT", f"/devices/{another.id}", body)

    async def is_signed_in(self) -> bool:
        return (await self.call("GET", "/me")).status_code == 200


async def let_time_pass(span: timedelta) -> None:
    """Everything that was said about phones and codes was said so much earlier."""
    for table, columns in (
        ("login_codes", ("sent_at", "expires_at")),
        ("sessions", ("started_at", "refreshed_at", "expires_at")),
    ):
        earlier = ", ".join(f"{column} = {column} - $1::interval" for column in columns)
        await rows(f"UPDATE {table} SET {earlier}", span)


async def trust(phone: Phone) -> None:
    """An admin has trusted this phone before the test begins."""
    await rows("UPDATE devices SET trusted_at = now() WHERE id = $1", phone.id)


async def a_doctor(*roles: str, name: str = "沈明") -> tuple[UUID, UUID]:
    """Somebody with this test's phone number, employed in these roles; and where."""
    center_id = await an_organization()
    actor = await staff_of(center_id, Role.GP, name=name)
    await rows(
        "UPDATE staff SET roles = $2 WHERE person = $1", actor.person_id, list(roles or ("GP",))
    )
    await give_phone(actor.person_id)
    return actor.person_id, center_id


async def give_phone(person_id: UUID, number: str = NUMBER) -> None:
    await rows(
        "UPDATE persons SET phone = $2, phone_key = $3 WHERE id = $1",
        person_id,
        crypto.seal(number, "persons.phone"),
        crypto.lookup(number, "persons.phone"),
    )
