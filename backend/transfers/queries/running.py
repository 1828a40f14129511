"""Who runs the care of the bed somebody is in, and who answers for them beside any plan."""

from datetime import datetime
from uuid import UUID

from backend.beds import queries as in_bed
from backend.beds.lifecycle import Layer
from backend.careplans import queries as planned
from backend.contracts import queries as agreed
from backend.core import calendar
from backend.core.access import DOCTORS
from backend.core.db import rows

# By a contract or a home-sickbed; the doctor of a bed before the family doctor.
RESPONSIBLE = """
SELECT c.member_id, s.organization FROM care_team c JOIN staff s ON s.person = c.member_id
 WHERE c.person = $1 AND c.member_kind = 'staff' AND c.why IN ('contract', 'home_sickbed')
   AND c.from_at <= $3 AND (c.until_at IS NULL OR c.until_at > $3) AND s.roles::text[] && $2::text[]
   AND $4 BETWEEN s.employed_from AND coalesce(s.employed_until, 'infinity')
 ORDER BY c.why = 'home_sickbed' DESC, c.from_at, c.member_id
"""


async def tied_doctors(person_id: UUID, *, now: datetime) -> dict[UUID, UUID]:
    """Who answers for somebody beside any plan, and for which organization."""
    found = await rows(RESPONSIBLE, person_id, sorted(map(str, DOCTORS)), now, calendar.on(now))
    return {each["member_id"]: each["organization"] for each in found}


async def run_by(person_id: UUID, *, receiver: UUID, now: datetime) -> UUID | None:
    """Who runs the care of the bed somebody is in now; None in a ward, and where nobody is known.

    A medical bed over the place is its center's; in a house it is whoever comes by contract, or its
    own unit; at one's own home the center that received them.
    """
    stands = await in_bed.current(person_id)
    if Layer.INPATIENT in stands:
        return None
    overlay, place = stands.get(Layer.OVERLAY), stands.get(Layer.PLACE)
    house = place.organization_id if place is not None else None
    if overlay is not None:
        able = [overlay.organization_id]
    elif house is None:
        able = [receiver]
    else:
        on = calendar.on(now)
        able = [*await agreed.providers_of(institution_id=house, on=on), house]
    fit = [each for each in able if each is not None and await in_bed.provides(each)]
    # Who cares for them already goes on, where a house is served by several.
    plans = {each["organization"] for each in await planned.open_plans(person_id=person_id)}
    return next((each for each in fit if each in plans), fit[0] if fit else None)
