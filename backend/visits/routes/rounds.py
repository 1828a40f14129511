"""Institution rounds: one arrival, many elders."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.core.access import DOCTORS, FIELD, Actor, Role
from backend.core.wire import IfMatch, answer, kept_as
from backend.visits import actions, queries
from backend.visits.lifecycle import Proof
from backend.visits.lifecycle.doorstep import Departure
from backend.visits.lifecycle.plans import RoundPlan
from backend.visits.lifecycle.rounds import EntrySaid
from backend.visits.schemas.moves import CheckOut, MoveDetail
from backend.visits.schemas.rounds import EntryDetail, RoundDetail

PLANNERS = frozenset({Role.DISPATCHER, Role.CHC_ADMIN}) | DOCTORS
LOOKERS = FIELD | {Role.INST_NURSE, Role.INST_ADMIN, Role.CHC_ADMIN, Role.DISPATCHER}


async def _whole(round_id: UUID, actor: Actor) -> RoundDetail:
    found, residents = await queries.round_with_residents(round_id=round_id, actor=actor)
    return RoundDetail.of(found, residents)


@put("/rounds/{round_id:uuid}", allow=PLANNERS, tags=["visits"])
async def plan_round(
    round_id: FromPath[UUID],
    data: JSONBody[RoundPlan],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[RoundDetail]:
    """Plan a round in an institution; without `person_ids` all of its residents are on the list."""
    kept = await actions.plan_round(
        round_id=round_id, actor=actor, said=data, if_match=if_match, now=now
    )
    return kept_as(await _whole(round_id, actor), first=kept.first)


@get("/rounds/{round_id:uuid}", allow=LOOKERS, tags=["visits"])
async def get_round(round_id: FromPath[UUID], actor: NamedDependency[Actor]) -> RoundDetail:
    """The residents of a round, with the vitals entered before you came, and the flags."""
    return await _whole(round_id, actor)


@put("/rounds/{round_id:uuid}/departure", allow=FIELD, tags=["visits"])
async def record_round_departure(
    round_id: FromPath[UUID],
    data: JSONBody[Departure],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """You are on the way to the institution."""
    return await answer(
        actions.depart(
            visit_id=round_id, actor=actor, client_time=data.client_time, said=data, now=now
        ),
        MoveDetail.of,
    )


@put("/rounds/{round_id:uuid}/check-in", allow=FIELD, tags=["visits"])
async def record_round_check_in(
    round_id: FromPath[UUID],
    data: JSONBody[Proof],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """One arrival for the whole round: the institution's code (`method: QR`) and a point."""
    return await answer(
        actions.check_in(visit_id=round_id, actor=actor, proof=data, now=now), MoveDetail.of
    )


@put("/rounds/{round_id:uuid}/check-out", allow=FIELD, tags=["visits"])
async def record_round_check_out(
    round_id: FromPath[UUID],
    data: JSONBody[CheckOut],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """You leave the institution. The length of the round counts, not that of an entry (EV-06)."""
    return await answer(
        actions.check_out(
            visit_id=round_id, actor=actor, proof=data.proof(), items=data.items, now=now
        ),
        MoveDetail.of,
    )


@put("/rounds/{round_id:uuid}/entries/{person_id:uuid}", allow=FIELD, tags=["visits"])
async def record_round_entry(
    round_id: FromPath[UUID],
    person_id: FromPath[UUID],
    data: JSONBody[EntrySaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[EntryDetail]:
    """One resident: seen, refused (say why, name a witness) or away. Refused counts as offered."""
    return await answer(
        actions.enter(round_id=round_id, person_id=person_id, actor=actor, said=data, now=now),
        EntryDetail.of,
    )


ROUTES = [
    plan_round,
    get_round,
    record_round_departure,
    record_round_check_in,
    record_round_check_out,
    record_round_entry,
]
