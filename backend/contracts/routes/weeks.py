"""Week by week: what was agreed, what was made, and why not."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from backend.contracts import actions, queries
from backend.contracts.lifecycle.said import MissedBecause
from backend.contracts.schemas import AgreedRounds, MissedWeekDetail, WeekDetail
from backend.core.access import REGULATORS, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Page, answer

ADMINS = frozenset({Role.CHC_ADMIN, Role.INST_ADMIN})
SIDES = ADMINS | {Role.HOSPITAL_STAFF}
IsoWeek = Annotated[
    str, Meta(pattern=r"^[0-9]{4}-W[0-9]{2}$(?!\n)", description="such as 2026-W47")
]


@get(
    "/institution-contracts/{contract_id:uuid}/fulfilment",
    allow=ADMINS | REGULATORS,
    tags=["contracts"],
)
async def list_fulfilment(
    contract_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[WeekDetail]:
    """Week by week, newest first: visits due and made, holidays, the reason, make-up visits.

    A visit counts when a doctor or nurse verifiably stayed for half an hour. A week runs from
    Monday to Sunday in Shanghai.
    """
    page = await queries.see_fulfilment(
        contract_id=contract_id, actor=actor, limit=limit, after=after, now=now
    )
    return Page(items=[WeekDetail.of(each) for each in page.items], next=page.next)


@put(
    "/institution-contracts/{contract_id:uuid}/fulfilment/{week:str}/reason",
    allow=SIDES,
    tags=["contracts"],
)
async def state_reason(
    contract_id: FromPath[UUID],
    week: FromPath[IsoWeek],
    data: JSONBody[MissedBecause],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MissedWeekDetail]:
    """Say why a week was not kept; a make-up visit is due within seven days."""
    return await answer(
        actions.state_reason(contract_id=contract_id, week=week, actor=actor, said=data, now=now),
        MissedWeekDetail.of,
    )


@get("/institution-contracts/{contract_id:uuid}/agreed-rounds", allow=SIDES, tags=["contracts"])
async def list_agreed_rounds(
    contract_id: FromPath[UUID],
    since: Annotated[date, QueryParameter(description="a day in Shanghai")],
    until: Annotated[date, QueryParameter(description="the first day not asked about")],
    actor: NamedDependency[Actor],
) -> AgreedRounds:
    """What became of the agreed visits of these days: a round, or why none was planned."""
    found = await queries.see_agreed_rounds(
        contract_id=contract_id, first=since, end=until, actor=actor
    )
    return AgreedRounds.of(found)


ROUTES = [list_fulfilment, state_reason, list_agreed_rounds]
