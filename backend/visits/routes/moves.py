"""What a visit goes through. Each answer is the move as stored: a repeat answers the same."""

from datetime import datetime
from uuid import UUID

from litestar import Response, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.core.access import FAMILY, FIELD, Actor, Role
from backend.core.wire import answer
from backend.visits import actions
from backend.visits.lifecycle import Proof
from backend.visits.lifecycle.doorstep import (
    Attestation,
    BagCheck,
    Cancellation,
    Departure,
    NoAccess,
    Refusal,
)
from backend.visits.lifecycle.rounds import TrackSaid
from backend.visits.schemas.moves import CheckOut, MoveDetail
from backend.visits.schemas.resolving import TrackDetail

ATTESTERS = FAMILY | {Role.INST_NURSE}
CANCELLERS = FIELD | FAMILY | {Role.DISPATCHER, Role.CHC_ADMIN}


@put("/visits/{visit_id:uuid}/bag-check", allow=FIELD, tags=["visits"])
async def check_bag(
    visit_id: FromPath[UUID],
    data: JSONBody[BagCheck],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """Say what is in your bag; what is missing is told, and the visit may go on (HC-08)."""
    return await answer(
        actions.check_bag(visit_id=visit_id, actor=actor, said=data, now=now), MoveDetail.of
    )


@put("/visits/{visit_id:uuid}/departure", allow=FIELD, tags=["visits"])
async def record_departure(
    visit_id: FromPath[UUID],
    data: JSONBody[Departure],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """You are on the way. From now until the check-out your location may be sent (EV-10)."""
    return await answer(
        actions.depart(
            visit_id=visit_id, actor=actor, client_time=data.client_time, said=data, now=now
        ),
        MoveDetail.of,
    )


@put("/visits/{visit_id:uuid}/check-in", allow=FIELD, tags=["visits"])
async def record_check_in(
    visit_id: FromPath[UUID],
    data: JSONBody[Proof],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """You are at the bedside. Always accepted (EV-03): what is odd comes back as `findings`.

    Send the point as the phone gave it, with its datum. A repeat answers the first again; another
    body under the same visit is 409 with the stored one. If you were replaced while offline, send
    it all the same: it lands as WRONG_PERSON.
    """
    return await answer(
        actions.check_in(visit_id=visit_id, actor=actor, proof=data, now=now), MoveDetail.of
    )


@put("/visits/{visit_id:uuid}/check-out", allow=FIELD, tags=["visits"])
async def record_check_out(
    visit_id: FromPath[UUID],
    data: JSONBody[CheckOut],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """You leave; `items` says what was done. Under ten minutes or over four hours asks why."""
    return await answer(
        actions.check_out(
            visit_id=visit_id, actor=actor, proof=data.proof(), items=data.items, now=now
        ),
        MoveDetail.of,
    )


@put("/visits/{visit_id:uuid}/attestation", allow=ATTESTERS, tags=["visits"])
async def attest_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[Attestation],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """The elder's side confirms the visit, or says why it cannot (EV-08)."""
    return await answer(
        actions.attest(visit_id=visit_id, actor=actor, said=data, now=now), MoveDetail.of
    )


@put("/visits/{visit_id:uuid}/refusal", allow=FIELD, tags=["visits"])
async def refuse_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[Refusal],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """The elder refuses: offered, not done. Name a witness when somebody was there."""
    return await answer(
        actions.refuse(visit_id=visit_id, actor=actor, said=data, now=now), MoveDetail.of
    )


@put("/visits/{visit_id:uuid}/no-access", allow=FIELD, tags=["visits"])
async def report_no_access(
    visit_id: FromPath[UUID],
    data: JSONBody[NoAccess],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """Nobody opened after knocking and calling; a relative is called."""
    return await answer(
        actions.find_nobody(visit_id=visit_id, actor=actor, said=data, now=now), MoveDetail.of
    )


@put("/visits/{visit_id:uuid}/cancellation", allow=CANCELLERS, tags=["visits"])
async def cancel_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[Cancellation],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """Cancel before it begins.

    Carers until two hours before, then the dispatcher; the elder's side at any time, free of
    charge until two hours before.
    """
    return await answer(
        actions.cancel(visit_id=visit_id, actor=actor, said=data, now=now), MoveDetail.of
    )


@put("/visits/{visit_id:uuid}/tracks/{track_id:uuid}", allow=FIELD, tags=["visits"])
async def record_track(
    visit_id: FromPath[UUID],
    track_id: FromPath[UUID],
    data: JSONBody[TrackSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[TrackDetail]:
    """A stretch of your way, from departure to check-out only; kept sealed, 180 days (EV-10)."""
    return await answer(
        actions.track(visit_id=visit_id, track_id=track_id, actor=actor, said=data, now=now),
        TrackDetail.of,
    )


ROUTES = [
    check_bag,
    record_departure,
    record_check_in,
    record_check_out,
    attest_visit,
    refuse_visit,
    report_no_access,
    cancel_visit,
    record_track,
]
