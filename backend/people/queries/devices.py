"""Questions about phones."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.core import calendar, pages, signatures
from backend.core.access import Actor, Role
from backend.core.db import row, rows, value
from backend.core.pages import Cut
from backend.core.problems import Missing


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A phone and the key it keeps."""

    id: UUID
    person: UUID
    public_key: bytes
    platform: str
    registered_at: datetime
    trusted_at: datetime | None
    wiped_at: datetime | None
    fingerprint: bytes


COLUMNS = """
d.id, d.person, d.public_key, d.platform, d.registered_at, d.trusted_at, d.wiped_at, d.fingerprint
"""

MAY_TRUST = frozenset({Role.CHC_ADMIN, Role.INST_ADMIN})
MAY_WIPE = frozenset({Role.CHC_ADMIN})

# Whoever works, or worked, in an organization carries phones that its admin may end.
ONE = f"""
SELECT {COLUMNS} FROM devices d
 WHERE d.id = $1
   AND (d.person = $2 OR $4 = 'SYSTEM'
        OR ($4 = ANY ($5::text[])
            AND EXISTS (SELECT FROM staff WHERE person = d.person AND organization = $3)))
"""  # noqa: S608 - text of our own

MINE = f"""
SELECT {COLUMNS} FROM devices d
 WHERE d.person = $1 AND ($2::timestamptz IS NULL OR (d.registered_at, d.id) < ($2, $3::uuid))
 ORDER BY d.registered_at DESC, d.id DESC LIMIT $4
"""  # noqa: S608 - text of our own

WAITING = f"""
SELECT {COLUMNS} FROM devices d
 WHERE d.trusted_at IS NULL AND d.wiped_at IS NULL
   AND EXISTS (SELECT FROM staff t WHERE t.person = d.person AND t.organization = $1
                AND $2::date BETWEEN t.employed_from AND coalesce(t.employed_until, 'infinity'))
   AND ($3::timestamptz IS NULL OR (d.registered_at, d.id) > ($3, $4::uuid))
 ORDER BY d.registered_at, d.id LIMIT $5
"""  # noqa: S608 - text of our own


async def device(
    *,
    actor: Actor,
    device_id: UUID,
    admins: frozenset[Role] = MAY_TRUST,
    hold: bool = False,
) -> Device:
    """One's own phone, or for these admins one of their staff; `hold` locks its row.

    :raises Missing:
    """
    sql = f"{ONE} FOR NO KEY UPDATE OF d" if hold else ONE
    found = await row(
        sql, device_id, actor.person_id, actor.organization_id, actor.role, list(admins)
    )
    if found is None:
        raise Missing
    return Device(**found)


async def my_devices(*, actor: Actor, limit: int, after: str | None) -> Cut:
    """One page of the actor's phones, the newest first."""
    place = pages.read("devices", after, datetime, UUID)
    found = await rows(MINE, actor.person_id, *place, limit + 1)
    return _cut(found, limit, "devices")


async def waiting_devices(*, actor: Actor, limit: int, after: str | None, now: datetime) -> Cut:
    """One page of the phones that wait for the admin's trust, the longest waiting first."""
    place = pages.read("waiting-devices", after, datetime, UUID)
    found = await rows(WAITING, actor.organization_id, calendar.on(now), *place, limit + 1)
    return _cut(found, limit, "waiting-devices")


def _cut(found: list[dict[str, object]], limit: int, listing: str) -> Cut:
    return pages.cut(
        [Device(**each) for each in found],  # type: ignore[arg-type]
        limit=limit,
        listing=listing,
        key=lambda device: (device.registered_at, device.id),
    )


async def is_trusted(*, device_id: UUID | None) -> bool:
    """Whether a phone may be used for work."""
    sql = "SELECT true FROM devices WHERE id = $1 AND trusted_at IS NOT NULL AND wiped_at IS NULL"
    return bool(await value(sql, device_id))


async def signed_by_device(*, device_id: UUID | None, content: str, signature: bytes) -> bool:
    """Whether this phone signed exactly this text: a prescription, the start of a consult."""
    key = await value(
        "SELECT public_key FROM devices WHERE id = $1 AND wiped_at IS NULL", device_id
    )
    return key is not None and signatures.signed_by(key, content=content, signature=signature)
