"""An in-house unit is designated by the medical insurance: asked for, decided (IM-08)."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import audit, calendar
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.problems import AlreadyDifferent, CannotMove, Missing
from backend.core.wire import Kept
from backend.people import queries
from backend.people.actions.facts import InsuranceApplication
from backend.people.lifecycle import UnitStatus, months_later
from backend.people.problems import InsuranceTooEarly, NotYet
from backend.people.schemas.units import UnitDetail

APPLY = """
UPDATE in_house_units SET insurance_applied_on = $2, insurance_applied_by = $3,
       insurance_applied_at = $4, version = version + 1 WHERE id = $1
"""


@action
async def apply_for_insurance(
    *, unit_id: UUID, actor: Actor, said: InsuranceApplication, now: datetime
) -> Kept[Record]:
    """The unit asks for insurance designation, once; a repeat is the application as it stands.

    :raises Missing: :raises CannotMove: :raises AlreadyDifferent: :raises NotYet:
    :raises InsuranceTooEarly:
    """
    stored = await queries.hold_unit(unit_id, now=now)
    if stored is None or stored["organization"] != actor.organization_id:
        raise Missing
    if stored["insurance_applied_on"] is not None:
        if said.applied_on != stored["insurance_applied_on"]:
            raise AlreadyDifferent(stored=UnitDetail.of(stored, now=now))
        return Kept(stored, first=False)
    if stored["status"] != UnitStatus.OPERATING:
        raise CannotMove(status=stored["status"])
    if said.applied_on > calendar.on(now):
        raise NotYet(field="applied_on")
    # IM-08: whether it was too early is a question of the day it applied on, not of today.
    months = policy.whole(now, "im.insurance_apply_after_months")
    opens = months_later(stored["operating_since"], months)
    if said.applied_on < opens:
        raise InsuranceTooEarly(eligible_from=opens, policy_version=policy.version(now))
    await rows(APPLY, unit_id, said.applied_on, actor.person_id, now)
    audit.wrote(actor, "people.unit_insurance", subject_id=unit_id)
    return Kept(await queries.kept_unit(unit_id, now=now), first=True)
