"""What happens to transfers: facts in the past tense, ids only.

`organization_id` and `organizations` are who is to be told.
"""

from datetime import datetime
from uuid import UUID

from backend.core.journal import Event


class TransferDrafted(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class TransferAssessed(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class TransferAsked(Event, frozen=True):
    """It is the turn of `organization_id` to answer."""

    subject_id: UUID
    person_id: UUID
    organization_id: UUID
    due_at: datetime


class TransferAccepted(Event, frozen=True):
    """`organization_id` is the sender."""

    subject_id: UUID
    person_id: UUID
    organization_id: UUID | None


class TransferDeclined(Event, frozen=True):
    """Nobody is left to ask; `organization_id` is the sender."""

    subject_id: UUID
    person_id: UUID
    organization_id: UUID | None


class TransferUnanswered(Event, frozen=True):
    """The answer deadline is over: both sides are told."""

    subject_id: UUID
    person_id: UUID
    organizations: tuple[UUID, ...]


class TransferStillUnanswered(Event, frozen=True):
    """Still nobody answers: the duty list of the district is told."""

    subject_id: UUID
    person_id: UUID


class TransferAssessmentLate(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
    staff_id: UUID
    organization_id: UUID | None


class TransferCancelled(Event, frozen=True):
    """`organizations` are who was asked or had accepted."""

    subject_id: UUID
    person_id: UUID
    organizations: tuple[UUID, ...]


class EmergencyTransferOpened(Event, frozen=True):
    """The green channel (FB-08): the hospital, when it is known, expects the elder."""

    subject_id: UUID
    person_id: UUID
    organization_id: UUID | None


class TransferPackageSealed(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class TransferDeparted(Event, frozen=True):
    """`organization_id` is the receiver."""

    subject_id: UUID
    person_id: UUID
    organization_id: UUID | None


class TransferArrived(Event, frozen=True):
    """`organization_id` is the sender."""

    subject_id: UUID
    person_id: UUID
    organization_id: UUID | None


class ElderCameBack(Event, frozen=True):
    """FB-06: the responsible doctor visits before `due_at`."""

    subject_id: UUID
    person_id: UUID
    due_at: datetime


class FirstVisitLate(Event, frozen=True):
    """Nobody has visited since the elder came back."""

    subject_id: UUID
    person_id: UUID


class TransferFeedbackGiven(Event, frozen=True):
    """`organization_id` is the sender."""

    subject_id: UUID
    person_id: UUID
    organization_id: UUID | None


class TransferFeedbackLate(Event, frozen=True):
    """`organization_id` is the receiver."""

    subject_id: UUID
    person_id: UUID
    organization_id: UUID | None


class TransferClosed(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class TransferCommented(Event, frozen=True):
    """Somebody said a word to it: both sides read it."""

    subject_id: UUID
    person_id: UUID
    organizations: tuple[UUID, ...]
