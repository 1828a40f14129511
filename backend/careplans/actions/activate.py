"""The responsible doctor puts a draft in force, and its visits appear."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.careplans import policies, queries
from backend.careplans.actions import checks, expand, moving
from backend.careplans.events import CarePlanActivated
from backend.careplans.lifecycle import PlanActivationSaid, PlanMove, PlanStatus, after
from backend.careplans.problems import NeedsCountersignature
from backend.careplans.schemas import opened
from backend.core.access import Actor
from backend.core.db import action, row
from backend.core.journal import publish
from backend.core.problems import Forbidden, Stale
from backend.core.wire import Kept
from backend.people import queries as people

ONCE = 0  # a plan is activated once, and ends once
FIRST = 1


@action
async def activate(
    *, plan_id: UUID, actor: Actor, said: PlanActivationSaid, now: datetime
) -> Kept[Record]:
    """Put a draft in force: its visits appear some days ahead (HB-21). Twice is once.

    :raises Missing: :raises TieEnded: :raises Forbidden: :raises AlreadyDifferent:
    :raises CannotMove: :raises Stale: :raises NeedsCountersignature: :raises NeedsAssessment:
    :raises NeedsConsent: :raises InfusionAtHome: :raises NoInfusionRoom: :raises FirstDoseAtHome:
    :raises SkinTestAtHome: :raises NotTheDoctor: :raises PlanWrong: :raises NobodyToVisit:
    :raises NotLicensed:
    """
    plan = await queries.hold_plan(plan_id)
    tie = await people.tie(actor=actor, person_id=plan["person"], now=now)
    if not policies.is_responsible(actor, plan):
        raise Forbidden
    if kept := await moving.again(plan, PlanMove.ACTIVATE, number=ONCE, body=said):
        return kept
    after(PlanStatus(plan["status"]), PlanMove.ACTIVATE)
    if said.version != plan["version"]:
        raise Stale(version=plan["version"])
    content = opened(plan["content"])
    # What was true of a draft may no longer be: where they live, the profile of numbers.
    await checks.check_content(content, person=plan, now=now)
    if checks.asks_a_senior(content, is_hospice=plan["is_hospice"], now=now) and (
        plan["countersigned_version"] != plan["version"]
    ):
        raise NeedsCountersignature
    await checks.check_orders(content, person_id=plan["person"], now=now)

    await row("UPDATE care_plans SET number = $2 WHERE id = $1", plan_id, FIRST)
    await moving.keep_version(plan, content, number=FIRST, actor=actor, body=content, now=now)
    expanded = await expand.expand(plan, content, number=FIRST, now=now)
    made = await moving.write_down(
        plan=plan,
        move=PlanMove.ACTIVATE,
        actor=actor,
        number=ONCE,
        body=said,
        tie=tie,
        now=now,
        said=expanded.words(),
    )
    await moving.owe_review(plan, moving.review_of(content, now), now=now)
    publish(CarePlanActivated(subject_id=plan_id, person_id=plan["person"]))
    return Kept(made, first=True)
