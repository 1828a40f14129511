"""Twenty phones that say the same at the same moment: one effect, one answer, no error."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.core.access import Role
from backend.core.db import value
from backend.core.ids import uuid7
from backend.core.wire import Kept
from backend.visits import actions
from backend.visits.lifecycle.absences import AbsenceSaid, AlarmSaid
from backend.visits.lifecycle.doorstep import (
    Attestation,
    BagCheck,
    Cancellation,
    Departure,
    NoAccess,
    Refusal,
)
from backend.visits.lifecycle.plans import Going, RoundPlan
from backend.visits.lifecycle.resolving import AppealSaid, Decision, DecisionSaid
from backend.visits.lifecycle.rounds import EntrySaid, TrackPoint, TrackSaid
from backend.visits.lifecycle.staffing import AssignmentSaid
from tests.builders import TUESDAY_NINE, a_person, a_tie, acting
from tests.visits.world import AT_THE_DOOR, World, a_plan, a_proof, a_round, a_visit, a_world

pytestmark = pytest.mark.anyio

CALLERS = 20
BEFORE = TUESDAY_NINE - timedelta(days=1)
Said = Callable[[], Awaitable[Kept[Any]]]


def by(world: World, visit_id: UUID) -> dict[str, Any]:
    return {"visit_id": visit_id, "actor": world.doctor, "now": TUESDAY_NINE}


async def plan_visit(world: World) -> Said:
    said: dict[str, Any] = {
        "visit_id": uuid7(),
        "actor": world.dispatcher,
        "if_match": None,
        "now": BEFORE,
    }
    return lambda: actions.plan(said=a_plan(world), **said)


async def change_visit(world: World) -> Said:
    said: dict[str, Any] = {
        "visit_id": await a_visit(world),
        "actor": world.dispatcher,
        "now": BEFORE,
    }
    later = a_plan(world, start=TUESDAY_NINE + timedelta(hours=2))
    return lambda: actions.plan(said=later, if_match='"1"', **said)


async def a_resident(world: World) -> UUID:
    resident = await a_person(name="钱素芬", residence_id=world.house)
    await a_tie(resident, world.center, kind="organization")
    return resident


async def plan_round(world: World) -> Said:
    await a_resident(world)
    round_id = uuid7()
    said = RoundPlan(
        institution_id=world.house,
        planned_start=TUESDAY_NINE,
        planned_end=TUESDAY_NINE + timedelta(hours=2),
        staff=[Going(person_id=world.doctor.person_id)],
    )
    return lambda: actions.plan_round(
        round_id=round_id, actor=world.dispatcher, said=said, if_match=None, now=BEFORE
    )


async def enter(world: World) -> Said:
    resident = await a_resident(world)
    round_id = await a_round(world)
    said = EntrySaid(client_time=TUESDAY_NINE, status="seen")
    return lambda: actions.enter(
        round_id=round_id, person_id=resident, actor=world.doctor, said=said, now=TUESDAY_NINE
    )


async def add_to_a_round(world: World) -> Said:
    listed, added = await a_resident(world), await a_resident(world)
    round_id = await a_round(world, listed)
    said = EntrySaid(client_time=TUESDAY_NINE, status="seen")
    return lambda: actions.enter(
        round_id=round_id, person_id=added, actor=world.doctor, said=said, now=TUESDAY_NINE
    )


async def assign(world: World) -> Said:
    visit_id, assignment_id = await a_visit(world), uuid7()
    said = AssignmentSaid(
        staff_id=world.nurse.person_id, replaces_id=world.doctor.person_id, reason="ill"
    )
    return lambda: actions.assign(
        visit_id=visit_id,
        assignment_id=assignment_id,
        actor=world.dispatcher,
        said=said,
        now=BEFORE,
    )


async def check_bag(world: World) -> Said:
    whole = by(world, await a_visit(world))
    return lambda: actions.check_bag(said=BagCheck(client_time=BEFORE, present=[]), **whole)


async def depart(world: World) -> Said:
    whole, said = by(world, await a_visit(world)), Departure(client_time=TUESDAY_NINE)
    return lambda: actions.depart(client_time=said.client_time, said=said, **whole)


async def check_in(world: World) -> Said:
    whole = by(world, await a_visit(world))
    return lambda: actions.check_in(proof=a_proof(is_mock=True), **whole)


async def check_out(world: World) -> Said:
    whole = by(world, await a_visit(world))
    return lambda: actions.check_out(proof=a_proof(), items=["S108"], **whole)


async def refuse(world: World) -> Said:
    whole = by(world, await a_visit(world))
    return lambda: actions.refuse(said=Refusal(client_time=BEFORE, reason="不"), **whole)


async def find_nobody(world: World) -> Said:
    whole = by(world, await a_visit(world))
    return lambda: actions.find_nobody(said=NoAccess(client_time=BEFORE, attempts=2), **whole)


async def attest(world: World) -> Said:
    elder = await acting(world.elder, Role.ELDER)
    whole = {**by(world, await a_visit(world)), "actor": elder}
    return lambda: actions.attest(said=Attestation(client_time=BEFORE, method="tap"), **whole)


async def cancel(world: World) -> Said:
    whole = {**by(world, await a_visit(world)), "actor": world.dispatcher}
    return lambda: actions.cancel(said=Cancellation(client_time=BEFORE, reason_code="X"), **whole)


async def track(world: World) -> Said:
    visit_id, track_id = await a_visit(world), uuid7()
    await actions.check_in(proof=a_proof(), **by(world, visit_id))
    said = TrackSaid(datum="wgs84", points=[TrackPoint(at=TUESDAY_NINE, lat=31, lon=121)])
    return lambda: actions.track(track_id=track_id, said=said, **by(world, visit_id))


async def an_exception(world: World) -> UUID:
    await actions.check_in(
        proof=a_proof(point={**AT_THE_DOOR, "lat": 31.3}), **by(world, await a_visit(world))
    )
    exception_id: UUID = await value("SELECT id FROM visit_exceptions")
    return exception_id


REJECTED = DecisionSaid(decision=Decision.REJECT, reason_code="NO_EVIDENCE")


async def decide(world: World) -> Said:
    whole: dict[str, Any] = {"exception_id": await an_exception(world), "decision_id": uuid7()}
    return lambda: actions.decide(actor=world.admin, said=REJECTED, now=TUESDAY_NINE, **whole)


async def appeal(world: World) -> Said:
    exception_id = await an_exception(world)
    await actions.decide(
        exception_id=exception_id,
        decision_id=uuid7(),
        actor=world.admin,
        said=REJECTED,
        now=TUESDAY_NINE,
    )
    return lambda: actions.appeal(
        exception_id=exception_id,
        actor=world.doctor,
        said=AppealSaid(reason="有照片"),
        now=TUESDAY_NINE,
    )


async def be_absent(world: World) -> Said:
    absence_id = uuid7()
    said = AbsenceSaid(
        absent_from=TUESDAY_NINE, absent_until=TUESDAY_NINE + timedelta(hours=8), reason="ill"
    )
    return lambda: actions.record_absence(
        absence_id=absence_id, actor=world.doctor, said=said, now=BEFORE
    )


async def raise_alarm(world: World) -> Said:
    alarm_id = uuid7()
    said = AlarmSaid(client_time=TUESDAY_NINE)
    return lambda: actions.raise_alarm(
        alarm_id=alarm_id, actor=world.nurse, said=said, now=TUESDAY_NINE
    )


WRITES = (
    plan_visit,
    change_visit,
    plan_round,
    enter,
    add_to_a_round,
    assign,
    check_bag,
    depart,
    check_in,
    check_out,
    refuse,
    find_nobody,
    attest,
    cancel,
    track,
    decide,
    appeal,
    be_absent,
    raise_alarm,
)


async def traces() -> tuple[int, ...]:
    """What a write leaves: events, jobs and audit rows."""
    return tuple(
        [await value(f"SELECT count(*) FROM {table}") for table in ("journal", "jobs", "audit")]
    )


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
async def test_twenty_at_once_are_one(db, write: Callable[[World], Awaitable[Said]]) -> None:
    say = await write(await a_world())
    before = await traces()

    kept = await asyncio.gather(*(say() for _ in range(CALLERS)))

    after = await traces()
    assert sum(each.first for each in kept) == (write is not change_visit)
    assert all(each.thing == kept[0].thing for each in kept)
    await say()
    assert await traces() == after
    audited = after[2] - before[2]
    assert audited == 1
