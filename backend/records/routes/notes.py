"""Writing notes, signing them, and reading them."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import FAMILY, FIELD, STAFF, Actor
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import IfMatch, Page, answer
from backend.records import actions, queries
from backend.records.schemas import Note, NoteDraft, NoteHead, NoteSignature, Signature


@put("/notes/{note_id:uuid}", allow=FIELD, tags=["records"])
async def write_note(
    note_id: FromPath[UUID],
    data: JSONBody[NoteDraft],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[Note]:
    """Write a note, or change a draft of one's own with `If-Match: "<version>"`.

    `visit_id` is the visit, or the round in which this person was seen. To correct a signed note
    write another one of the same kind with `amends` and `amend_reason`; the first one stays.
    """
    kept = actions.write_note(
        note_id=note_id, actor=actor, said=data.said(), version=if_match, now=now
    )
    return await answer(kept, Note.of)


@put("/notes/{note_id:uuid}/signature", allow=FIELD, tags=["records"])
async def sign_note(
    note_id: FromPath[UUID],
    data: JSONBody[NoteSignature],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[Signature]:
    """Sign one's own note: from now on it never changes.

    Say the `version` that was shown, so that nobody signs what they did not read. A late signature
    is marked in `lateness`, never refused; RECEIVED_LATE was signed in time, and reached us late.
    """
    kept = actions.sign_note(note_id=note_id, actor=actor, said=data.said(), now=now)
    return await answer(kept, Signature.of)


@get("/notes/{note_id:uuid}", allow=STAFF | FAMILY, tags=["records"])
async def get_note(
    note_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Note:
    """Read a note. A draft is open to its author alone; a relative needs VIEW_FULL."""
    return Note.of(await queries.note(note_id=note_id, actor=actor, now=now))


@get("/notes", allow=STAFF | FAMILY, tags=["records"])
async def list_notes(
    *,
    person_id: FromQuery[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    visit_id: FromQuery[UUID | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[NoteHead]:
    """List the signed notes about a person and one's own drafts, newest first, without texts."""
    page = await queries.notes(
        person_id=person_id, visit_id=visit_id, actor=actor, limit=limit, after=after, now=now
    )
    return Page(items=[NoteHead.of(found) for found in page.items], next=page.next)


ROUTES = [write_note, sign_note, get_note, list_notes]
