"""交接: who runs the care of a bed, and how what goes on goes over to them."""

from datetime import datetime
from uuid import UUID

from backend.beds import queries as in_bed
from backend.beds.lifecycle import Layer
from backend.careplans import actions as careplans
from backend.careplans import queries as planned
from backend.contracts import queries as agreed
from backend.core import calendar
from backend.core.access import DOCTORS, Actor
from backend.core.db import rows
from backend.visits import actions as visits

# By a contract or a home-sickbed; the doctor of a bed before the family doctor.
RESPONSIBLE = """
SELECT c.member_id, s.organization FROM care_team c JOIN staff s ON s.person = c.member_id
 WHERE c.person = $1 AND c.member_kind = 'staff' AND c.why IN ('contract', 'home_sickbed')
   AND (c.until_at IS NULL OR c.until_at > $3) AND s.roles::text[] && $2::text[]
   AND (s.employed_until IS NULL OR s.employed_until >= ($3 AT TIME ZONE 'Asia/Shanghai')::date)
 ORDER BY c.why = 'home_sickbed' DESC, c.from_at, c.member_id
"""

# To come, at the right door, and somebody else's. A family doctor's own stay theirs: a contract is
# with a person, wherever they lie. A plan hands over its own.
OF_OTHERS = """
SELECT v.id FROM visits v JOIN persons p ON p.id = v.person
 WHERE v.person = $1 AND v.status = 'PLANNED' AND v.organization <> $2
   AND CASE v.place_kind WHEN 'home' THEN v.address = p.address AND p.residence IS NULL
                         ELSE v.institution = p.residence END
   AND NOT EXISTS (SELECT FROM doctor_contracts d WHERE d.id = v.because_id)
   AND NOT EXISTS (SELECT FROM care_plan_visits c WHERE c.visit = v.id AND NOT c.is_by_hand)
 ORDER BY v.id
"""


async def tied_doctors(person_id: UUID, now: datetime) -> dict[UUID, UUID]:
    """Who answers for somebody beside any plan, and for which organization."""
    found = await rows(RESPONSIBLE, person_id, sorted(map(str, DOCTORS)), now)
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


async def hand_over(*, person_id: UUID, to: UUID, actor: Actor, now: datetime) -> frozenset[UUID]:
    """They go from now on, and know of the elder. What went over: plans, visits, doctors.

    A doctor of theirs who answers for the elder already gets the plans; else they wait on their
    work list, and the former doctor answers until one of theirs has taken them.
    """
    tied = await tied_doctors(person_id, now)
    before = {each["id"]: each["doctor"] for each in await planned.open_plans(person_id=person_id)}
    plans = await careplans.hand_over_plans(
        person_id=person_id,
        to_organization_id=to,
        to_doctor_id=next((who for who, where in tied.items() if where == to), None),
        actor=actor,
        now=now,
    )
    others = await rows(OF_OTHERS, person_id, to)
    by_hand = await visits.hand_over_visits(
        visit_ids=[each["id"] for each in others], to_organization_id=to, actor=actor, now=now
    )
    called_off = (visit_id for plan in plans for visit_id in plan.called_off)
    former = {before[plan.plan_id] for plan in plans} - tied.keys()
    return frozenset({*(plan.plan_id for plan in plans), *called_off, *by_hand, *former})
