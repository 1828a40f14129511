"""One's own notifications and wishes."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import pages
from backend.core.access import Actor
from backend.core.db import row, rows
from backend.core.problems import Missing

NOTIFICATION = """
SELECT n.*, p.name AS person_name FROM notifications n LEFT JOIN persons p ON p.id = n.person_id
"""
ONE = f"{NOTIFICATION} WHERE n.id = $1 AND n.recipient = $2"
PAGE = f"""{NOTIFICATION}
 WHERE n.recipient = $1 AND ($2::uuid IS NULL OR n.id < $2) AND (NOT $3 OR n.seen_at IS NULL)
 ORDER BY n.id DESC LIMIT $4"""


async def notification(*, notification_id: UUID, actor: Actor) -> Record:
    """:raises Missing: it is not there, or somebody else's"""
    found = await row(ONE, notification_id, actor.person_id)
    if found is None:
        raise Missing
    return found


async def inbox(*, actor: Actor, unread: bool, limit: int, after: str | None) -> pages.Cut:
    """What the actor was told, the newest first."""
    (last,) = pages.read("notifications", after, UUID)
    found = await rows(PAGE, actor.person_id, last, unread, limit + 1)
    return pages.cut(found, limit=limit, listing="notifications", key=lambda each: (each["id"],))


async def preference(*, person_id: UUID) -> Record | None:
    return await row("SELECT * FROM notification_preferences WHERE person = $1", person_id)


async def my_preference(*, actor: Actor) -> Record:
    """:raises Missing: the actor never said any"""
    found = await preference(person_id=actor.person_id)
    if found is None:
        raise Missing
    return found


async def registration(*, device_id: UUID) -> Record | None:
    return await row("SELECT * FROM push_registrations WHERE device = $1", device_id)


async def planned_start(*, visit_id: UUID) -> datetime | None:
    """When a visit begins by the plan."""
    found = await row("SELECT planned_start FROM visits WHERE id = $1", visit_id)
    return found["planned_start"] if found else None
