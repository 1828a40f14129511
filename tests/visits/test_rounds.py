"""Institution rounds: one arrival, many elders, and whoever lives there is seen."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend import policy
from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Missing, NeedsVersion, Stale
from backend.people import queries as people
from backend.records import actions as records
from backend.records.lifecycle.vitals import VitalSign
from backend.visits import actions, queries
from backend.visits.lifecycle import Code, PlaceKind, token
from backend.visits.lifecycle.plans import Going, Place, RoundPlan
from backend.visits.lifecycle.rounds import EntrySaid
from backend.visits.problems import AlreadyBegun, NeedsReason, NotAResident, UnknownPlace
from tests.builders import TUESDAY_NINE, a_person, a_tie, an_organization, staff_of
from tests.records.said import a_reading
from tests.visits.world import AT_THE_DOOR, World, a_proof, a_round, a_visit, a_world

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


async def a_resident(world: World, name: str = "钱素芬", *, is_tied: bool = True) -> UUID:
    resident = await a_person(name=name, residence_id=world.house)
    if is_tied:
        await a_tie(resident, world.center, kind="organization")
    return resident


def a_round_plan(world: World, **changed: Any) -> RoundPlan:
    said = {
        "institution_id": world.house,
        "planned_start": TUESDAY_NINE,
        "planned_end": TUESDAY_NINE + 2 * HOUR,
        "staff": [Going(person_id=world.doctor.person_id)],
    }
    return RoundPlan(**{**said, **changed})


async def plan_round(world: World, round_id: UUID, *, by=None, if_match=None, **changed: Any):
    return await actions.plan_round(
        round_id=round_id,
        actor=by or world.dispatcher,
        said=a_round_plan(world, **changed),
        if_match=if_match,
        now=TUESDAY_NINE - timedelta(days=2),
    )


async def enter(world: World, round_id: UUID, person_id: UUID, *, by=None, **said: Any):
    return await actions.enter(
        round_id=round_id,
        person_id=person_id,
        actor=by or world.doctor,
        said=EntrySaid(**{"client_time": TUESDAY_NINE, "status": "seen", "minutes": 5, **said}),
        now=TUESDAY_NINE,
    )


async def entries(round_id: UUID) -> dict[UUID, str]:
    found = await rows("SELECT person, status FROM round_entries WHERE visit = $1", round_id)
    return {each["person"]: each["status"] for each in found}


async def test_without_a_list_everybody_who_lives_there_is_expected(db) -> None:
    world = await a_world()
    residents = [await a_resident(world, name) for name in ("钱素芬", "吴桂兰", "何月英")]
    died = await a_resident(world, "郑国强")
    await rows("UPDATE persons SET died_on = '2026-01-01' WHERE id = $1", died)

    round_id = await a_round(world)

    assert await entries(round_id) == dict.fromkeys(residents, "expected")
    for resident in residents:
        assert await people.tie(actor=world.doctor, person_id=resident, now=TUESDAY_NINE) == "round"


async def test_planning_a_round_twice_is_planning_it_once(db) -> None:
    world, round_id = await a_world(), uuid7()
    await a_resident(world)
    first = await plan_round(world, round_id)
    again = await plan_round(world, round_id)
    assert (first.first, again.first) == (True, False)
    with pytest.raises(NeedsVersion):
        await plan_round(world, round_id, planned_end=TUESDAY_NINE + 3 * HOUR)
    with pytest.raises(Stale):
        await plan_round(world, round_id, if_match='"9"', planned_end=TUESDAY_NINE + 3 * HOUR)


async def test_a_moved_round_moves_in_the_day_of_who_goes(db) -> None:
    world, round_id = await a_world(), uuid7()
    await a_resident(world)
    await plan_round(world, round_id)
    tomorrow = TUESDAY_NINE + timedelta(days=1)

    await plan_round(
        world,
        round_id,
        if_match='"1"',
        planned_start=tomorrow,
        planned_end=tomorrow + HOUR,
        staff=[Going(person_id=world.doctor.person_id), Going(person_id=world.nurse.person_id)],
    )

    for carer in (world.doctor, world.nurse):
        page = await queries.on(
            day=tomorrow.date(), actor=carer, mine=True, limit=50, after=None, now=tomorrow
        )
        assert [each["id"] for each in page.items] == [round_id]


async def test_a_changed_list_expects_exactly_those_on_it(db) -> None:
    world, round_id = await a_world(), uuid7()
    first, second, third = [await a_resident(world, name) for name in ("甲", "乙", "丙")]
    await plan_round(world, round_id, person_ids=[first, second])
    await plan_round(world, round_id, if_match='"1"', person_ids=[second, third])
    assert await entries(round_id) == dict.fromkeys((second, third), "expected")
    # Who was taken off it is nobody's to look at because of it.
    live = "SELECT array_agg(person) FROM care_team WHERE because_id = $1 AND until_at > $2"
    assert set(await value(live, round_id, TUESDAY_NINE)) == {second, third}


async def test_a_round_to_nobody_is_no_round(db, client_for) -> None:
    world = await a_world()
    said = {
        "institution_id": str(uuid7()),
        "planned_start": TUESDAY_NINE.isoformat(),
        "planned_end": (TUESDAY_NINE + timedelta(hours=1)).isoformat(),
        "staff": [{"person_id": str(world.doctor.person_id)}],
        "person_ids": [],
    }
    refused = await client_for(world.dispatcher).put(f"/v1/rounds/{uuid7()}", json=said)
    assert (refused.status_code, refused.json()["facts"]["fields"]) == (400, ["person_ids"])


@pytest.mark.parametrize("path", ["visits", "rounds"])
async def test_a_plan_that_never_ends_is_no_plan(db, client_for, path) -> None:
    world = await a_world()
    body: dict[str, object] = {
        "planned_start": TUESDAY_NINE.isoformat(),
        "planned_end": TUESDAY_NINE.replace(year=9626).isoformat(),
        "staff": [{"person_id": str(world.doctor.person_id)}],
    }
    if path == "visits":
        body |= {"kind": "NURSING", "person_id": str(world.elder), "place": {"kind": "home"}}
    else:
        body |= {"institution_id": str(world.house)}
    refused = await client_for(world.dispatcher).put(f"/v1/{path}/{uuid7()}", json=body)
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed")


async def test_a_plan_ties_nobody_whom_the_center_does_not_care_for(db) -> None:
    """Planning is no way to look into the records of a house."""
    world = await a_world()
    stranger = await a_resident(world, "陌生人", is_tied=False)
    with pytest.raises(UnknownPlace):
        await plan_round(world, uuid7())
    with pytest.raises(NotAResident):
        await plan_round(world, uuid7(), person_ids=[stranger])
    known = await a_resident(world)
    round_id = await a_round(world)
    assert set(await entries(round_id)) == {known}
    with pytest.raises(Missing):
        await people.tie(actor=world.doctor, person_id=stranger, now=TUESDAY_NINE)


async def test_a_round_goes_to_an_institution_and_stays_there(db) -> None:
    world, round_id = await a_world(), uuid7()
    await a_resident(world)
    with pytest.raises(UnknownPlace):
        await plan_round(world, uuid7(), institution_id=world.center)
    await plan_round(world, round_id)
    other = await an_organization(kinds=("ELDER_CARE_INSTITUTION",), name="另一家")
    with pytest.raises(AlreadyDifferent):
        await plan_round(world, round_id, if_match='"1"', institution_id=other)
    visit_id = await a_visit(world)
    with pytest.raises(Missing):
        await plan_round(world, visit_id, if_match='"1"')


async def test_a_round_that_has_begun_keeps_its_plan(db) -> None:
    world = await a_world()
    await a_resident(world)
    round_id = await a_round(world)
    await actions.check_in(visit_id=round_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    with pytest.raises(AlreadyBegun):
        await plan_round(world, round_id, if_match='"2"', planned_end=TUESDAY_NINE + 3 * HOUR)


def a_code(world: World, *, at=TUESDAY_NINE, house: UUID | None = None) -> str:
    lasts = policy.span(at, "ev.checkin_token_s")
    return token.token(house or world.house, step=token.step_of(at, lasts=lasts))


@pytest.mark.rule("EV-02")
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, set()),
        ({"point": {**AT_THE_DOOR, "lat": 31.30}}, {Code.FAR}),
        ({"point": None}, {Code.NO_LOCATION}),
        ({"token": "ABCDEFGH"}, {Code.BAD_TOKEN}),
        ({"token": None}, {Code.BAD_TOKEN}),
    ],
)
async def test_one_arrival_is_proven_by_the_code_of_the_house_and_a_place(
    db, said, expected
) -> None:
    world = await a_world()
    await a_resident(world)
    round_id = await a_round(world)
    proof = a_proof(**{"method": "QR", "token": a_code(world), **said})
    kept = await actions.check_in(
        visit_id=round_id, actor=world.doctor, proof=proof, now=TUESDAY_NINE
    )
    assert {each.code for each in kept.thing.findings} == expected


@pytest.mark.rule("EV-02")
async def test_a_photographed_code_is_bad_three_minutes_later_or_elsewhere(db) -> None:
    world = await a_world()
    await a_resident(world)
    old = a_code(world, at=TUESDAY_NINE - timedelta(minutes=3))
    foreign = a_code(world, house=uuid7())
    for code in (old, foreign):
        round_id = await a_round(world)
        kept = await actions.check_in(
            visit_id=round_id,
            actor=world.doctor,
            proof=a_proof(method="QR", token=code),
            now=TUESDAY_NINE,
        )
        assert Code.BAD_TOKEN in {each.code for each in kept.thing.findings}


@pytest.mark.rule("HB-07", "EV-06")
async def test_one_arrival_many_elders(db) -> None:
    world = await a_world()
    seen, away = await a_resident(world, "甲"), await a_resident(world, "乙")
    refused = await a_resident(world, "丙")
    round_id = await a_round(world)
    await actions.check_in(visit_id=round_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)

    first = await enter(world, round_id, seen, minutes=4)
    again = await enter(world, round_id, seen, minutes=4)
    await enter(world, round_id, away, status="away", minutes=None)
    await enter(
        world,
        round_id,
        refused,
        status="refused",
        reason="在睡觉",
        witness_id=world.house_nurse.person_id,
    )

    assert (first.first, again.first, first.thing) == (True, False, again.thing)
    assert await entries(round_id) == {seen: "seen", away: "away", refused: "refused"}
    assert await value("SELECT count(*) FROM journal WHERE topic = 'ResidentSeen'") == 1
    at = TUESDAY_NINE + timedelta(minutes=12)
    end = await actions.check_out(
        visit_id=round_id, actor=world.doctor, proof=a_proof(at), items=[], now=at
    )
    assert end.thing.findings == []  # the round lasts its twelve minutes, an entry its four


async def test_another_word_about_a_resident_shows_the_first(db) -> None:
    world = await a_world()
    resident = await a_resident(world)
    round_id = await a_round(world)
    await enter(world, round_id, resident)
    with pytest.raises(AlreadyDifferent) as refused:
        await enter(world, round_id, resident, status="away")
    stored = refused.value.facts["stored"]
    assert isinstance(stored, dict)
    assert stored["status"] == "seen"


async def test_a_refusal_says_why(db) -> None:
    world = await a_world()
    resident = await a_resident(world)
    round_id = await a_round(world)
    with pytest.raises(NeedsReason):
        await enter(world, round_id, resident, status="refused")
    assert await entries(round_id) == {resident: "expected"}


@pytest.mark.rule("EV-03")
async def test_whoever_lives_there_and_was_not_on_the_list_is_added(db) -> None:
    world = await a_world()
    listed, newcomer = await a_resident(world, "甲"), await a_resident(world, "乙", is_tied=False)
    round_id = await a_round(world, listed)

    assert (await enter(world, round_id, newcomer)).first

    assert await entries(round_id) == {listed: "expected", newcomer: "seen"}
    assert await people.tie(actor=world.doctor, person_id=newcomer, now=TUESDAY_NINE) == "round"


async def test_whoever_lives_elsewhere_is_no_resident(db) -> None:
    world = await a_world()
    await a_resident(world)
    round_id = await a_round(world)
    with pytest.raises(NotAResident):
        await enter(world, round_id, world.elder)
    with pytest.raises(Missing):
        await enter(world, round_id, uuid7())
    stranger = await staff_of(await an_organization(name="别处"), Role.GP)
    with pytest.raises(Missing):
        await enter(world, round_id, world.elder, by=stranger)
    with pytest.raises(Missing):
        await enter(world, await a_visit(world), world.elder)


@pytest.mark.rule("EV-06")
async def test_a_round_and_a_bedside_visit_in_one_house_do_not_overlap(db) -> None:
    world = await a_world()
    resident = await a_resident(world)
    round_id = await a_round(world)
    there: dict[str, Any] = {"person_id": resident, "place": Place(kind=PlaceKind.INSTITUTION)}
    visit_id = await a_visit(world, **there)
    at_home = await a_visit(world)
    await actions.check_in(visit_id=round_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    at = TUESDAY_NINE + timedelta(minutes=20)

    same_house = await actions.check_in(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(at), now=at
    )
    elsewhere = await actions.check_in(
        visit_id=at_home, actor=world.doctor, proof=a_proof(at), now=at
    )

    assert same_house.thing.findings == []
    assert [each.code for each in elsewhere.thing.findings] == [Code.OVERLAP]


async def read_by(nurse: Actor, resident: UUID, sign: VitalSign, number: float, at) -> None:
    said = a_reading(resident, sign, number, client_time=at)
    await records.observe(observation_id=uuid7(), actor=nurse, said=said, now=at)


@pytest.mark.rule("HB-07")
async def test_the_vitals_entered_before_the_round_show_on_it_whenever_it_is_read(db) -> None:
    world = await a_world()
    resident = await a_resident(world)
    round_id = await a_round(world)
    await a_tie(resident, world.house, why="residence", kind="organization")
    nurse = world.house_nurse
    await read_by(nurse, resident, VitalSign.SBP, 150, TUESDAY_NINE - HOUR)
    await read_by(nurse, resident, VitalSign.SBP, 142, TUESDAY_NINE - HOUR / 2)
    await read_by(nurse, resident, VitalSign.PULSE, 66, TUESDAY_NINE - timedelta(days=1))

    found, residents = await queries.round_with_residents(round_id=round_id, actor=nurse)

    assert found["institution"] == world.house
    (line,) = residents
    assert '"value" : 142' in line["vitals"]
    assert "pulse" not in line["vitals"]
    assert await value("SELECT persons FROM audit WHERE what = 'visits.round'") == [resident]


async def test_another_house_and_another_center_find_no_round(db) -> None:
    world = await a_world()
    await a_resident(world)
    round_id = await a_round(world)
    elsewhere = await an_organization(name="别处")
    for stranger in (
        await staff_of(elsewhere, Role.GP),
        await staff_of(elsewhere, Role.INST_NURSE),
    ):
        with pytest.raises(Missing):
            await queries.round_with_residents(round_id=round_id, actor=stranger)
    with pytest.raises(Missing):
        await queries.round_with_residents(round_id=await a_visit(world), actor=world.doctor)
    with pytest.raises(Missing):
        await queries.one(visit_id=round_id, actor=world.doctor, now=TUESDAY_NINE)
