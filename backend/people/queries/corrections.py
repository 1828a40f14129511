"""Questions about doors that somebody found to be wrong."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, pages
from backend.core.access import Actor
from backend.core.db import row, rows, value
from backend.core.problems import Missing

# Whoever ever had a tie to somebody behind the door may say what is wrong with it: a doctor says
# so in the evening, when the visit's tie may have ended.
KNOWS_DOOR = """
SELECT EXISTS (SELECT 1 FROM persons p JOIN care_team c ON c.person = p.id
  WHERE p.address = $1 AND c.member_id IN ($2, $3))
"""

CORRECTION = """
SELECT c.*, a.line AS was_line, a.room AS was_room, p.name AS asker_name
  FROM address_corrections c JOIN addresses a ON a.id = c.address
  JOIN persons p ON p.id = c.asked_by
"""
ONE = f"{CORRECTION} WHERE c.id = $1"
OURS = """
(c.organization_id = $1 OR EXISTS (
   SELECT 1 FROM persons t JOIN care_team m ON m.person = t.id
    WHERE t.address = c.address AND m.member_id = $1 AND m.from_at <= $2
      AND (m.until_at IS NULL OR m.until_at > $2)))
"""
MINE_TO_DECIDE = f"SELECT EXISTS (SELECT 1 FROM address_corrections c WHERE c.id = $3 AND {OURS})"  # noqa: S608
LISTED = f"""{CORRECTION}
 WHERE {OURS} AND ($3::text IS NULL OR c.status = $3) AND ($4::uuid IS NULL OR c.id > $4)
 ORDER BY c.id LIMIT $5"""
BEHIND = "SELECT array_agg(id) FROM persons WHERE address = $1"


async def correction(correction_id: UUID) -> Record | None:
    return await row(ONE, correction_id)


async def knows_door(*, actor: Actor, address_id: UUID) -> bool:
    return bool(await value(KNOWS_DOOR, address_id, actor.person_id, actor.organization_id))


async def is_to_decide(*, actor: Actor, correction_id: UUID, now: datetime) -> bool:
    """Whether it is the actor's center that sends people to this door, or that asked."""
    return bool(await value(MINE_TO_DECIDE, actor.organization_id, now, correction_id))


async def see_correction(*, correction_id: UUID, actor: Actor, now: datetime) -> Record:
    """:raises Missing:"""
    found = await correction(correction_id)
    if found is None:
        raise Missing
    if found["asked_by"] != actor.person_id and not await is_to_decide(
        actor=actor, correction_id=correction_id, now=now
    ):
        raise Missing
    await audit.seen(actor, "people.correction", persons=[found["asked_by"]])
    return found


async def corrections(
    *, actor: Actor, status: str | None, limit: int, after: str | None, now: datetime
) -> pages.Cut:
    """What waits for a decision, the oldest first."""
    (last,) = pages.read("people.corrections", after, UUID)
    found = await rows(LISTED, actor.organization_id, now, status, last, limit + 1)
    page = pages.cut(
        found, limit=limit, listing="people.corrections", key=lambda each: (each["id"],)
    )
    await audit.seen(
        actor, "people.corrections", persons=sorted({each["asked_by"] for each in page.items})
    )
    return page


async def behind(address_id: UUID) -> list[UUID]:
    """Who lives behind this door."""
    return list(await value(BEHIND, address_id) or [])
