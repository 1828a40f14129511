"""Arriving and leaving: always accepted, said once, and what is odd is kept."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Missing
from backend.visits import actions
from backend.visits.lifecycle import Code
from backend.visits.lifecycle.staffing import AssignmentSaid
from tests.builders import TUESDAY_NINE, an_organization, staff_of
from tests.visits.world import a_proof, a_visit, a_world

pytestmark = pytest.mark.anyio


def codes(kept) -> set[str]:
    return {each.code for each in kept.thing.findings}


@pytest.mark.rule("EV-01", "EV-02")
async def test_checking_in_at_the_door_is_accepted_by_itself(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)

    kept = await actions.check_in(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE
    )

    assert kept.first
    assert kept.thing.findings == []
    assert await value("SELECT status FROM visits WHERE id = $1", visit_id) == "CHECKED_IN"
    (proof,) = await rows("SELECT * FROM visit_proofs")
    assert (proof["datum"], proof["accuracy_m"], proof["distance_m"]) == ("wgs84", 15, 0)


async def test_checking_in_twice_is_checking_in_once(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)

    first = await actions.check_in(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE
    )
    again = await actions.check_in(
        visit_id=visit_id,
        actor=world.doctor,
        proof=a_proof(),
        now=TUESDAY_NINE + timedelta(hours=1),
    )

    assert (first.first, again.first) == (True, False)
    assert first.thing == again.thing
    assert await value("SELECT count(*) FROM journal WHERE topic = 'VisitBegan'") == 1


async def test_another_body_is_a_conflict_that_shows_what_is_stored(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)

    with pytest.raises(AlreadyDifferent) as refused:
        await actions.check_in(
            visit_id=visit_id,
            actor=world.doctor,
            proof=a_proof(method="MANUAL"),
            now=TUESDAY_NINE,
        )

    stored: Any = refused.value.facts["stored"]
    assert stored["move"] == "check_in"


async def test_twenty_phones_that_say_the_same_at_once_say_it_once(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)

    kept = await asyncio.gather(
        *(
            actions.check_in(
                visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE
            )
            for _ in range(20)
        )
    )

    assert sum(each.first for each in kept) == 1
    assert len({each.thing.id for each in kept}) == 1
    assert await value("SELECT count(*) FROM visit_moves") == 1


@pytest.mark.rule("EV-02", "EV-04")
async def test_a_phone_that_speaks_the_other_datum_is_not_far(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    said = {"lat": 31.22162, "lon": 121.44980, "datum": "gcj02", "accuracy_m": 22}

    kept = await actions.check_in(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(point=said), now=TUESDAY_NINE
    )

    assert kept.thing.findings == []
    assert kept.thing.said["distance_m"] < 10


@pytest.mark.rule("EV-02", "EV-03")
@pytest.mark.parametrize(
    ("changed", "minutes", "code"),
    [
        ({"point": {"lat": 31.2276, "lon": 121.4452, "datum": "wgs84"}}, 0, Code.FAR),
        (
            {"point": {"lat": 31.2235, "lon": 121.4452, "datum": "wgs84", "accuracy_m": 900}},
            0,
            Code.LOW_ACCURACY,
        ),
        ({"is_mock": True}, 0, Code.MOCK),
        ({"point": None, "method": "MANUAL"}, 0, Code.NO_LOCATION),
        ({"method": "QR", "token": "NOTTHEONE"}, 0, Code.BAD_TOKEN),
        ({}, -61, Code.EARLY),
        ({}, 31, Code.LATE),
    ],
)
async def test_what_is_odd_is_recorded_and_never_refused(db, changed, minutes, code) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    at = TUESDAY_NINE + timedelta(minutes=minutes)

    kept = await actions.check_in(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(at, **changed), now=at
    )

    assert code in codes(kept)
    assert await value("SELECT status FROM visits WHERE id = $1", visit_id) == "CHECKED_IN"
    (odd,) = await rows("SELECT * FROM visit_exceptions WHERE code = $1", code.value)
    assert (odd["status"], odd["author"]) == ("open", world.doctor.person_id)
    assert odd["due_at"] == at + timedelta(hours=24)


@pytest.mark.rule("EV-02")
@pytest.mark.parametrize(("minutes", "is_odd"), [(-60, False), (30, False)])
async def test_the_window_includes_its_edges(db, minutes, is_odd) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    at = TUESDAY_NINE + timedelta(minutes=minutes)
    kept = await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(at), now=at)
    assert bool(codes(kept)) is is_odd


@pytest.mark.rule("EV-05")
async def test_a_doctor_reassigned_while_offline_still_lands_the_visit(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    other = await staff_of(world.center, Role.GP, name="王强")
    await actions.assign(
        visit_id=visit_id,
        assignment_id=uuid7(),
        actor=world.dispatcher,
        said=AssignmentSaid(
            staff_id=other.person_id, replaces_id=world.doctor.person_id, reason="ill"
        ),
        now=TUESDAY_NINE - timedelta(hours=1),
    )
    await actions.check_in(visit_id=visit_id, actor=other, proof=a_proof(), now=TUESDAY_NINE)

    late = await actions.check_in(
        visit_id=visit_id,
        actor=world.doctor,
        proof=a_proof(),
        now=TUESDAY_NINE + timedelta(hours=3),
    )

    assert late.first
    assert Code.WRONG_PERSON in codes(late)
    assert await value("SELECT count(*) FROM visit_moves WHERE move = 'check_in'") == 2


@pytest.mark.rule("EV-05")
async def test_an_offline_check_in_after_three_days_needs_a_supervisor(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    kept = await actions.check_in(
        visit_id=visit_id,
        actor=world.doctor,
        proof=a_proof(),
        now=TUESDAY_NINE + timedelta(hours=73),
    )
    assert codes(kept) == {Code.OFFLINE_LATE}
    assert kept.thing.happened_at == TUESDAY_NINE
    assert kept.thing.recorded_at == TUESDAY_NINE + timedelta(hours=73)


@pytest.mark.rule("EV-05")
async def test_a_phone_with_a_wrong_clock_is_corrected_and_flagged(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    fast = timedelta(minutes=20)
    await rows(
        "INSERT INTO device_handshakes (device_id, at, skew_s) VALUES ($1, $2, 1200)",
        world.doctor.device_id,
        TUESDAY_NINE - timedelta(hours=2),
    )

    kept = await actions.check_in(
        visit_id=visit_id,
        actor=world.doctor,
        proof=a_proof(TUESDAY_NINE + fast),
        now=TUESDAY_NINE + timedelta(minutes=1),
    )

    assert codes(kept) == {Code.CLOCK_SKEW}
    assert kept.thing.client_time == TUESDAY_NINE + fast
    assert kept.thing.happened_at == TUESDAY_NINE


@pytest.mark.rule("EV-07")
async def test_nobody_crosses_the_city_in_a_minute(db) -> None:
    world = await a_world()
    first = await a_visit(world)
    second = await a_visit(world, start=TUESDAY_NINE + timedelta(hours=1))
    await actions.check_in(visit_id=first, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    at = TUESDAY_NINE + timedelta(minutes=5)
    await actions.check_out(
        visit_id=first,
        actor=world.doctor,
        proof=a_proof(at, reason_code="asleep"),
        items=[],
        now=at,
    )
    far = {"lat": 31.40, "lon": 121.4452, "datum": "wgs84", "accuracy_m": 10}

    kept = await actions.check_in(
        visit_id=second,
        actor=world.doctor,
        proof=a_proof(at + timedelta(minutes=1), point=far),
        now=at + timedelta(minutes=1),
    )

    assert Code.IMPOSSIBLE_SPEED in codes(kept)


@pytest.mark.rule("EV-06")
@pytest.mark.parametrize(
    ("minutes", "code"), [(8, Code.TOO_SHORT), (10, None), (240, None), (241, Code.TOO_LONG)]
)
async def test_a_visit_lasts_between_ten_minutes_and_four_hours(db, minutes, code) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    at = TUESDAY_NINE + timedelta(minutes=minutes)

    kept = await actions.check_out(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(at), items=["S105"], now=at
    )

    assert codes(kept) == ({code} if code else set())
    assert await value("SELECT status FROM visits WHERE id = $1", visit_id) == "CHECKED_OUT"


@pytest.mark.rule("EV-06")
async def test_two_visits_at_once_overlap(db) -> None:
    world = await a_world()
    first = await a_visit(world)
    second = await a_visit(world, start=TUESDAY_NINE + timedelta(minutes=50))
    await actions.check_in(visit_id=first, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    at = TUESDAY_NINE + timedelta(minutes=50)
    kept = await actions.check_in(visit_id=second, actor=world.doctor, proof=a_proof(at), now=at)
    assert Code.OVERLAP in codes(kept)


async def test_leaving_without_having_arrived_is_kept_and_odd(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    kept = await actions.check_out(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(), items=[], now=TUESDAY_NINE
    )
    assert codes(kept) == {Code.NO_CHECK_IN}


async def test_a_nurse_of_another_center_cannot_tell_that_the_visit_exists(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    stranger = await staff_of(await an_organization(name="别处"), Role.NURSE)
    with pytest.raises(Missing):
        await actions.check_in(visit_id=visit_id, actor=stranger, proof=a_proof(), now=TUESDAY_NINE)
    assert await value("SELECT count(*) FROM visit_moves") == 0


async def test_everything_about_a_check_in_commits_together(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await rows("DELETE FROM journal")
    await rows("DELETE FROM jobs")
    await rows("DELETE FROM audit")
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    assert await value("SELECT count(*) FROM journal") == 1
    assert await value("SELECT array_agg(task) FROM jobs") == ["watch_check_out"]
    assert await value("SELECT persons FROM audit") == [world.elder]
