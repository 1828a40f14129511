"""The day, one visit, its plan, and who goes."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from backend.core.access import DOCTORS, FAMILY, FIELD, STAFF, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import IfMatch, Page, answer, kept_as
from backend.visits import actions, queries
from backend.visits.lifecycle.plans import VisitPlan
from backend.visits.lifecycle.staffing import AssignmentSaid
from backend.visits.schemas import VisitCard, VisitDetail
from backend.visits.schemas.resolving import AssignmentDetail

PLANNERS = frozenset({Role.DISPATCHER, Role.CHC_ADMIN}) | DOCTORS
OFFICE = frozenset({Role.DISPATCHER, Role.CHC_ADMIN})
LOOKERS = FIELD | OFFICE | {Role.INST_NURSE} | FAMILY


@get("/visits", allow=LOOKERS, tags=["visits"])
async def list_visits(
    on: Annotated[date, QueryParameter(description="a day in Shanghai")],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    assigned_to: FromQuery[Literal["me"] | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[VisitCard]:
    """The visits of a day: yours (`assigned_to=me`), your center's, or your elder's.

    In the order of their planned start. What you see of whom can be seen by them.
    """
    page = await queries.on(
        day=on, actor=actor, mine=assigned_to == "me", limit=limit, after=after, now=now
    )
    return Page(items=[VisitCard.of(each) for each in page.items], next=page.next)


@get("/visits/{visit_id:uuid}", allow=STAFF | FAMILY, tags=["visits"])
async def get_visit(
    visit_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> VisitDetail:
    """One visit: where, who goes, for what, and what it went through.

    The elder's side is also shown the four digits to confirm it with.
    """
    found = await queries.one(visit_id=visit_id, actor=actor, now=now)
    return VisitDetail.of(found, actor=actor, now=now)


@put("/visits/{visit_id:uuid}", allow=PLANNERS, tags=["visits"])
async def plan_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[VisitPlan],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[VisitDetail]:
    """Plan a visit of your center under an id that you choose; change it with `If-Match`.

    Two home visits of one person never overlap: 409 `slot_taken`. Carers must be registered and
    authorised (HC-05) and long enough in practice (HC-06): 422. `needs_two` says that two must go.
    """
    kept = await actions.plan(visit_id=visit_id, actor=actor, said=data, if_match=if_match, now=now)
    found = await queries.one(visit_id=visit_id, actor=actor, now=now)
    return kept_as(VisitDetail.of(found, actor=actor, now=now), first=kept.first)


@put("/visits/{visit_id:uuid}/assignments/{assignment_id:uuid}", allow=OFFICE, tags=["visits"])
async def assign_visit(
    visit_id: FromPath[UUID],
    assignment_id: FromPath[UUID],
    data: JSONBody[AssignmentSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[AssignmentDetail]:
    """Let somebody go, or with `replaces_id` somebody else instead.

    Whoever is replaced may still send what they did offline; it lands as WRONG_PERSON.
    """
    return await answer(
        actions.assign(
            visit_id=visit_id, assignment_id=assignment_id, actor=actor, said=data, now=now
        ),
        AssignmentDetail.of,
    )


ROUTES = [list_visits, get_visit, plan_visit, assign_visit]
