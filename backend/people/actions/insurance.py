"""An in-house unit is designated by the medical insurance: asked for, decided (IM-08)."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import audit, calendar, jobs
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, CannotMove, Missing
from backend.core.wire import Kept
from backend.people import queries
from backend.people.actions.facts import InsuranceApplication, InsuranceDecision
from backend.people.events import InsuranceDecided, InsuranceUndecided
from backend.people.lifecycle import UnitStatus, months_later
from backend.people.problems import InsuranceTooEarly, NotYet
from backend.people.schemas.units import UnitDetail, decision_due_on

APPLY = """
UPDATE in_house_units SET insurance_applied_on = $2, insurance_applied_by = $3,
       insurance_applied_at = $4, version = version + 1 WHERE id = $1
"""

DECIDE = """
UPDATE in_house_units SET insurance_decided_on = $2, insurance_is_granted = $3,
       insurance_decided_by = $4, insurance_decided_at = $5, version = version + 1 WHERE id = $1
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
    due_at, _ = calendar.day(decision_due_on(said.applied_on))
    jobs.enqueue("look_for_insurance_decision", key=str(unit_id), due_at=due_at, unit_id=unit_id)
    audit.wrote(actor, "people.unit_insurance", subject_id=unit_id)
    return Kept(await queries.kept_unit(unit_id, now=now), first=True)


@action
async def decide_insurance(
    *, unit_id: UUID, actor: Actor, said: InsuranceDecision, now: datetime
) -> Kept[Record]:
    """The insurance designates the unit or does not, once; a repeat is the decision as it stands.

    :raises Missing: :raises CannotMove: nobody applied :raises AlreadyDifferent: :raises NotYet:
    """
    stored = await queries.hold_unit(unit_id, now=now)
    if stored is None:
        raise Missing
    if stored["insurance_decided_on"] is not None:
        was = (stored["insurance_decided_on"], stored["insurance_is_granted"])
        if was != (said.decided_on, said.is_granted):
            raise AlreadyDifferent(stored=UnitDetail.of(stored, now=now))
        return Kept(stored, first=False)
    if stored["insurance_applied_on"] is None:
        raise CannotMove(status=stored["status"])
    if not stored["insurance_applied_on"] <= said.decided_on <= calendar.on(now):
        raise NotYet(field="decided_on")
    await rows(DECIDE, unit_id, said.decided_on, said.is_granted, actor.person_id, now)
    publish(InsuranceDecided(subject_id=unit_id, organization_id=stored["organization"]))
    audit.wrote(actor, "people.unit_insurance_decision", subject_id=unit_id)
    return Kept(await queries.kept_unit(unit_id, now=now), first=True)


@action
async def look_for_insurance_decision(*, unit_id: UUID, now: datetime) -> bool:
    """IM-08: the day has come by which it must be decided. Whether it was said to be open."""
    stored = await queries.hold_unit(unit_id, now=now)
    if stored is None or stored["insurance_decided_on"] is not None:
        return False
    due_at, _ = calendar.day(decision_due_on(stored["insurance_applied_on"]))
    if stored["status"] == UnitStatus.CLOSED or now < due_at:
        return False
    publish(
        InsuranceUndecided(
            subject_id=unit_id, organization_id=stored["organization"], due_at=due_at
        )
    )
    return True
