"""Questions about assessments."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, pages
from backend.core.access import Actor
from backend.core.db import row, rows
from backend.core.problems import Missing
from backend.people import queries as people
from backend.people.lifecycle import Scope
from backend.records.lifecycle.scores import SENSITIVE, Instrument

ASSESSMENT = "SELECT * FROM assessments WHERE id = $1"

ASSESSMENTS = """
SELECT * FROM assessments
 WHERE person = $1 AND ($2::text IS NULL OR instrument = $2)
   AND NOT instrument = ANY($3)
   AND ($4::timestamptz IS NULL OR (happened_at, id) < ($4, $5::uuid))
 ORDER BY happened_at DESC, id DESC
 LIMIT $6
"""


async def find_assessment(assessment_id: UUID) -> Record | None:
    """The row as it is, for an action that has asked whose it is."""
    return await row(ASSESSMENT, assessment_id)


async def assessment(*, assessment_id: UUID, actor: Actor, now: datetime) -> Record:
    """:raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:"""
    found = await find_assessment(assessment_id)
    if found is None:
        raise Missing
    person_id = found["person"]
    tie = await people.tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_FULL)
    if found["instrument"] in await _hidden(actor, person_id, now):
        raise Missing
    await audit.seen(
        actor, "records.assessment", persons=[person_id], ties=[tie], subject_id=assessment_id
    )
    return found


async def assessments(
    *,
    person_id: UUID,
    instrument: Instrument | None,
    actor: Actor,
    limit: int,
    after: str | None,
    now: datetime,
) -> pages.Cut:
    """A person's assessments, newest first.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    tie = await people.tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_FULL)
    happened_at, last_id = pages.read("assessments", after, datetime, UUID)
    found = await rows(
        ASSESSMENTS,
        person_id,
        instrument,
        sorted(await _hidden(actor, person_id, now)),
        happened_at,
        last_id,
        limit + 1,
    )
    page = pages.cut(
        found,
        limit=limit,
        listing="assessments",
        key=lambda each: (each["happened_at"], each["id"]),
    )
    await audit.seen(actor, "records.assessments", persons=[person_id], ties=[tie])
    return page


async def _hidden(actor: Actor, person_id: UUID, now: datetime) -> set[Instrument]:
    """RC-03: what a relative does not see unless the elder ticked its chapter."""
    ticked = await people.ticked_chapters(actor=actor, person_id=person_id, now=now)
    if ticked is None:
        return set()
    return {instrument for instrument, chapter in SENSITIVE.items() if chapter not in ticked}
