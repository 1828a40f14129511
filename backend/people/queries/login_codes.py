"""Questions about login codes, and whose phone it is."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.core import crypto
from backend.core.db import row, rows


class LoginCode(msgspec.Struct, frozen=True):
    """A code that was asked for. Whether it is on its way is not told."""

    id: UUID
    expires_at: datetime


class Owner(msgspec.Struct, frozen=True):
    """Somebody who can be reached under a phone number."""

    person_id: UUID
    name: str


async def owners_of(*, phone_key: bytes) -> list[Owner]:
    """Who shares this phone number: an old couple, a daughter and her mother."""
    found = await rows(
        "SELECT id, name FROM persons WHERE phone_key = $1 AND died_on IS NULL ORDER BY id",
        phone_key,
    )
    return [Owner(each["id"], crypto.unseal(each["name"], "persons.name")) for each in found]


class Message(msgspec.Struct, frozen=True):
    """A code on its way."""

    phone: str
    code: str


TO_SEND = """
SELECT c.code_sealed, p.phone
  FROM login_codes c JOIN persons p ON p.phone_key = c.phone_key AND p.died_on IS NULL
 WHERE c.id = $1 AND c.used_at IS NULL AND c.expires_at > $2 AND c.code_sealed IS NOT NULL
 LIMIT 1
"""


async def code_to_send(*, login_code_id: UUID, now: datetime) -> Message | None:
    """What to send; None when it was sent or used, is too old, or is nobody's phone."""
    found = await row(TO_SEND, login_code_id, now)
    if found is None:
        return None
    return Message(
        phone=crypto.unseal(found["phone"], "persons.phone"),
        code=crypto.unseal(found["code_sealed"], "login_codes.code"),
    )
