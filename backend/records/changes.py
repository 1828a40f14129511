"""What of a record a timeline may keep: readings, signed notes, scores, incidents, emergencies."""

from collections.abc import Sequence
from uuid import UUID

from backend.core.changes import Change, Reader, Shown, Things, everybody
from backend.core.db import rows
from backend.records.events import (
    AssessmentMade,
    EmergencyRaised,
    IncidentReported,
    NoteSigned,
    ObservationTaken,
)
from backend.records.lifecycle.scores import SENSITIVE, Instrument
from backend.records.schemas.assessments import Assessment
from backend.records.schemas.incidents import Emergency, Incident
from backend.records.schemas.notes import NoteHead
from backend.records.schemas.observations import Observation

OBSERVATIONS = """
SELECT o.*, ARRAY (SELECT a.code FROM alerts a WHERE a.subject_id = o.id) AS alerts
  FROM observations o WHERE o.id = ANY ($1::uuid[])
"""

NOTES = """
SELECT n.*, s.lateness FROM notes n JOIN note_signatures s ON s.note = n.id
 WHERE n.id = ANY ($1::uuid[])
"""

INCIDENTS = """
SELECT i.*, ARRAY (SELECT a.code FROM alerts a WHERE a.subject_id = i.id) AS alerts
  FROM incidents i WHERE i.id = ANY ($1::uuid[])
"""


async def _observations(ids: Sequence[UUID], _reader: Reader) -> Things:
    found = await rows(OBSERVATIONS, ids)
    return {each["id"]: Shown(each["happened_at"], Observation.of(each)) for each in found}


async def _notes(ids: Sequence[UUID], _reader: Reader) -> Things:
    found = await rows(NOTES, ids)
    return {each["id"]: Shown(each["happened_at"], NoteHead.of(each)) for each in found}


async def _assessments(ids: Sequence[UUID], reader: Reader) -> Things:
    found = await rows("SELECT * FROM assessments WHERE id = ANY ($1::uuid[])", ids)
    return {
        each["id"]: Shown(each["happened_at"], Assessment.of(each))
        for each in found
        if _may_read(Instrument(each["instrument"]), reader)
    }


def _may_read(instrument: Instrument, reader: Reader) -> bool:
    """RC-03: a sensitive instrument stays shut to a relative unless its chapter was ticked."""
    chapter = SENSITIVE.get(instrument)
    return reader.ticked is None or chapter is None or chapter in reader.ticked


async def _incidents(ids: Sequence[UUID], _reader: Reader) -> Things:
    found = await rows(INCIDENTS, ids)
    return {each["id"]: Shown(each["happened_at"], Incident.of(each)) for each in found}


async def _emergencies(ids: Sequence[UUID], _reader: Reader) -> Things:
    found = await rows("SELECT * FROM emergencies WHERE id = ANY ($1::uuid[])", ids)
    return {each["id"]: Shown(each["happened_at"], Emergency.of(each)) for each in found}


TOPICS = {
    ObservationTaken.__name__: Change("observation", "记录一次测量", everybody, _observations),
    NoteSigned.__name__: Change("note", "完成一份病程记录", everybody, _notes),
    AssessmentMade.__name__: Change("assessment", "完成一次评估", everybody, _assessments),
    IncidentReported.__name__: Change("incident", "报告情况变化", everybody, _incidents),
    EmergencyRaised.__name__: Change("emergency", "紧急呼叫", everybody, _emergencies),
}
