"""1+1+1 (FD-01): the health center, and the two hospitals that an elder signed with. Pure."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

# Which organizations are hospitals: outside the group, these take a referral.
HOSPITALS = frozenset({"HOSPITAL", "DISTRICT_MEDICAL_CENTER"})


class Group(NamedTuple):
    """Whom an elder signed with, and who the family doctor is and leads the team."""

    center: UUID
    district_hospital: UUID
    municipal_hospital: UUID
    doctor: UUID
    team_id: UUID

    def outside(self, hospitals: Iterable[UUID]) -> list[UUID]:
        """Those of these hospitals that are none of the three."""
        inside = {self.center, self.district_hospital, self.municipal_hospital}
        return sorted(set(hospitals) - inside)

    def is_family_doctor(self, person_id: UUID) -> bool:
        """The family doctor, or whoever leads the team and stands in."""
        return person_id in (self.doctor, self.team_id)
