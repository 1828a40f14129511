"""Questions about who may look, who looked, and who asks for a copy."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, pages
from backend.core.access import SYSTEM, Actor, Role
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.people.lifecycle import CLOSE_KIN, Scope
from backend.people.queries.names import names
from backend.people.queries.ties import tie

CARE_TEAM = """
SELECT c.*, p.name AS staff_name, o.name AS organization_name,
       (c.from_at <= $2 AND (c.until_at IS NULL OR c.until_at > $2)) AS is_live
  FROM care_team c
  LEFT JOIN persons p ON c.member_kind = 'staff' AND p.id = c.member_id
  LEFT JOIN organizations o ON c.member_kind = 'organization' AND o.id = c.member_id
 WHERE c.person = $1 AND ($3::uuid IS NULL OR c.id < $3) ORDER BY c.id DESC LIMIT $4
"""

# Found by the index of persons first: read backwards by its ids, the log would be read whole for a
# page about somebody who is seldom seen.
LOOKS = """
WITH theirs AS MATERIALIZED (
  SELECT * FROM audit WHERE persons @> ARRAY[$1::uuid] AND ($2::bigint IS NULL OR id < $2))
SELECT a.id, a.at, a.actor_id, a.role, a.organization_id, a.what, a.why,
       a.ties[array_position(a.persons, $1)] AS tie, o.name AS organization_name
  FROM theirs a LEFT JOIN organizations o ON o.id = a.organization_id
 ORDER BY a.id DESC LIMIT $3
"""

TO_REVIEW = """
SELECT b.*, p.name AS person_name, o.name AS opener_name FROM break_glass b
  JOIN persons p ON p.id = b.person JOIN persons o ON o.id = b.opened_by
 WHERE b.organization_id = $1 AND b.opened_by <> $2
   AND ($3::bool IS NULL OR (b.reviewed_at IS NOT NULL) = $3)
   AND ($4::uuid IS NULL OR b.id > $4) ORDER BY b.id LIMIT $5
"""

COPIES = """
SELECT * FROM record_copies
 WHERE ($1::uuid IS NULL OR asked_by = $1)
   AND ($2::uuid IS NULL OR person IN (
     SELECT person FROM care_team WHERE member_id = $2 AND from_at <= $3
        AND (until_at IS NULL OR until_at > $3)))
   AND ($4::date IS NULL OR (due_on, id) > ($4, $5)) ORDER BY due_on, id LIMIT $6
"""


async def care_team(
    *, actor: Actor, person_id: UUID, limit: int, after: str | None, now: datetime
) -> pages.Cut:
    """Who may see this person, why, and until when; what has ended stays listed.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    word = await tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_SUMMARY)
    (last,) = pages.read("people.care_team", after, UUID)
    found = await rows(CARE_TEAM, person_id, now, last, limit + 1)
    await audit.seen(actor, "people.care_team", persons=[person_id], ties=[word])
    return pages.cut(found, limit=limit, listing="people.care_team", key=lambda each: (each["id"],))


async def access_log(
    *, actor: Actor, person_id: UUID, limit: int, after: str | None, now: datetime
) -> tuple[pages.Cut, dict[UUID, str]]:
    """RC-07: who looked or wrote, newest first, and the names of those who did.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    word = await tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_FULL)
    (last,) = pages.read("people.access_log", after, int)
    found = await rows(LOOKS, person_id, last, limit + 1)
    page = pages.cut(
        found, limit=limit, listing="people.access_log", key=lambda each: (each["id"],)
    )
    who = {each["actor_id"] for each in page.items} - {SYSTEM.person_id}
    await audit.seen(actor, "people.access_log", persons=[person_id], ties=[word])
    return page, await names(who)


async def break_glass(access_id: UUID) -> Record | None:
    return await row("SELECT * FROM break_glass WHERE id = $1", access_id)


async def hold_break_glass(access_id: UUID) -> Record | None:
    return await row("SELECT * FROM break_glass WHERE id = $1 FOR NO KEY UPDATE", access_id)


async def accesses_to_review(
    *, actor: Actor, is_reviewed: bool | None, limit: int, after: str | None
) -> pages.Cut:
    """RC-05: the accesses of one's organization by others, the one due first on top."""
    (last,) = pages.read("people.break_glass", after, UUID)
    found = await rows(
        TO_REVIEW, actor.organization_id, actor.person_id, is_reviewed, last, limit + 1
    )
    page = pages.cut(
        found, limit=limit, listing="people.break_glass", key=lambda each: (each["id"],)
    )
    persons = [each["person"] for each in page.items]
    await audit.seen(actor, "people.break_glass", persons=persons, ties=["review"] * len(persons))
    return page


async def copy(copy_id: UUID) -> Record | None:
    return await row("SELECT * FROM record_copies WHERE id = $1", copy_id)


IS_COPY_OF = """
SELECT EXISTS (SELECT 1 FROM record_copies WHERE person = $1 AND file_id = $2 AND asked_by = $3)
"""


async def has_copy(*, person_id: UUID, file_id: UUID, actor: Actor) -> bool:
    """RC-06, RC-08: whether this file is the copy of that person's record that the actor asked for.

    What let them ask may have ended since, as delegations do with a death.
    """
    return bool(await value(IS_COPY_OF, person_id, file_id, actor.person_id))


async def hold_copy(copy_id: UUID) -> Record | None:
    return await row("SELECT * FROM record_copies WHERE id = $1 FOR NO KEY UPDATE", copy_id)


async def see_copy(*, copy_id: UUID, actor: Actor, now: datetime) -> Record:
    """The copy, to who asked for it and to the administrators who make it.

    :raises Missing: :raises TieEnded:
    """
    found = await copy(copy_id)
    if found is None:
        raise Missing
    if found["asked_by"] != actor.person_id:
        if actor.role is not Role.CHC_ADMIN:
            raise Missing
        await tie(actor=actor, person_id=found["person"], now=now)
    return found


async def copies(*, actor: Actor, limit: int, after: str | None, now: datetime) -> pages.Cut:
    """One's own, or for an administrator those of the center's people; the one due first on top."""
    due_on, last = pages.read("people.copies", after, str, UUID)
    makes_them = actor.role is Role.CHC_ADMIN
    found = await rows(
        COPIES,
        None if makes_them else actor.person_id,
        actor.organization_id if makes_them else None,
        now,
        datetime.fromisoformat(due_on).date() if due_on else None,
        last,
        limit + 1,
    )
    return pages.cut(
        found,
        limit=limit,
        listing="people.copies",
        key=lambda each: (each["due_on"].isoformat(), each["id"]),
    )


KIN = "SELECT relation FROM kinships WHERE person = $1 AND relative = $2"


async def kin_of(*, person_id: UUID, relative_id: UUID) -> str | None:
    """What this relative is to the person (GB/T 4761), if they are registered as kin."""
    found = await row(KIN, person_id, relative_id)
    return str(found["relation"]) if found else None


KIN_OF_THE_DEAD = """
SELECT k.relation FROM kinships k JOIN persons p ON p.id = k.person
 WHERE k.person = $1 AND k.relative = $2 AND p.died_on IS NOT NULL
"""


async def is_bereaved(*, person_id: UUID, actor: Actor) -> bool:
    """RC-08: whether the person has died, and the actor is close kin of theirs."""
    return await value(KIN_OF_THE_DEAD, person_id, actor.person_id) in CLOSE_KIN
