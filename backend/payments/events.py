"""What happens to money: facts in the past tense, ids only."""

from uuid import UUID

from backend.core.journal import Event


class DayWasClosed(Event, frozen=True):
    subject_id: UUID
    organization_id: UUID


class DayCloseReversed(Event, frozen=True):
    subject_id: UUID
    organization_id: UUID


class DifferencesFound(Event, frozen=True):
    """A channel's bill and our books disagree; `subject_id` is the reconciliation."""

    subject_id: UUID
    organizations: tuple[UUID, ...]


class DifferenceEscalated(Event, frozen=True):
    subject_id: UUID
    organizations: tuple[UUID, ...]
