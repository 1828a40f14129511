"""What happens to plans: facts in the past tense, ids only."""

from uuid import UUID

from backend.core.journal import Event


class CarePlanDrafted(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class CountersignatureAsked(Event, frozen=True):
    """A draft that only a senior doctor lets through was written."""

    subject_id: UUID
    person_id: UUID
    organization_id: UUID


class CarePlanCountersigned(Event, frozen=True):
    subject_id: UUID
    person_id: UUID
    staff_id: UUID


class CarePlanActivated(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class CarePlanRevised(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class CarePlanEnded(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class CarePlanPaused(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class CarePlanResumed(Event, frozen=True):
    subject_id: UUID
    person_id: UUID


class CarePlanHandedOver(Event, frozen=True):
    """`to_id` answers for the plan from now."""

    subject_id: UUID
    person_id: UUID
    to_id: UUID


class CarePlanToTake(Event, frozen=True):
    """It was handed over to `organization_id`, and waits there for a doctor to take it."""

    subject_id: UUID
    person_id: UUID
    organization_id: UUID


class CarePlanReviewDue(Event, frozen=True):
    """`staff_id` is the responsible doctor."""

    subject_id: UUID
    person_id: UUID
    staff_id: UUID


class ReassessmentDue(Event, frozen=True):
    """Nothing more is planned until the person is assessed again."""

    subject_id: UUID
    person_id: UUID
    staff_id: UUID


class CareUncovered(Event, frozen=True):
    """Nobody can be sent for something on some day ahead."""

    subject_id: UUID
    person_id: UUID
    organization_id: UUID
