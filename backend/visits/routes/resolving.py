"""Exceptions: what waits, what was decided, what the carer says to it."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import FIELD, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Page, answer
from backend.visits import actions, queries
from backend.visits.lifecycle import ExceptionStatus
from backend.visits.lifecycle.resolving import AppealSaid, DecisionSaid
from backend.visits.schemas.resolving import (
    AppealDetail,
    DecisionDetail,
    ExceptionDetail,
    ExceptionWhole,
)

DECIDERS = frozenset({Role.CHC_ADMIN, Role.QC})


@get("/visit-exceptions", allow=FIELD | DECIDERS, tags=["visits"])
async def list_visit_exceptions(
    actor: NamedDependency[Actor],
    status: FromQuery[ExceptionStatus | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[ExceptionDetail]:
    """What was odd: your own, or, for who decides, your center's; the most urgent first."""
    page = await queries.exceptions(actor=actor, status=status, limit=limit, after=after)
    return Page(items=[ExceptionDetail.of(each) for each in page.items], next=page.next)


@get("/visit-exceptions/{exception_id:uuid}", allow=FIELD | DECIDERS, tags=["visits"])
async def get_visit_exception(
    exception_id: FromPath[UUID], actor: NamedDependency[Actor]
) -> ExceptionWhole:
    """One exception: what was seen, what the carer said to it, what was decided, the appeal."""
    return ExceptionWhole.whole(
        *await queries.see_exception(exception_id=exception_id, actor=actor)
    )


@put(
    "/visit-exceptions/{exception_id:uuid}/decisions/{decision_id:uuid}",
    allow=DECIDERS,
    tags=["visits"],
)
async def decide_visit_exception(
    exception_id: FromPath[UUID],
    decision_id: FromPath[UUID],
    data: JSONBody[DecisionSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[DecisionDetail]:
    """Approve (it counts), reject (not billable) or ask (EV-09). Never about your own visit."""
    return await answer(
        actions.decide(
            exception_id=exception_id, decision_id=decision_id, actor=actor, said=data, now=now
        ),
        DecisionDetail.of,
    )


@put("/visit-exceptions/{exception_id:uuid}/appeal", allow=FIELD, tags=["visits"])
async def appeal_visit_exception(
    exception_id: FromPath[UUID],
    data: JSONBody[AppealSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[AppealDetail]:
    """Disagree with a rejection, once, until `appeal_until`; somebody else decides again."""
    return await answer(
        actions.appeal(exception_id=exception_id, actor=actor, said=data, now=now),
        AppealDetail.of,
    )


ROUTES = [
    list_visit_exceptions,
    get_visit_exception,
    decide_visit_exception,
    appeal_visit_exception,
]
