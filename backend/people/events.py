"""What happens among people, their ties and their permissions."""

from datetime import datetime
from uuid import UUID

from backend.core.journal import Event
from backend.people.lifecycle import Tie


class CareTeamJoined(Event, frozen=True):
    """`subject_id` may see the person from now on: a staff member or an organization."""

    person_id: UUID
    subject_id: UUID
    why: Tie


class CareTeamLeft(Event, frozen=True):
    """One tie of `subject_id` ended; their phone forgets the person unless another holds."""

    person_id: UUID
    subject_id: UUID
    why: Tie


class DeviceAsked(Event, frozen=True):
    """Somebody who works for us tried to sign in on a phone that nobody trusts yet."""

    person_id: UUID
    subject_id: UUID
    organizations: tuple[UUID, ...]


class DeviceTrusted(Event, frozen=True):
    """The phone `subject_id` may be used for work from now on."""

    person_id: UUID
    subject_id: UUID


class DeviceWiped(Event, frozen=True):
    """The phone `subject_id` must forget everything it keeps."""

    person_id: UUID
    subject_id: UUID


class RefreshTokenReused(Event, frozen=True):
    """Somebody kept a copy of a refresh token: the session `subject_id` was ended for that."""

    person_id: UUID
    subject_id: UUID


class PersonRegistered(Event, frozen=True):
    person_id: UUID


class PersonChanged(Event, frozen=True):
    person_id: UUID


class PersonDied(Event, frozen=True):
    """RC-08: the delegations have ended with it."""

    person_id: UUID


class NumberChanged(Event, frozen=True):
    """Who holds the new telephone number signs in as this person: they and theirs hear of it."""

    person_id: UUID


class DelegationGiven(Event, frozen=True):
    """`subject_id` is the delegation; `delegate_id` the relative whom it lets in."""

    person_id: UUID
    subject_id: UUID
    delegate_id: UUID


class DelegationChanged(Event, frozen=True):
    person_id: UUID
    subject_id: UUID
    delegate_id: UUID


class DelegationRevoked(Event, frozen=True):
    """The relative's phone forgets what it kept of the person."""

    person_id: UUID
    subject_id: UUID
    delegate_id: UUID


class ScopesWereAsked(Event, frozen=True):
    """A relative asks the elder for more; `subject_id` is the delegation."""

    person_id: UUID
    subject_id: UUID
    delegate_id: UUID


class GuardianRecorded(Event, frozen=True):
    """`subject_id` is the guardianship."""

    person_id: UUID
    subject_id: UUID
    guardian_id: UUID


class ConsentGiven(Event, frozen=True):
    """`subject_id` is the consent."""

    person_id: UUID
    subject_id: UUID


class ConsentWithdrawn(Event, frozen=True):
    """RC-02: what rested on it stops now."""

    person_id: UUID
    subject_id: UUID


class BreakGlassOpened(Event, frozen=True):
    """RC-05: the administrators of `organization_id` are told, and one reviews it."""

    person_id: UUID
    subject_id: UUID
    organization_id: UUID


class BreakGlassReviewed(Event, frozen=True):
    person_id: UUID
    subject_id: UUID
    organization_id: UUID
    is_justified: bool


class BreakGlassReviewOverdue(Event, frozen=True):
    """RC-05: the days are over and nobody has reviewed it."""

    person_id: UUID
    subject_id: UUID
    organization_id: UUID


class CopyAsked(Event, frozen=True):
    """RC-06: due within working days; `subject_id` is the copy."""

    person_id: UUID
    subject_id: UUID


class CopyReady(Event, frozen=True):
    person_id: UUID
    subject_id: UUID


class AddressCorrectionAsked(Event, frozen=True):
    """`subject_id` is the correction."""

    subject_id: UUID
    address_id: UUID


class AddressCorrected(Event, frozen=True):
    """The door's pin or room was wrong: proofs of visits there are looked at again."""

    subject_id: UUID
    address_id: UUID


class AddressCorrectionRejected(Event, frozen=True):
    subject_id: UUID
    address_id: UUID


class StaffChanged(Event, frozen=True):
    """`subject_id` is the employment, `staff_id` the person employed."""

    subject_id: UUID
    staff_id: UUID
    organization_id: UUID


class StaffLeft(Event, frozen=True):
    """Their sessions ended; their visits need somebody else."""

    subject_id: UUID
    staff_id: UUID
    organization_id: UUID


class OrganizationChanged(Event, frozen=True):
    subject_id: UUID


class UnitFiled(Event, frozen=True):
    """IM-02: `subject_id` is the in-house unit; the health commission confirms."""

    subject_id: UUID
    organization_id: UUID


class UnitConfirmed(Event, frozen=True):
    subject_id: UUID
    organization_id: UUID


class InsuranceDecided(Event, frozen=True):
    """IM-08: the medical insurance has decided on the unit that is `subject_id`."""

    subject_id: UUID
    organization_id: UUID


class InsuranceUndecided(Event, frozen=True):
    """IM-08: `due_at` has come, and the application of the unit is not decided."""

    subject_id: UUID
    organization_id: UUID
    due_at: datetime
