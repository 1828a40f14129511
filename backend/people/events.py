"""What happens among people, their ties and their permissions."""

from uuid import UUID

from backend.core.journal import Event


class CareTeamJoined(Event, frozen=True):
    """`subject_id` may see the person from now on: a staff member or an organization."""

    person_id: UUID
    subject_id: UUID
    why: str


class CareTeamLeft(Event, frozen=True):
    """One tie of `subject_id` ended; their phone forgets the person unless another holds."""

    person_id: UUID
    subject_id: UUID
    why: str
