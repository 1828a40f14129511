"""What happens to beds: facts in the past tense, ids only."""

from datetime import datetime
from uuid import UUID

from backend.core.journal import Event


class StayBegan(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class StayEnded(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class PlaceHeld(Event, frozen=True):
    """A place bed is kept while its person is an inpatient."""

    subject_id: UUID
    person_id: UUID


class HomeSickbedApplied(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
    organization_id: UUID


class HomeSickbedWithdrawn(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
    organization_id: UUID


class HomeSickbedGiven(Event, frozen=True):
    """Somebody was given a part: assessor, responsible doctor or nurse."""

    subject_id: UUID
    person_id: UUID
    staff_id: UUID


class HomeSickbedAssessed(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class HomeSickbedDecided(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
    organization_id: UUID


class HomeSickbedCanOpen(Event, frozen=True):
    """The insurance knew of a stay in a hospital, and now knows of none."""

    subject_id: UUID
    person_id: UUID
    staff_id: UUID | None


class HomeSickbedOpened(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class HomeSickbedOrdered(Event, frozen=True):
    """A superior doctor said that it is stable, or no longer."""

    subject_id: UUID
    person_id: UUID
    staff_id: UUID | None


class HomeSickbedRecorded(Event, frozen=True):
    """A signed note was filed as the opening record or a stage summary."""

    subject_id: UUID
    person_id: UUID


class HomeSickbedSuspended(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
    staff_id: UUID | None


class HomeSickbedResumed(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
    staff_id: UUID | None


class HomeSickbedClosing(Event, frozen=True):
    """A discharge record is owed now."""

    subject_id: UUID
    person_id: UUID
    staff_id: UUID | None


class HomeSickbedClosed(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class HomeSickbedWorkDue(Event, frozen=True):
    """An assessment, a round or a contact is due today."""

    subject_id: UUID
    person_id: UUID
    staff_id: UUID | None
    due_at: datetime


class HomeSickbedWorkLate(Event, frozen=True):
    """It is late by so much that the center's administration is told."""

    subject_id: UUID
    person_id: UUID
    organization_id: UUID
    due_at: datetime


class HomeSickbedRecordLate(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
    staff_id: UUID | None
    organization_id: UUID
    due_at: datetime


class HomeSickbedCycleEnding(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
    staff_id: UUID | None
    due_at: datetime


class HomeSickbedAwayTooLong(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
    staff_id: UUID | None
    due_at: datetime
