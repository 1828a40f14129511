"""What runs by itself: lateness, the end of the day, a carer who does not come out, emergencies."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Missing
from backend.core.wire import Point
from backend.visits import actions, queries
from backend.visits.lifecycle.absences import AlarmSaid
from backend.visits.lifecycle.doorstep import Cancellation, Refusal
from backend.visits.lifecycle.plans import Going
from backend.visits.schemas.resolving import AlarmDetail
from tests.builders import TUESDAY_NINE, a_person, a_tie, acting, an_organization, staff_of
from tests.visits.world import World, a_plan, a_proof, a_round, a_visit, a_world

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)
END = TUESDAY_NINE + 40 * MINUTE
LATE_AT = TUESDAY_NINE + 30 * MINUTE
OVER_AT = END + 60 * MINUTE
MIDNIGHT = datetime.fromisoformat("2026-11-25T00:00:00+08:00")


async def status_of(visit_id: UUID) -> str:
    return str(await value("SELECT status FROM visits WHERE id = $1", visit_id))


async def told(topic: str) -> int:
    return int(await value("SELECT count(*) FROM journal WHERE topic = $1", topic))


async def check_in(world: World, visit_id: UUID, at=TUESDAY_NINE, *, by=None, now=None) -> None:
    await actions.check_in(
        visit_id=visit_id, actor=by or world.doctor, proof=a_proof(at), now=now or at
    )


async def check_out(world: World, visit_id: UUID, at: datetime, *, by=None) -> None:
    await actions.check_out(
        visit_id=visit_id, actor=by or world.doctor, proof=a_proof(at), items=[], now=at
    )


async def owed(task: str) -> list[datetime]:
    found = await rows("SELECT due_at FROM jobs WHERE task = $1 ORDER BY due_at, id", task)
    return [each["due_at"] for each in found]


async def look_for_start(visit_id: UUID, start=TUESDAY_NINE) -> bool:
    return await actions.look_for_start(visit_id=visit_id, planned_start=start)


async def look_for_end(visit_id: UUID, *, now=OVER_AT) -> bool:
    return await actions.look_for_end(visit_id=visit_id, planned_start=TUESDAY_NINE, now=now)


async def close_day(visit_id: UUID, start=TUESDAY_NINE) -> bool:
    return await actions.close_day(visit_id=visit_id, planned_start=start, now=MIDNIGHT)


@pytest.mark.rule("BG-02")
async def test_a_visit_to_which_nobody_came_is_late_then_missed(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)

    assert await look_for_start(visit_id)
    assert await look_for_end(visit_id)
    assert await owed("close_visit_day") == [MIDNIGHT]
    assert await close_day(visit_id)
    assert not await close_day(visit_id)

    assert await status_of(visit_id) == "MISSED"
    assert (await told("VisitLate"), await told("VisitMissed")) == (2, 1)


@pytest.mark.rule("BG-02")
async def test_a_visit_that_was_made_is_neither_late_nor_missed(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await check_in(world, visit_id)
    assert not await look_for_start(visit_id)
    await check_out(world, visit_id, END)
    assert not await look_for_end(visit_id)
    assert not await close_day(visit_id)
    assert (await status_of(visit_id), await told("VisitLate")) == ("CHECKED_OUT", 0)


@pytest.mark.rule("BG-02")
async def test_nobody_looks_for_a_visit_that_was_cancelled_or_moved(db) -> None:
    world = await a_world()
    cancelled, moved = await a_visit(world), uuid7()
    await actions.cancel(
        visit_id=cancelled,
        actor=world.dispatcher,
        said=Cancellation(client_time=TUESDAY_NINE, reason_code="IN_HOSPITAL"),
        now=TUESDAY_NINE - timedelta(days=1),
    )
    await actions.plan(
        visit_id=moved,
        actor=world.dispatcher,
        said=a_plan(world, start=TUESDAY_NINE + timedelta(hours=5)),
        if_match=None,
        now=TUESDAY_NINE - timedelta(days=1),
    )
    for visit_id in (cancelled, moved):
        assert not await look_for_start(visit_id)
        assert not await look_for_end(visit_id)
        assert not await close_day(visit_id)
    assert await told("VisitLate") == 0


@pytest.mark.rule("BG-02")
async def test_a_visit_made_longer_is_not_late_at_its_old_end(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await actions.plan(
        visit_id=visit_id,
        actor=world.dispatcher,
        said=a_plan(world, planned_end=END + 60 * MINUTE),
        if_match='"1"',
        now=TUESDAY_NINE - timedelta(days=1),
    )
    await check_in(world, visit_id)
    assert not await look_for_end(visit_id)
    assert await look_for_end(visit_id, now=OVER_AT + 60 * MINUTE)


@pytest.mark.rule("BG-02", "EV-03")
async def test_a_missed_visit_that_an_offline_phone_made_is_made(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await close_day(visit_id)
    await check_in(world, visit_id, now=MIDNIGHT + timedelta(hours=9))
    assert await status_of(visit_id) == "CHECKED_IN"
    assert await value("SELECT count(*) FROM visit_exceptions") == 0


async def look_for_carer(visit_id: UUID, carer: Actor, *, stage: int, at: datetime) -> bool:
    return await actions.look_for_carer(
        visit_id=visit_id, staff_id=carer.person_id, stage=stage, now=at
    )


@pytest.mark.rule("EM-05")
async def test_a_carer_who_does_not_come_out_is_asked_after_in_three_steps(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await check_in(world, visit_id)

    steps = [END + 30 * MINUTE, END + 45 * MINUTE, END + 60 * MINUTE]
    for stage, at in enumerate(steps, start=1):
        assert (await owed("watch_check_out"))[-1] == at
        assert await look_for_carer(visit_id, world.doctor, stage=stage, at=at)

    assert await owed("watch_check_out") == steps
    found = await rows("SELECT body FROM journal WHERE topic = 'CheckOutOverdue' ORDER BY id")
    assert [f'"stage": {n}' in each["body"] for n, each in enumerate(found, start=1)] == [True] * 3


@pytest.mark.rule("EM-05")
async def test_a_visit_that_began_late_ends_late(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await check_in(world, visit_id, TUESDAY_NINE + 90 * MINUTE)
    assert await owed("watch_check_out") == [TUESDAY_NINE + (90 + 40 + 30) * MINUTE]


@pytest.mark.rule("EM-05")
async def test_a_phone_that_was_offline_raises_no_alarm_about_yesterday(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    heard_at = TUESDAY_NINE + timedelta(days=1)
    await check_in(world, visit_id, now=heard_at)
    assert await owed("watch_check_out") == [heard_at + 30 * MINUTE]


@pytest.mark.rule("EM-05")
async def test_whoever_came_out_is_not_looked_for_and_whoever_stayed_is(db) -> None:
    world = await a_world()
    team = [Going(person_id=each.person_id) for each in (world.doctor, world.nurse)]
    visit_id = await a_visit(world, staff=team)
    await check_in(world, visit_id)
    await check_in(world, visit_id, by=world.nurse)
    await check_out(world, visit_id, END)
    at = END + 30 * MINUTE
    assert not await look_for_carer(visit_id, world.doctor, stage=1, at=at)
    assert await look_for_carer(visit_id, world.nurse, stage=1, at=at)
    assert await told("CheckOutOverdue") == 1


@pytest.mark.rule("EM-05")
async def test_nobody_looks_for_who_never_went_in_or_was_sent_away(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    assert not await look_for_carer(visit_id, world.doctor, stage=1, at=OVER_AT)
    await check_in(world, visit_id)
    await actions.refuse(
        visit_id=visit_id,
        actor=world.doctor,
        said=Refusal(client_time=TUESDAY_NINE, reason="不愿意"),
        now=TUESDAY_NINE,
    )
    assert not await look_for_carer(visit_id, world.doctor, stage=1, at=OVER_AT)


async def test_an_emergency_ends_the_visit_once(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await check_in(world, visit_id)
    by = world.doctor.person_id
    assert await actions.abort(visit_id=visit_id, raised_by=by, now=END)
    assert not await actions.abort(visit_id=visit_id, raised_by=by, now=END)
    assert not await actions.abort(visit_id=visit_id, raised_by=world.nurse.person_id, now=END)
    assert not await actions.abort(visit_id=uuid7(), raised_by=by, now=END)
    assert await status_of(visit_id) == "ABORTED_EMERGENCY"
    await check_out(world, visit_id, END + 20 * MINUTE)
    assert await status_of(visit_id) == "ABORTED_EMERGENCY"
    assert await value("SELECT count(*) FROM visit_moves") == 3


@pytest.mark.rule("EM-03")
async def test_an_emergency_of_somebody_else_ends_no_visit(db) -> None:
    """Whoever calls for help is asked for no tie, and could name any visit."""
    world = await a_world()
    visit_id, by = await a_visit(world), world.doctor.person_id
    another = await a_person(name="吴桂兰", residence_id=world.house, center_id=world.center)
    await a_tie(another, world.center, kind="organization")
    round_id = await a_round(world, another)
    for ended, whose in ((visit_id, another), (round_id, world.elder)):
        assert not await actions.abort(visit_id=ended, person_id=whose, raised_by=by, now=END)
        assert await status_of(ended) == "PLANNED"
    for ended, whose in ((visit_id, world.elder), (round_id, another)):
        assert await actions.abort(visit_id=ended, person_id=whose, raised_by=by, now=END)


HERE = Point(lat=31.2235, lon=121.4452, datum="gcj02")


async def raise_alarm(actor: Actor, alarm_id: UUID, **changed: Any):
    said = AlarmSaid(**{"client_time": TUESDAY_NINE, "point": HERE, **changed})
    return await actions.raise_alarm(alarm_id=alarm_id, actor=actor, said=said, now=TUESDAY_NINE)


@pytest.mark.rule("EM-05")
async def test_a_silent_alarm_is_told_once_and_shown_to_who_must_act(db) -> None:
    world, alarm_id = await a_world(), uuid7()
    first = await raise_alarm(world.nurse, alarm_id)
    again = await raise_alarm(world.nurse, alarm_id)
    assert (first.first, again.first, first.thing) == (True, False, again.thing)
    assert await told("StaffAlarmRaised") == 1

    for actor in (world.nurse, world.admin, world.dispatcher):
        found = await queries.see_alarm(alarm_id=alarm_id, actor=actor)
        assert AlarmDetail.of(found).point == HERE
    page = await queries.alarms(actor=world.admin, limit=50, after=None)
    assert [each.id for each in page.items] == [alarm_id]

    stranger = await staff_of(await an_organization(name="别处"), Role.CHC_ADMIN)
    assert (await queries.alarms(actor=stranger, limit=50, after=None)).items == []
    for actor in (world.doctor, stranger):
        with pytest.raises(Missing):
            await queries.see_alarm(alarm_id=alarm_id, actor=actor)


@pytest.mark.rule("EM-05")
async def test_an_alarm_of_somebody_else_cannot_be_found_by_its_id(db) -> None:
    world, alarm_id = await a_world(), uuid7()
    await raise_alarm(world.nurse, alarm_id)
    with pytest.raises(Missing):
        await raise_alarm(world.doctor, alarm_id)
    with pytest.raises(AlreadyDifferent):
        await raise_alarm(world.nurse, alarm_id, visit_id=uuid7())
    courier = await acting(await a_person(), Role.COURIER)
    assert (await raise_alarm(courier, uuid7())).first
