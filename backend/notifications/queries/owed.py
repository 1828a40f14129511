"""What a push needs to know, for many at once: words, wishes and phones as they are now."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend import policy
from backend.core import crypto
from backend.core.db import row, rows
from backend.notifications.lifecycle.hours import Hours
from backend.notifications.lifecycle.kinds import KINDS, Kind


class Phone(msgspec.Struct, frozen=True):
    device_id: UUID
    channel: str
    token: str


class Owed(msgspec.Struct, frozen=True):
    """One notification on its way to one person."""

    id: UUID
    recipient: UUID
    kind: Kind
    name: str | None
    when: datetime | None
    is_seen: bool
    is_muted: bool
    hours: Hours
    phones: tuple[Phone, ...]


# A phone is told only while its owner is signed in on it: it may have another one by now.
OWED = """
SELECT n.id, n.recipient, n.kind, n.details, n.seen_at, p.name, w.muted, w.quiet_start,
       w.quiet_end, w.digest_at, r.devices, r.channels, r.tokens
  FROM notifications n
  JOIN persons who ON who.id = n.recipient AND who.died_on IS NULL
  LEFT JOIN persons p ON p.id = n.person_id
  LEFT JOIN notification_preferences w ON w.person = n.recipient
  LEFT JOIN LATERAL (
    SELECT array_agg(r.device) AS devices, array_agg(r.transport::text) AS channels,
           array_agg(r.token) AS tokens
      FROM push_registrations r
     WHERE r.person = n.recipient
       AND EXISTS (SELECT FROM sessions s WHERE s.device = r.device AND s.person = r.person
                      AND s.ended_at IS NULL AND s.expires_at > $2)
  ) AS r ON true
 WHERE n.id = ANY ($1::uuid[])
"""

WISHES = """
SELECT person, muted, quiet_start, quiet_end, digest_at FROM notification_preferences
 WHERE person = ANY ($1::uuid[])
"""

PHONE_NUMBER = """
SELECT p.phone FROM persons p JOIN notifications n ON n.recipient = p.id
 WHERE n.id = $1 AND p.died_on IS NULL
"""


class Details(msgspec.Struct, frozen=True):
    """What is kept beside the kind: never a word about anybody."""

    when: datetime | None = None


async def owed(*, notification_ids: Sequence[UUID], now: datetime) -> dict[UUID, Owed]:
    """Those that still exist."""
    found = await rows(OWED, list(notification_ids), now)
    usual = usual_hours(now)
    return {each["id"]: _owed(each, usual) for each in found}


async def hours_of(*, person_ids: Sequence[UUID], now: datetime) -> dict[UUID, Hours]:
    """When each of them may be disturbed."""
    found = {each["person"]: each for each in await rows(WISHES, list(person_ids))}
    usual = usual_hours(now)
    return {
        person_id: _hours(found[person_id], usual) if person_id in found else usual
        for person_id in person_ids
    }


async def number_of(*, notification_id: UUID) -> str | None:
    """The recipient's phone number."""
    found = await row(PHONE_NUMBER, notification_id)
    if found is None or found["phone"] is None:
        return None
    return crypto.unseal(found["phone"], "persons.phone")


def usual_hours(now: datetime) -> Hours:
    """The quiet hours of those who said nothing else (BG-24)."""
    start, end = policy.times(now, "bg.quiet_hours")
    return Hours(start, end)


def name_of(sealed: bytes | None) -> str | None:
    return crypto.unseal(sealed, "persons.name") if sealed else None


def details_of(kept: str) -> Details:
    return msgspec.json.decode(kept, type=Details)


def _owed(found: Record, usual: Hours) -> Owed:
    kind = KINDS[found["kind"]]
    phones = zip(
        found["devices"] or (), found["channels"] or (), found["tokens"] or (), strict=True
    )
    return Owed(
        id=found["id"],
        recipient=found["recipient"],
        kind=kind,
        name=name_of(found["name"]),
        when=details_of(found["details"]).when,
        is_seen=found["seen_at"] is not None,
        is_muted=kind.can_be_muted and kind.name in (found["muted"] or ()),
        hours=_hours(found, usual),
        phones=tuple(
            Phone(device, channel, crypto.unseal(token, "push_registrations.token"))
            for device, channel, token in phones
        ),
    )


def _hours(wishes: Record, usual: Hours) -> Hours:
    return Hours(
        wishes["quiet_start"] or usual.start, wishes["quiet_end"] or usual.end, wishes["digest_at"]
    )
