"""What happens to visits: facts in the past tense, ids only."""

from uuid import UUID

from backend.core.journal import Event


class VisitPlanned(Event, frozen=True):
    subject_id: UUID
    person_id: UUID | None


class VisitReassigned(Event, frozen=True):
    """`from_id` no longer goes; `to_id` does; one of them may be nobody."""

    subject_id: UUID
    person_id: UUID | None
    from_id: UUID | None
    to_id: UUID | None


class CarerDeparted(Event, frozen=True):
    subject_id: UUID
    person_id: UUID | None
    staff_id: UUID


class VisitBegan(Event, frozen=True):
    subject_id: UUID
    person_id: UUID | None
    staff_id: UUID


class VisitEnded(Event, frozen=True):
    subject_id: UUID
    person_id: UUID | None
    staff_id: UUID


class VisitAttested(Event, frozen=True):
    subject_id: UUID
    person_id: UUID | None


class VisitRefused(Event, frozen=True):
    subject_id: UUID
    person_id: UUID | None


class NobodyOpened(Event, frozen=True):
    subject_id: UUID
    person_id: UUID | None


class VisitCancelled(Event, frozen=True):
    subject_id: UUID
    person_id: UUID | None


class VisitLate(Event, frozen=True):
    """Nobody arrived half an hour after the planned start, or nobody left an hour after the end."""

    subject_id: UUID
    person_id: UUID | None
    organization_id: UUID


class VisitMissed(Event, frozen=True):
    subject_id: UUID
    person_id: UUID | None


class ResidentSeen(Event, frozen=True):
    """One resident of a round."""

    subject_id: UUID
    person_id: UUID
    staff_id: UUID


class ExceptionRaised(Event, frozen=True):
    subject_id: UUID
    person_id: UUID | None
    organization_id: UUID


class ExceptionDecided(Event, frozen=True):
    subject_id: UUID
    person_id: UUID | None
    author_id: UUID


class ExceptionAppealed(Event, frozen=True):
    subject_id: UUID
    person_id: UUID | None
    organization_id: UUID


class AbsenceRecorded(Event, frozen=True):
    subject_id: UUID
    staff_id: UUID


class VisitUncovered(Event, frozen=True):
    """Nobody with the same qualification is free: the center and the family must choose again."""

    subject_id: UUID
    person_id: UUID | None
    organization_id: UUID


class StaffAlarmRaised(Event, frozen=True):
    """A silent alarm: nobody near the carer may notice that it was raised."""

    subject_id: UUID
    staff_id: UUID
    organization_id: UUID | None


class CheckOutOverdue(Event, frozen=True):
    """`stage` 1 calls the carer, 2 the supervisor, 3 suggests the police (EM-05)."""

    subject_id: UUID
    staff_id: UUID
    organization_id: UUID
    stage: int
