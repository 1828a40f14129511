"""The end of a plan: nobody goes any more."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.careplans import policies, queries
from backend.careplans.actions import expand, moving, ties
from backend.careplans.actions.activate import ONCE
from backend.careplans.events import CarePlanEnded
from backend.careplans.lifecycle import PlanEndSaid, PlanMove, PlanStatus, after
from backend.core.access import Actor
from backend.core.db import action
from backend.core.journal import publish
from backend.core.problems import Forbidden
from backend.core.wire import Kept
from backend.people import queries as people


@action
async def end(*, plan_id: UUID, actor: Actor, said: PlanEndSaid, now: datetime) -> Kept[Record]:
    """End a plan, or put a draft away; its visits to come are called off. Twice is once.

    :raises Missing: :raises TieEnded: :raises Forbidden: :raises AlreadyDifferent:
    :raises CannotMove:
    """
    plan = await queries.hold_plan(plan_id)
    tie = await people.tie(actor=actor, person_id=plan["person"], now=now)
    if not policies.is_responsible(actor, plan):
        raise Forbidden
    if kept := await moving.again(plan, PlanMove.END, number=ONCE, body=said):
        return kept
    after(PlanStatus(plan["status"]), PlanMove.END)
    made, _ = await end_held(plan, actor=actor, said=said, tie=tie, now=now)
    return Kept(made, first=True)


async def end_held(
    plan: Record, *, actor: Actor, said: PlanEndSaid, tie: str, now: datetime
) -> tuple[Record, list[UUID]]:
    """End a held plan, in the caller's transaction: the move, and the visits called off."""
    called_off = await expand.call_off_future(plan, actor=actor, now=now)
    made = await moving.write_down(
        plan=plan,
        move=PlanMove.END,
        actor=actor,
        number=ONCE,
        body=said,
        tie=tie,
        now=now,
        said={"reason_code": said.reason_code, "visits_called_off": len(called_off)},
        reason=said.reason,
    )
    await ties.untie(plan, now=now)
    publish(CarePlanEnded(subject_id=plan["id"], person_id=plan["person"]))
    return made, called_off
