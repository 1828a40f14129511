"""Questions about notes and their signatures."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, pages
from backend.core.access import Actor
from backend.core.db import row, rows, value
from backend.core.problems import Forbidden, Missing
from backend.people import queries as people
from backend.people.lifecycle import Scope
from backend.records import policies
from backend.records.lifecycle.notes import NoteKind
from backend.records.queries.recording import hold_person

NOTE = """
SELECT n.*, s.lateness,
       ARRAY(SELECT a.id FROM notes a WHERE a.amends = n.id AND a.signed_at IS NOT NULL
              ORDER BY a.signed_at) AS amended_by
  FROM notes n LEFT JOIN note_signatures s ON s.note = n.id
 WHERE n.id = $1
"""

SIGNATURE = "SELECT * FROM note_signatures WHERE note = $1"

# A draft is its author's alone ($2); the others see what was signed.
NOTES = """
SELECT n.*, s.lateness
  FROM notes n LEFT JOIN note_signatures s ON s.note = n.id
 WHERE n.person = $1 AND (n.signed_at IS NOT NULL OR n.author = $2)
   AND ($3::uuid IS NULL OR n.visit_id = $3)
   AND ($4::timestamptz IS NULL OR (n.happened_at, n.id) < ($4, $5::uuid))
 ORDER BY n.happened_at DESC, n.id DESC
 LIMIT $6
"""


async def find_note(note_id: UUID) -> Record | None:
    """The row as it is, for an action that has asked whose it is."""
    return await row(NOTE, note_id)


async def hold_note(note_id: UUID) -> Record | None:
    """The same, locked with the person it is about until the transaction ends."""
    person_id = await value("SELECT person FROM notes WHERE id = $1", note_id)
    if person_id is not None:
        await hold_person(person_id)
    return await find_note(note_id)


async def find_signature(note_id: UUID) -> Record | None:
    return await row(SIGNATURE, note_id)


async def note(*, note_id: UUID, actor: Actor, now: datetime) -> Record:
    """A note, opened; a draft for its author alone.

    :raises Missing: :raises Forbidden: :raises TieEnded: :raises ScopeMissing:
    """
    found = await find_note(note_id)
    if found is None:
        raise Missing
    person_id, tie = found["person"], "author"
    if found["author"] != actor.person_id:
        tie = await people.tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_FULL)
    is_draft = found["signed_at"] is None
    if is_draft and not policies.is_author(actor, author_id=found["author"]):
        raise Forbidden
    await audit.seen(actor, "records.note", persons=[person_id], ties=[tie], subject_id=note_id)
    return found


async def notes(
    *,
    person_id: UUID,
    visit_id: UUID | None,
    actor: Actor,
    limit: int,
    after: str | None,
    now: datetime,
) -> pages.Cut:
    """What was written about a person, newest first, without the texts.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    tie = await people.tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_FULL)
    happened_at, last_id = pages.read("notes", after, datetime, UUID)
    found = await rows(NOTES, person_id, actor.person_id, visit_id, happened_at, last_id, limit + 1)
    page = pages.cut(
        found, limit=limit, listing="notes", key=lambda each: (each["happened_at"], each["id"])
    )
    await audit.seen(actor, "records.notes", persons=[person_id], ties=[tie])
    return page


HAS_SIGNED = """
SELECT EXISTS (SELECT FROM notes
                WHERE visit_id = $1 AND person = $2 AND signed_at IS NOT NULL)
"""


async def has_signed_note(*, visit_id: UUID, person_id: UUID) -> bool:
    """Whether a visit, or a person's entry of a round, is documented."""
    return bool(await value(HAS_SIGNED, visit_id, person_id))


RESCUE_WRITTEN = """
SELECT EXISTS (SELECT FROM notes
                WHERE person = $1 AND kind = $2 AND signed_at IS NOT NULL AND happened_at >= $3)
"""


async def has_rescue_note(*, person_id: UUID, since: datetime) -> bool:
    return bool(await value(RESCUE_WRITTEN, person_id, NoteKind.RESCUE, since))
