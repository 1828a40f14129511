"""Assess a person with an instrument."""

from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend.core import audit, crypto, times
from backend.core.access import Actor
from backend.core.db import action, row
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Forbidden
from backend.core.wire import Kept, check_same, check_version, fingerprint
from backend.records import policies, queries
from backend.records.events import AssessmentMade
from backend.records.lifecycle import scores
from backend.records.lifecycle.facts import Sheet
from backend.records.lifecycle.scores import Result
from backend.records.schemas import Assessment

INSERT = """
INSERT INTO assessments (id, person, instrument, answers, score, band, result, visit_id,
  client_time, happened_at, recorded_at, fingerprint, author, organization_id, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)
"""

UPDATE = """
UPDATE assessments
   SET answers = $4, score = $5, band = $6, result = $7, visit_id = $8, client_time = $9,
       happened_at = $10, recorded_at = $11, fingerprint = $12, version = version + 1
 WHERE id = $1 AND person = $2 AND instrument = $3
"""


@action
async def assess(
    *, assessment_id: UUID, actor: Actor, said: Sheet, version: str | None, now: datetime
) -> Kept[Record]:
    """Score a whole sheet, or correct one's own; `version` is what `If-Match` says.

    :raises Missing: :raises Forbidden: :raises AlreadyDifferent: :raises WrongAnswers:
    :raises NeedsVersion: :raises Stale:
    """
    await queries.hold_person(said.person_id)
    tie = await queries.tie_to_record(actor=actor, person_id=said.person_id, now=now)
    stored = await queries.find_assessment(assessment_id)
    if stored is not None:
        if stored["person"] != said.person_id:
            raise AlreadyDifferent
        if stored["fingerprint"] == fingerprint(said):
            return Kept(stored, first=False)
        if not policies.is_author(actor, author_id=stored["author"]):
            raise Forbidden
        check_version(version, stored["version"])
        if stored["instrument"] != said.instrument:
            check_same(fingerprint(said), stored["fingerprint"], lambda: Assessment.of(stored))

    result = scores.score(said.instrument, said.answers)
    when = await times.of(device_id=actor.device_id, client_time=said.client_time, now=now)
    written = (
        assessment_id,
        said.person_id,
        said.instrument,
        crypto.seal(msgspec.json.encode(said.answers).decode(), "assessments.answers"),
        result.total,
        result.band,
        msgspec.json.encode(Result(parts=result.parts, findings=result.findings)).decode(),
        said.visit_id,
        when.client_time,
        when.happened_at,
        when.recorded_at,
        fingerprint(said),
    )
    if stored is None:
        await row(INSERT, *written, actor.person_id, actor.organization_id)
    else:
        await row(UPDATE, *written)
    publish(
        AssessmentMade(person_id=said.person_id, subject_id=assessment_id, visit_id=said.visit_id)
    )
    audit.wrote(
        actor, "records.assess", person_id=said.person_id, subject_id=assessment_id, tie=tie
    )
    kept = await queries.find_assessment(assessment_id)
    assert kept is not None
    return Kept(kept, first=stored is None)
