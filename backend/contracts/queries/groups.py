"""The 1+1+1 group of an elder (FD-01)."""

from datetime import date
from uuid import UUID

from backend.contracts.lifecycle import Group
from backend.core.db import row

GROUP = """
SELECT c.center, c.district_hospital, c.municipal_hospital, coalesce(t.doctor, c.doctor) AS doctor,
       coalesce(t.team_id, c.team_id) AS team_id
  FROM doctor_contracts c
  LEFT JOIN doctor_terms t ON t.contract = c.id AND t.from_on <= $2 AND t.until_on > $2
 WHERE c.person = $1 AND c.status IN ('SIGNED', 'TERMINATED')
   AND c.valid_from <= $2 AND c.until_on > $2
"""


async def group_of(*, person_id: UUID, on: date) -> Group | None:
    """Whom the elder is signed with on that day, if with anybody; for a rule, not for a reader."""
    found = await row(GROUP, person_id, on)
    return Group(**found) if found is not None else None
