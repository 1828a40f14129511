"""The way of a carer (EV-10): from departure to check-out, sealed, and forgotten."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from backend.core import crypto
from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Missing
from backend.visits import actions
from backend.visits.lifecycle.doorstep import Departure
from backend.visits.lifecycle.rounds import TrackSaid
from backend.visits.problems import OutsideTheVisit
from tests.builders import TUESDAY_NINE, an_organization, staff_of
from tests.visits.world import World, a_proof, a_visit, a_world

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)
LEFT_AT = TUESDAY_NINE - 20 * MINUTE
OUT_AT = TUESDAY_NINE + 40 * MINUTE
SLACK = timedelta(minutes=5)
A_MOMENT = timedelta(seconds=1)


async def depart(world: World, visit_id: UUID, *, said=LEFT_AT, now=LEFT_AT) -> None:
    await actions.depart(
        visit_id=visit_id,
        actor=world.doctor,
        client_time=said,
        said=Departure(client_time=said),
        now=now,
    )


async def check_out(world: World, visit_id: UUID) -> None:
    await actions.check_out(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(OUT_AT), items=[], now=OUT_AT
    )


async def track(world: World, visit_id: UUID, *moments: datetime, track_id=None, by=None):
    points = [{"at": each.isoformat(), "lat": 31.22, "lon": 121.44} for each in moments]
    return await actions.track(
        visit_id=visit_id,
        track_id=track_id or uuid7(),
        actor=by or world.doctor,
        said=msgspec.convert({"datum": "gcj02", "points": points}, TrackSaid),
        now=OUT_AT,
    )


@pytest.mark.rule("EV-10", "HC-07")
async def test_the_way_is_kept_sealed_and_said_once(db) -> None:
    world, track_id = await a_world(), uuid7()
    visit_id = await a_visit(world)
    await depart(world, visit_id)

    first = await track(world, visit_id, LEFT_AT, TUESDAY_NINE, track_id=track_id)
    again = await track(world, visit_id, LEFT_AT, TUESDAY_NINE, track_id=track_id)

    assert (first.first, again.first, first.thing) == (True, False, again.thing)
    (kept,) = await rows("SELECT * FROM visit_tracks")
    assert (kept["points_from"], kept["points_to"]) == (LEFT_AT, TUESDAY_NINE)
    assert b"121.44" not in kept["points"]
    assert "121.44" in crypto.unseal(kept["points"], "visit_tracks.points")
    with pytest.raises(AlreadyDifferent):
        await track(world, visit_id, LEFT_AT, track_id=track_id)


@pytest.mark.rule("EV-10")
async def test_nobody_is_followed_before_they_leave(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    with pytest.raises(OutsideTheVisit):
        await track(world, visit_id, TUESDAY_NINE)
    await depart(world, visit_id)
    await track(world, visit_id, LEFT_AT - SLACK)
    with pytest.raises(OutsideTheVisit):
        await track(world, visit_id, LEFT_AT - SLACK - A_MOMENT, TUESDAY_NINE)


@pytest.mark.rule("EV-10")
async def test_nobody_is_followed_after_they_checked_out(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await depart(world, visit_id)
    await check_out(world, visit_id)
    await track(world, visit_id, OUT_AT + SLACK)
    with pytest.raises(OutsideTheVisit):
        await track(world, visit_id, TUESDAY_NINE, OUT_AT + SLACK + A_MOMENT)


@pytest.mark.rule("EV-10")
async def test_a_phone_with_a_wrong_clock_is_judged_by_its_own_clock(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    fast = timedelta(minutes=20)
    await rows(
        "INSERT INTO device_handshakes (device_id, at, skew_s) VALUES ($1, $2, 1200)",
        world.doctor.device_id,
        LEFT_AT - MINUTE,
    )
    await depart(world, visit_id, said=LEFT_AT + fast)
    await track(world, visit_id, LEFT_AT + fast, OUT_AT + fast)
    with pytest.raises(OutsideTheVisit):
        await track(world, visit_id, LEFT_AT)


@pytest.mark.rule("EV-10")
async def test_whoever_forgot_to_say_that_they_left_is_followed_from_the_door(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    await track(world, visit_id, TUESDAY_NINE)
    with pytest.raises(OutsideTheVisit):
        await track(world, visit_id, LEFT_AT)


@pytest.mark.rule("EV-10")
async def test_the_way_of_one_visit_is_none_of_another_and_of_no_stranger(db) -> None:
    world, track_id = await a_world(), uuid7()
    visit_id = await a_visit(world)
    other = await a_visit(world, start=TUESDAY_NINE + timedelta(hours=2))
    for each in (visit_id, other):
        await depart(world, each)
    await track(world, visit_id, TUESDAY_NINE, track_id=track_id)
    with pytest.raises(Missing):
        await track(world, other, TUESDAY_NINE, track_id=track_id)
    with pytest.raises(Missing):
        await track(world, visit_id, TUESDAY_NINE, track_id=track_id, by=world.nurse)
    stranger = await staff_of(await an_organization(name="别处"), Role.NURSE)
    with pytest.raises(Missing):
        await track(world, visit_id, TUESDAY_NINE, by=stranger)


@pytest.mark.rule("EV-10", "BG-25")
async def test_the_way_is_forgotten_after_180_days(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await depart(world, visit_id)
    await track(world, visit_id, TUESDAY_NINE)
    kept_until = OUT_AT + timedelta(days=180)
    assert await actions.forget_tracks(now=kept_until) == 0
    assert await actions.forget_tracks(now=kept_until + A_MOMENT) == 1
    assert await value("SELECT count(*) FROM visit_tracks") == 0
    assert await value("SELECT count(*) FROM visit_moves") == 1
