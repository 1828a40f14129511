"""What a person does with their notifications: see them, say where and when they may come."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import crypto
from backend.core.access import Actor
from backend.core.db import action, row, rows
from backend.core.problems import Missing
from backend.core.wire import Kept, check_version, fingerprint
from backend.notifications import queries
from backend.notifications.lifecycle.wishes import Registration, Wishes

SEE = """
UPDATE notifications SET seen_at = $3
 WHERE id = $1 AND recipient = $2 AND seen_at IS NULL RETURNING id
"""

MINE = "SELECT true FROM devices WHERE id = $1 AND person = $2 AND wiped_at IS NULL"

REGISTER = """
INSERT INTO push_registrations (device, person, transport, token, registered_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (device) DO UPDATE
   SET transport = excluded.transport, token = excluded.token, person = excluded.person,
       registered_at = excluded.registered_at, fingerprint = excluded.fingerprint
 WHERE push_registrations.fingerprint <> excluded.fingerprint
    OR push_registrations.person <> excluded.person
RETURNING id
"""

PREFER = """
INSERT INTO notification_preferences
  (person, muted, quiet_start, quiet_end, digest_at, version, fingerprint)
VALUES ($1, $2, $3, $4, $5, 1, $6)
ON CONFLICT (person) DO UPDATE
   SET muted = excluded.muted, quiet_start = excluded.quiet_start, quiet_end = excluded.quiet_end,
       digest_at = excluded.digest_at, version = notification_preferences.version + 1,
       fingerprint = excluded.fingerprint
RETURNING *
"""


@action
async def see(*, notification_id: UUID, actor: Actor, now: datetime) -> Kept[Record]:
    """The recipient has seen it; the first time counts.

    :raises Missing:
    """
    made = await row(SEE, notification_id, actor.person_id, now)
    kept = await queries.notification(notification_id=notification_id, actor=actor)
    return Kept(kept, first=made is not None)


@action
async def register(
    *, device_id: UUID, actor: Actor, said: Registration, now: datetime
) -> Kept[Record]:
    """Push to this phone of the actor from now on; the newest token wins.

    :raises Missing: it is no phone of the actor's
    """
    if not await row(MINE, device_id, actor.person_id):
        raise Missing
    token = crypto.seal(said.token, "push_registrations.token")
    made = await row(
        REGISTER, device_id, actor.person_id, said.channel, token, now, fingerprint(said)
    )
    kept = await queries.registration(device_id=device_id)
    assert kept is not None
    return Kept(kept, first=made is not None)


@action
async def prefer(*, actor: Actor, said: Wishes, if_match: str | None) -> Kept[Record]:
    """What the actor wants to be told, and when.

    :raises NeedsVersion: :raises Stale:
    """
    await rows("SELECT 1 FROM persons WHERE id = $1 FOR NO KEY UPDATE", actor.person_id)
    stored = await queries.preference(person_id=actor.person_id)
    if stored is not None:
        if stored["fingerprint"] == fingerprint(said):
            return Kept(stored, first=False)
        check_version(if_match, stored["version"])
    kept = await row(
        PREFER,
        actor.person_id,
        sorted(said.muted),
        said.quiet_start,
        said.quiet_end,
        said.digest_at,
        fingerprint(said),
    )
    assert kept is not None
    return Kept(kept, first=stored is None)
