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
    """For the first time something was done that has no price; `subject_id` is what was noted."""

    subject_id: UUID
    organization_id: UUID


class TariffKept(Event, frozen=True):
    """A price stands; what waited for one may be billed."""

    subject_id: UUID
    organization_id: UUID


class CareLevelRecorded(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class PaymentMade(Event, frozen=True):
    """A payable is paid. `to_id` paid it, when a person did."""

    subject_id: UUID
    person_id: UUID | None
    to_id: UUID | None


class PaymentReversed(Event, frozen=True):
    """One leg failed, and the other was given back: nothing was taken, and it is owed as before."""

    subject_id: UUID
    person_id: UUID | None
    to_id: UUID | None


class PaymentUndue(Event, frozen=True):
    """`to_id` paid what `from_id` had paid already, or too late; it goes back by itself."""

    subject_id: UUID
    person_id: UUID | None
    to_id: UUID | None
    from_id: UUID | None


class PaymentDoubted(Event, frozen=True):
    """A channel took what was not asked for: nothing is booked, and a person looks."""

    subject_id: UUID
    organization_id: UUID


class OrderEnded(Event, frozen=True):
    """A try to pay came to nothing."""

    subject_id: UUID
    person_id: UUID | None


class RefundAsked(Event, frozen=True):
    """It waits for somebody of the center's finance."""

    subject_id: UUID
    person_id: UUID | None
    organization_id: UUID


class RefundDeclined(Event, frozen=True):
    subject_id: UUID
    person_id: UUID | None
    to_id: UUID | None


class RefundMade(Event, frozen=True):
    """All of it went back to where it came from; `to_id` had paid."""

    subject_id: UUID
    person_id: UUID | None
    to_id: UUID | None


class RefundStuck(Event, frozen=True):
    """A leg did not go back, and is tried again; a person looks."""

    subject_id: UUID
    organization_id: UUID


class OnDeliveryAgreed(Event, frozen=True):
    """到付: it is paid at the door."""

    subject_id: UUID
    person_id: UUID | None


class StandingPayerProposed(Event, frozen=True):
    """It waits for the elder's word."""

    subject_id: UUID
    person_id: UUID


class StandingPayerApproved(Event, frozen=True):
    """`to_id` pays from now on, or the institution `organization_id`."""

    subject_id: UUID
    person_id: UUID
    to_id: UUID | None
    organization_id: UUID | None


class StandingPayerRevoked(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
    to_id: UUID | None
    organization_id: UUID | None


class StandingPaymentStarted(Event, frozen=True):
    """PY-12: paid without being asked, so both are told at once; `subject_id` is the order."""

    subject_id: UUID
    person_id: UUID
    to_id: UUID | None
    organization_id: UUID | None


class PaymentWasAsked(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
    recipients: tuple[UUID, ...]


class StatementReady(Event, frozen=True):
    """An institution's prepaid account moved yesterday; `subject_id` is the account."""

    subject_id: UUID
    organization_id: UUID
