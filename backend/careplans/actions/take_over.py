"""A doctor of the new center takes a plan over; until then the former one answers for it."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.careplans import policies, queries
from backend.careplans.actions import checks, moving, ties
from backend.careplans.events import CarePlanHandedOver
from backend.careplans.lifecycle import PlanMove, PlanStatus, PlanTakeoverSaid
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.journal import publish
from backend.core.problems import CannotMove, Forbidden, Stale
from backend.core.wire import Kept
from backend.people import queries as people

TAKEN = "UPDATE care_plans SET doctor = $2, to_take_since = NULL WHERE id = $1"


@action
async def take_over(
    *, plan_id: UUID, actor: Actor, said: PlanTakeoverSaid, now: datetime
) -> Kept[Record]:
    """Answer for a plan that was handed over to your center; its administration may name a doctor.

    Twice is once. The plan is to be reviewed then, as after any referral (HB-23).

    :raises Missing: :raises TieEnded: :raises Forbidden: :raises AlreadyDifferent:
    :raises CannotMove: :raises Stale: :raises NotTheDoctor:
    """
    plan = await queries.hold_plan(plan_id)
    tie = await people.tie(actor=actor, person_id=plan["person"], now=now)
    if not policies.may_take_over(actor, plan, said.doctor_id):
        raise Forbidden
    if kept := await moving.again(plan, PlanMove.TAKE_OVER, number=said.version, body=said):
        return kept
    if plan["to_take_since"] is None:
        raise CannotMove(status=plan["status"])
    if said.version != plan["version"]:
        raise Stale(version=plan["version"])
    await checks.check_doctor(said.doctor_id, organization_id=plan["organization"], now=now)
    made = await moving.write_down(
        plan=plan,
        move=PlanMove.TAKE_OVER,
        actor=actor,
        number=said.version,
        body=said,
        tie=tie,
        now=now,
    )
    await rows(TAKEN, plan_id, said.doctor_id)
    await ties.tie(await queries.hold_plan(plan_id), now=now)
    if plan["status"] == PlanStatus.ACTIVE:
        await moving.owe_review(plan, now, now=now)
    publish(CarePlanHandedOver(subject_id=plan_id, person_id=plan["person"], to_id=said.doctor_id))
    return Kept(made, first=True)
