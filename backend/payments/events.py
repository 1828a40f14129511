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


class PayableOpened(Event, frozen=True):
    """Something is owed. `person_id` is None when an institution tops its account up."""

    subject_id: UUID
    person_id: UUID | None
    organization_id: UUID


class PayableVoided(Event, frozen=True):
    subject_id: UUID
    person_id: UUID | None
    organization_id: UUID


class NothingWasOwed(Event, frozen=True):
    """A bill whose lines come to nothing: it is paid as it opens."""

    subject_id: UUID
    person_id: UUID | None
    organization_id: UUID


class PriceMissed(Event, frozen=True):
    """Something was done that has no price; `subject_id` is what it was done for."""

    subject_id: UUID
    organization_id: UUID


class TariffKept(Event, frozen=True):
    """A price stands; what waited for one may be billed."""

    subject_id: UUID
    organization_id: UUID


class CareLevelRecorded(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
