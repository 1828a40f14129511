"""What becomes known about a person's record. Ids only, never a clinical word."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from backend.core.journal import Event


class Subject(TypedDict):
    """What most events name: whose record, which entry of it, and the visit it was made on."""

    person_id: UUID
    subject_id: UUID
    visit_id: UUID | None


class ObservationTaken(Event, frozen=True, kw_only=True):
    person_id: UUID
    subject_id: UUID
    visit_id: UUID | None


class ObservationVoided(Event, frozen=True, kw_only=True):
    person_id: UUID
    subject_id: UUID


class AlarmRaised(Event, frozen=True, kw_only=True):
    """A reading or an incident is an emergency: the doctor and the family are told at once."""

    person_id: UUID
    subject_id: UUID
    visit_id: UUID | None


class CallBackAsked(Event, frozen=True, kw_only=True):
    """EM-01: a doctor calls back before `due_at`; the family is not alarmed."""

    person_id: UUID
    subject_id: UUID
    visit_id: UUID | None
    due_at: datetime


class NoteDrafted(Event, frozen=True, kw_only=True):
    """A draft was written or changed: for its author's other phones."""

    person_id: UUID
    subject_id: UUID
    visit_id: UUID | None


class NoteSigned(Event, frozen=True, kw_only=True):
    person_id: UUID
    subject_id: UUID
    visit_id: UUID | None


class AssessmentMade(Event, frozen=True, kw_only=True):
    person_id: UUID
    subject_id: UUID
    visit_id: UUID | None


class IncidentReported(Event, frozen=True, kw_only=True):
    """The center and the institution are told of a change of condition at once."""

    person_id: UUID
    subject_id: UUID
    visit_id: UUID | None


class EmergencyRaised(Event, frozen=True, kw_only=True):
    """EM-03: everybody who can help is told; a visit under way ends as an emergency."""

    person_id: UUID
    subject_id: UUID
    visit_id: UUID | None


class NoteOverdue(Event, frozen=True, kw_only=True):
    """BG-04: a draft was not signed in time; its author is told."""

    person_id: UUID
    subject_id: UUID
    author_id: UUID


class RescueNoteMissed(Event, frozen=True, kw_only=True):
    """EM-04: the hours are over and no rescue note has been signed."""

    person_id: UUID
    subject_id: UUID
