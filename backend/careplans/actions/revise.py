"""Another version: what is done stays, the future is planned anew (HB-22)."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.careplans import policies, queries
from backend.careplans.actions import checks, expand, moving
from backend.careplans.events import CarePlanRevised
from backend.careplans.lifecycle import (
    PlanContent,
    PlanMove,
    PlanRevisionSaid,
    PlanStatus,
    after,
    encode,
    invasive,
)
from backend.careplans.problems import NeedsCountersignature, NotTheNext
from backend.careplans.schemas import SEALED
from backend.core import crypto
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.journal import publish
from backend.core.problems import Forbidden
from backend.core.wire import Kept
from backend.people import queries as people

REVISE = """
UPDATE care_plans SET number = $2, content = $3, policy_version = $4 WHERE id = $1
"""


@action
async def revise(
    *, plan_id: UUID, number: int, actor: Actor, said: PlanRevisionSaid, now: datetime
) -> Kept[Record]:
    """Put another version in force. The same body again is the same revision.

    What a senior doctor countersigned may be lessened or done at other times; more of it is a
    plan of its own, which is countersigned again.

    :raises Missing: :raises TieEnded: :raises Forbidden: :raises AlreadyDifferent:
    :raises CannotMove: :raises NotTheNext: :raises NeedsCountersignature:
    :raises NeedsAssessment: :raises NeedsConsent: :raises PlanWrong: :raises NotForHomes:
    :raises WrongRole: :raises InfusionAtHome: :raises NoInfusionRoom: :raises FirstDoseAtHome:
    :raises SkinTestAtHome: :raises ReviewTooLate: :raises NobodyToVisit:
    """
    plan = await queries.hold_plan(plan_id)
    tie = await people.tie(actor=actor, person_id=plan["person"], now=now)
    if not policies.is_responsible(actor, plan):
        raise Forbidden
    if kept := await moving.again(plan, PlanMove.REVISE, number=number, body=said):
        return kept
    after(PlanStatus(plan["status"]), PlanMove.REVISE)
    if number != plan["number"] + 1:
        raise NotTheNext(next=plan["number"] + 1)
    content = said.content()
    await checks.check_content(content, person=plan, now=now)
    _check_countersigned(plan, content, now)
    await checks.check_orders(content, person_id=plan["person"], now=now)

    sealed = crypto.seal(encode(content), SEALED)
    await rows(REVISE, plan_id, number, sealed, policy.version(now))
    await moving.keep_version(
        plan, content, number=number, actor=actor, body=content, now=now, reason=said.reason
    )
    await queries.hold_carers([plan["organization"]])
    called_off = await expand.call_off_future(plan, actor=actor, now=now)
    expanded = await expand.expand(plan, content, number=number, now=now)
    made = await moving.write_down(
        plan=plan,
        move=PlanMove.REVISE,
        actor=actor,
        number=number,
        body=said,
        tie=tie,
        now=now,
        said={**expanded.words(), "visits_called_off": len(called_off)},
        reason=said.reason,
    )
    await moving.owe_review(plan, moving.review_of(content, now), now=now)
    publish(CarePlanRevised(subject_id=plan_id, person_id=plan["person"]))
    return Kept(made, first=True)


def _check_countersigned(plan: Record, content: PlanContent, now: datetime) -> None:
    """:raises NeedsCountersignature:"""
    if plan["is_hospice"] or not checks.asks_a_senior(content, is_hospice=False, now=now):
        return  # 20A.1: a plan for hospice was countersigned as such before it began
    named = policy.texts(now, "hc.invasive_items")
    more = invasive(content, named=named) - {*plan["countersigned_items"]}
    if more:
        raise NeedsCountersignature(items=sorted(more))
