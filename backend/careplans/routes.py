"""Care plans over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from backend.careplans import actions, queries
from backend.careplans.lifecycle import (
    PlanActivationSaid,
    PlanCountersignatureSaid,
    PlanEndSaid,
    PlanRevisionSaid,
    PlanSaid,
    PlanTakeoverSaid,
)
from backend.careplans.schemas import CarePlanDetail, CarePlanHead, CarePlanMoveDetail
from backend.core import calendar
from backend.core.access import FAMILY, STAFF, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import IfMatch, Page, answer

RESPONSIBLE = frozenset({Role.GP})
PROPOSERS = RESPONSIBLE | {Role.NURSE}
TAKERS = RESPONSIBLE | {Role.CHC_ADMIN}
Number = Annotated[int, Meta(ge=2, le=10_000, description="one more than the version in force")]


@put("/care-plans/{plan_id:uuid}", allow=PROPOSERS, tags=["careplans"])
async def write_care_plan(
    plan_id: FromPath[UUID],
    data: JSONBody[PlanSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[CarePlanHead]:
    """Propose a plan under an id that you choose; change the draft with `If-Match`.

    A nurse names the responsible doctor. `frequency` is an RRULE of RFC 5545 with FREQ=DAILY,
    WEEKLY or MONTHLY, INTERVAL, BYDAY, BYMONTHDAY, and COUNT or UNTIL (a date). What is daily or
    on a weekday keeps its day; the rest moves from days off to the next working day. Give each
    intervention an id of its own and keep it over revisions. Once active, a plan is revised.
    """
    return await answer(
        actions.write(plan_id=plan_id, actor=actor, said=data, if_match=if_match, now=now),
        CarePlanHead.of,
    )


@get("/care-plans/{plan_id:uuid}", allow=STAFF | FAMILY, tags=["careplans"])
async def get_care_plan(
    plan_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> CarePlanDetail:
    """One plan, all its versions, and the visits it becomes in the days ahead.

    In `ahead` what has no visit waits for somebody who can go. A relative needs VIEW_FULL.
    """
    found = await queries.plan(plan_id=plan_id, actor=actor, today=calendar.on(now), now=now)
    return CarePlanDetail.all_of(*found)


@get("/care-plans", allow=STAFF | FAMILY, tags=["careplans"])
async def list_care_plans(
    *,
    person_id: FromQuery[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[CarePlanHead]:
    """A person's plans, newest first, without their texts. Drafts are for staff alone."""
    page = await queries.plans(person_id=person_id, actor=actor, limit=limit, after=after, now=now)
    return Page(items=[CarePlanHead.of(each) for each in page.items], next=page.next)


@put(
    "/care-plans/{plan_id:uuid}/countersignature",
    allow=frozenset({Role.SENIOR_GP}),
    tags=["careplans"],
)
async def countersign_care_plan(
    plan_id: FromPath[UUID],
    data: JSONBody[PlanCountersignatureSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[CarePlanMoveDetail]:
    """Let a draft through that is for hospice, or has many invasive items; never your own.

    Say the `version` that you read. Whoever changes the draft after takes your signature off.
    """
    return await answer(
        actions.countersign(plan_id=plan_id, actor=actor, said=data, now=now),
        CarePlanMoveDetail.of,
    )


@put("/care-plans/{plan_id:uuid}/activation", allow=RESPONSIBLE, tags=["careplans"])
async def activate_care_plan(
    plan_id: FromPath[UUID],
    data: JSONBody[PlanActivationSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[CarePlanMoveDetail]:
    """Put a draft in force: its visits appear two weeks ahead. You are its responsible doctor.

    422 `needs_assessment` when the last one is too old; `needs_consent` names the items whose
    consent is missing; `needs_countersignature`. In `uncovered` nobody could be sent yet.
    """
    return await answer(
        actions.activate(plan_id=plan_id, actor=actor, said=data, now=now),
        CarePlanMoveDetail.of,
    )


@put("/care-plans/{plan_id:uuid}/revisions/{number:int}", allow=RESPONSIBLE, tags=["careplans"])
async def revise_care_plan(
    plan_id: FromPath[UUID],
    number: FromPath[Number],
    data: JSONBody[PlanRevisionSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[CarePlanMoveDetail]:
    """Put another version in force, whole; `number` is one more than the version in force.

    What is done stays. What was only planned is called off, and planned again from now.
    """
    return await answer(
        actions.revise(plan_id=plan_id, number=number, actor=actor, said=data, now=now),
        CarePlanMoveDetail.of,
    )


@put("/care-plans/{plan_id:uuid}/takeover", allow=TAKERS, tags=["careplans"])
async def take_over_care_plan(
    plan_id: FromPath[UUID],
    data: JSONBody[PlanTakeoverSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[CarePlanMoveDetail]:
    """Answer for a plan that an arrival handed over to your center (`plan_to_take` in the work).

    A doctor takes it themselves, the administration names one of its doctors. Say the `version`
    that you read: 409 `already_different` when a colleague was faster.
    """
    return await answer(
        actions.take_over(plan_id=plan_id, actor=actor, said=data, now=now), CarePlanMoveDetail.of
    )


@put("/care-plans/{plan_id:uuid}/end", allow=RESPONSIBLE, tags=["careplans"])
async def end_care_plan(
    plan_id: FromPath[UUID],
    data: JSONBody[PlanEndSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[CarePlanMoveDetail]:
    """End a plan, or put a draft away. Its visits to come are called off."""
    return await answer(
        actions.end(plan_id=plan_id, actor=actor, said=data, now=now), CarePlanMoveDetail.of
    )


ROUTES = [
    write_care_plan,
    get_care_plan,
    list_care_plans,
    countersign_care_plan,
    activate_care_plan,
    revise_care_plan,
    take_over_care_plan,
    end_care_plan,
]
