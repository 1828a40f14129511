"""What happens to contracts: facts in the past tense, ids only."""

from uuid import UUID

from backend.core.journal import Event


class DoctorContractDrafted(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class DoctorContractSigned(Event, frozen=True):
    """Both sides have signed."""

    subject_id: UUID
    person_id: UUID
    staff_id: UUID
    organization_id: UUID


class DoctorContractEnded(Event, frozen=True):
    """It was terminated; it may be in force until the end of the month."""

    subject_id: UUID
    person_id: UUID
    staff_id: UUID
    organization_id: UUID


class DoctorChanged(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
    from_id: UUID
    to_id: UUID


class PanelNearlyFull(Event, frozen=True):
    """FD-07: the team of `staff_id`."""

    subject_id: UUID
    staff_id: UUID
    organization_id: UUID


class DoctorContractExpiring(Event, frozen=True):
    """So many days (`stage`) before its end (BG-17)."""

    subject_id: UUID
    person_id: UUID
    staff_id: UUID
    stage: int


class InstitutionContractDrafted(Event, frozen=True):
    """`organization_id` is the other side, which now reads it."""

    subject_id: UUID
    organization_id: UUID


class InstitutionContractSigned(Event, frozen=True):
    subject_id: UUID
    organizations: tuple[UUID, ...]


class InstitutionContractSuspended(Event, frozen=True):
    subject_id: UUID
    organizations: tuple[UUID, ...]


class InstitutionContractEnded(Event, frozen=True):
    subject_id: UUID
    organizations: tuple[UUID, ...]


class InstitutionContractExpiring(Event, frozen=True):
    """So many days (`stage`) before its end (BG-17)."""

    subject_id: UUID
    organizations: tuple[UUID, ...]
    stage: int


class AgreedRoundNotPlanned(Event, frozen=True):
    """Nobody of the agreed team may go, or nobody lives there; not for a holiday."""

    subject_id: UUID
    organization_id: UUID


class WeekKept(Event, frozen=True):
    """The agreed visits of a week were made (BG-18). `stage` is the week, such as 202647."""

    subject_id: UUID
    organizations: tuple[UUID, ...]
    stage: int


class WeekNotKept(Event, frozen=True):
    """By Sunday evening they were not."""

    subject_id: UUID
    organizations: tuple[UUID, ...]
    stage: int


class AllianceChanged(Event, frozen=True):
    subject_id: UUID
    organizations: tuple[UUID, ...]


class AllianceJoined(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
    organization_id: UUID


class AllianceLeft(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
    organization_id: UUID
