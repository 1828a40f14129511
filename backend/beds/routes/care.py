"""The open home-sickbed: orders, records, away and back, and its closing."""

from datetime import datetime
from uuid import UUID

from litestar import Response, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.beds import actions
from backend.beds.lifecycle.said import (
    Closing,
    Closure,
    RecordFiled,
    StableOrder,
    Suspension,
    SuspensionEnd,
)
from backend.beds.schemas import MoveDetail
from backend.core.access import DOCTORS, Actor, Role
from backend.core.wire import answer

DOCTOR = frozenset({Role.GP})


@put(
    "/home-sickbeds/{home_sickbed_id:uuid}/stable-orders/{order_id:uuid}",
    allow={Role.SENIOR_GP},
    tags=["beds"],
)
async def order_stable(
    home_sickbed_id: FromPath[UUID],
    order_id: FromPath[UUID],
    data: JSONBody[StableOrder],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """Stable, plan unchanged: rounds every fortnight until a change of condition (HB-07)."""
    return await answer(
        actions.order(
            home_sickbed_id=home_sickbed_id, order_id=order_id, actor=actor, said=data, now=now
        ),
        MoveDetail.of,
    )


@put("/home-sickbeds/{home_sickbed_id:uuid}/records/{record_id:uuid}", allow=DOCTOR, tags=["beds"])
async def file_home_sickbed_record(
    home_sickbed_id: FromPath[UUID],
    record_id: FromPath[UUID],
    data: JSONBody[RecordFiled],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """This signed note is the opening record (HB-06), or a stage summary (HB-10)."""
    return await answer(
        actions.file_record(
            home_sickbed_id=home_sickbed_id, record_id=record_id, actor=actor, said=data, now=now
        ),
        MoveDetail.of,
    )


@put(
    "/home-sickbeds/{home_sickbed_id:uuid}/suspensions/{suspension_id:uuid}",
    allow={Role.GP, Role.INST_NURSE},
    tags=["beds"],
)
async def suspend_home_sickbed(
    home_sickbed_id: FromPath[UUID],
    suspension_id: FromPath[UUID],
    data: JSONBody[Suspension],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """The elder is away; an inpatient stay suspends by itself. Say when they are expected back."""
    return await answer(
        actions.suspend(
            home_sickbed_id=home_sickbed_id,
            suspension_id=suspension_id,
            actor=actor,
            said=data,
            now=now,
        ),
        MoveDetail.of,
    )


@put(
    "/home-sickbeds/{home_sickbed_id:uuid}/suspensions/{suspension_id:uuid}/end",
    allow=DOCTOR,
    tags=["beds"],
)
async def end_home_sickbed_suspension(
    home_sickbed_id: FromPath[UUID],
    suspension_id: FromPath[UUID],
    data: JSONBody[SuspensionEnd],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """Back: OPEN again; after too long away the answer is `begin_closing`, and CLOSING."""
    return await answer(
        actions.end_suspension(
            home_sickbed_id=home_sickbed_id,
            suspension_id=suspension_id,
            actor=actor,
            said=data,
            now=now,
        ),
        MoveDetail.of,
    )


@put("/home-sickbeds/{home_sickbed_id:uuid}/closing", allow=DOCTORS, tags=["beds"])
async def begin_home_sickbed_closing(
    home_sickbed_id: FromPath[UUID],
    data: JSONBody[Closing],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """A criterion of HB-12 is met: the discharge record is owed within a day."""
    return await answer(
        actions.begin_closing(home_sickbed_id=home_sickbed_id, actor=actor, said=data, now=now),
        MoveDetail.of,
    )


@put("/home-sickbeds/{home_sickbed_id:uuid}/closure", allow=DOCTORS, tags=["beds"])
async def close_home_sickbed(
    home_sickbed_id: FromPath[UUID],
    data: JSONBody[Closure],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """Close with the discharge record (HB-13). It is final: a renewal is a new episode."""
    return await answer(
        actions.close(home_sickbed_id=home_sickbed_id, actor=actor, said=data, now=now),
        MoveDetail.of,
    )


ROUTES = [
    order_stable,
    file_home_sickbed_record,
    suspend_home_sickbed,
    end_home_sickbed_suspension,
    begin_home_sickbed_closing,
    close_home_sickbed,
]
