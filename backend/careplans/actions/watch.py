"""What runs by itself around plans: a day comes into reach, an assessment, a review, a death.

Each acts on what is true when it runs, and does nothing for a plan that has ended.
"""

from datetime import datetime
from uuid import UUID

from backend.careplans import queries
from backend.careplans.actions import expand
from backend.careplans.actions.end import end_held
from backend.careplans.events import CarePlanReviewDue
from backend.careplans.lifecycle import PlanEndSaid, PlanStatus
from backend.careplans.schemas import opened
from backend.core import calendar, jobs
from backend.core.access import SYSTEM
from backend.core.db import action
from backend.core.journal import publish


@action
async def owe_days(*, now: datetime) -> int:
    """Each day, owe every active plan its next day (HB-21). How many plans."""
    plans = await queries.active_plans()
    for plan_id in plans:
        jobs.enqueue(
            "expand_care_plan",
            key=f"{plan_id}:{calendar.on(now):%Y%m%d}",
            due_at=now,
            plan_id=plan_id,
        )
    return len(plans)


@action
async def expand_plan(*, plan_id: UUID, now: datetime) -> int:
    """Make the visits of a plan that have come into reach. Again it makes no more. How many."""
    plan = await queries.hold_plan(plan_id)
    if plan["status"] != PlanStatus.ACTIVE:
        return 0
    content = opened(plan["content"])
    made = await expand.expand(plan, content, number=plan["number"], now=now)
    return len(made.visits)


@action
async def expand_plans_of(*, person_id: UUID, now: datetime) -> int:
    """Make what is missing of a person's plans (HC-04): they were assessed. How many visits.

    Who was not assessed in time is sent nobody; a fresh assessment ends that at once.
    """
    plans = await queries.open_plans(person_id=person_id)
    return sum([await expand_plan(plan_id=each["id"], now=now) for each in plans])


@action
async def look_for_review(*, plan_id: UUID, review_at: datetime, now: datetime) -> bool:
    """HB-23: say to its doctor that a plan is to be reviewed, unless it was since. Whether so."""
    plan = await queries.hold_plan(plan_id)
    is_due = plan["status"] == PlanStatus.ACTIVE and bool(plan["review_at"] == review_at <= now)
    if is_due:
        publish(
            CarePlanReviewDue(subject_id=plan_id, person_id=plan["person"], staff_id=plan["doctor"])
        )
    return is_due


@action
async def end_for_the_dead(*, person_id: UUID, now: datetime) -> int:
    """RC-08: nothing more is planned for who has died. How many plans were open."""
    person = await queries.hold_person(person_id)
    if person["died_on"] is None:
        return 0
    plans = await queries.open_plans(person_id=person_id)
    for each in plans:
        plan = await queries.hold_plan(each["id"])
        await end_held(
            plan, actor=SYSTEM, said=PlanEndSaid(reason_code="DECEASED"), tie="system", now=now
        )
    return len(plans)
