"""Questions about sessions, and about the roles a person may act in."""

import time
from datetime import datetime
from uuid import UUID

import msgspec

from backend.core import calendar, pages
from backend.core.access import Actor, Role
from backend.core.db import row, rows, value
from backend.core.pages import Cut
from backend.core.problems import Missing
from backend.people.lifecycle import SessionEnd

ALIVE_FOR_S = 5.0  # not policy: how soon an ended session is felt everywhere
REMEMBERED_MAX = 50_000  # not policy: bounds the memory
_alive: dict[UUID, float] = {}

# A session of a role that its holder no longer has is dead by itself: a leaver, a changed role.
ALIVE = """
SELECT true FROM sessions s
  LEFT JOIN staff t ON t.person = s.person AND t.organization = s.organization_id
 WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > now()
   AND (t.id IS NULL OR (s.role = ANY (t.roles)
        AND (now() AT TIME ZONE 'Asia/Shanghai')::date
            BETWEEN t.employed_from AND coalesce(t.employed_until, 'infinity')))
"""


async def session_is_alive(session_id: UUID) -> bool:
    """Whether a session still lives; an answer is remembered for at most five seconds."""
    now = time.monotonic()
    if _alive.get(session_id, 0.0) > now:
        return True
    if not await value(ALIVE, session_id):
        return False
    if len(_alive) > REMEMBERED_MAX:
        _alive.clear()
    _alive[session_id] = now + ALIVE_FOR_S
    return True


def forget_sessions() -> None:
    """Ask the database again from now on: said by whoever ends a session."""
    _alive.clear()


class HeldRole(msgspec.Struct, frozen=True):
    """A role somebody may act in, and for whom."""

    role: Role
    organization_id: UUID | None = None
    organization: str | None = None


STAFF_ROLES = """
SELECT unnest(s.roles) AS role, o.id AS organization_id, o.name AS organization
  FROM staff s JOIN organizations o ON o.id = s.organization
 WHERE s.person = $1 AND $2::date BETWEEN s.employed_from AND coalesce(s.employed_until, 'infinity')
 ORDER BY o.name, o.id
"""

FAMILY_ROLES = """
SELECT EXISTS (SELECT FROM guardianships WHERE guardian = $1
                AND $2::date BETWEEN valid_from AND coalesce(valid_to, 'infinity')) AS is_guardian,
       EXISTS (SELECT FROM delegations WHERE delegate = $1 AND revoked_at IS NULL
                AND $2::date BETWEEN valid_from AND valid_to)
       OR EXISTS (SELECT FROM kinships WHERE relative = $1) AS is_relative
"""


async def roles_of(*, person_id: UUID, now: datetime) -> list[HeldRole]:
    """The roles a person may act in today (ID-01): employments first, ELDER for oneself last."""
    today = calendar.on(now)
    held = [
        HeldRole(Role(each["role"]), each["organization_id"], each["organization"])
        for each in await rows(STAFF_ROLES, person_id, today)
    ]
    family = await row(FAMILY_ROLES, person_id, today)
    assert family is not None, "two truths are always one row"
    if family["is_guardian"]:
        held.append(HeldRole(Role.GUARDIAN))
    if family["is_relative"]:
        held.append(HeldRole(Role.RELATIVE))
    return [*held, HeldRole(Role.ELDER)]


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A phone on which somebody is signed in."""

    id: UUID
    person: UUID
    device: UUID | None
    platform: str | None
    role: Role
    organization_id: UUID | None
    started_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    end_reason: SessionEnd | None


COLUMNS = """
SELECT s.id, s.person, s.device, d.platform, s.role, s.organization_id, s.started_at,
       s.refreshed_at, s.expires_at, s.ended_at, s.end_reason
  FROM sessions s LEFT JOIN devices d ON d.id = s.device
"""

MINE = f"""
{COLUMNS}
 WHERE s.person = $1 AND s.ended_at IS NULL AND s.expires_at > $2
   AND ($3::timestamptz IS NULL OR (s.started_at, s.id) < ($3, $4::uuid))
 ORDER BY s.started_at DESC, s.id DESC LIMIT $5
"""

ONE = f"""
{COLUMNS}
 WHERE s.id = $1
   AND (s.person = $2 OR (s.organization_id = $3 AND $4 = 'CHC_ADMIN'))
"""


async def my_sessions(*, actor: Actor, limit: int, after: str | None, now: datetime) -> Cut:
    """One page of the actor's signed-in phones, the newest first."""
    place = pages.read("sessions", after, datetime, UUID)
    found = await rows(MINE, actor.person_id, now, *place, limit + 1)
    return pages.cut(
        [msgspec.convert(dict(each), Session) for each in found],
        limit=limit,
        listing="sessions",
        key=lambda session: (session.started_at, session.id),
    )


async def session(*, actor: Actor, session_id: UUID, hold: bool = False) -> Session:
    """One's own session, or for a CHC_ADMIN one in their organization; `hold` locks its row.

    :raises Missing:
    """
    sql = f"{ONE} FOR NO KEY UPDATE OF s" if hold else ONE
    found = await row(sql, session_id, actor.person_id, actor.organization_id, actor.role)
    if found is None:
        raise Missing
    return msgspec.convert(dict(found), Session)


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """An access token and the refresh token that gets the next one."""

    session_id: UUID
    person_id: UUID
    role: Role
    organization_id: UUID | None
    access_token: str
    access_expires_at: datetime
    refresh_token: str
    expires_at: datetime


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, and whether the phone may be used for work."""

    name: bytes
    phone: bytes | None
    is_trusted: bool


ME = """
SELECT p.name, p.phone, EXISTS (SELECT FROM devices d
         WHERE d.id = $2 AND d.person = p.id AND d.trusted_at IS NOT NULL) AS is_trusted
  FROM persons p WHERE p.id = $1
"""


async def me(*, actor: Actor) -> Me:
    """:raises Missing: the person behind the session is gone"""
    found = await row(ME, actor.person_id, actor.device_id)
    if found is None:
        raise Missing
    return Me(name=found["name"], phone=found["phone"], is_trusted=found["is_trusted"])
