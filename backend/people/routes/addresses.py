"""Doors that were found to be wrong."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import FIELD, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Page, answer
from backend.people import actions, queries
from backend.people.actions.facts import CorrectionDecision, CorrectionFacts
from backend.people.lifecycle import CorrectionStatus
from backend.people.schemas.corrections import CorrectionDetail

AT_THE_DOOR = FIELD | {Role.COURIER, Role.INST_NURSE}
DECIDERS = frozenset({Role.CHC_ADMIN, Role.DISPATCHER})


@put(
    "/addresses/{address_id:uuid}/corrections/{correction_id:uuid}",
    allow=AT_THE_DOOR,
    tags=["people"],
)
async def ask_correction(
    address_id: FromPath[UUID],
    correction_id: FromPath[UUID],
    data: JSONBody[CorrectionFacts],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[CorrectionDetail]:
    """Say that the pin or the room of a door is wrong. Say only what is to change."""
    kept = actions.ask_correction(
        address_id=address_id, correction_id=correction_id, actor=actor, said=data, now=now
    )
    return await answer(kept, CorrectionDetail.of)


@put(
    "/addresses/{address_id:uuid}/corrections/{correction_id:uuid}/decision",
    allow=DECIDERS,
    tags=["people"],
)
async def decide_correction(
    address_id: FromPath[UUID],
    correction_id: FromPath[UUID],
    data: JSONBody[CorrectionDecision],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[CorrectionDetail]:
    """Approve or reject a correction, never one's own; proofs of visits there are judged anew."""
    kept = actions.decide_correction(
        address_id=address_id, correction_id=correction_id, actor=actor, said=data, now=now
    )
    return await answer(kept, CorrectionDetail.of)


@get("/address-corrections/{correction_id:uuid}", allow=AT_THE_DOOR | DECIDERS, tags=["people"])
async def get_correction(
    correction_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> CorrectionDetail:
    """Read one correction."""
    return CorrectionDetail.of(
        await queries.see_correction(correction_id=correction_id, actor=actor, now=now)
    )


@get("/address-corrections", allow=DECIDERS, tags=["people"])
async def list_corrections(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    status: FromQuery[CorrectionStatus | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[CorrectionDetail]:
    """List the corrections my center decides, the oldest first."""
    page = await queries.corrections(actor=actor, status=status, limit=limit, after=after, now=now)
    return Page(items=[CorrectionDetail.of(each) for each in page.items], next=page.next)


ROUTES = [ask_correction, decide_correction, get_correction, list_corrections]
