"""The green channel: an emergency is enough, and everything else is filled in afterwards."""

import msgspec
import pytest

from backend.beds.lifecycle import BedKind
from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Missing
from backend.transfers import actions
from backend.transfers.lifecycle.said import EmergencyTransfer
from backend.transfers.problems import NobodyToMove, WrongReceiver
from tests.beds import world as of_beds
from tests.builders import a_tie, an_organization, staff_of
from tests.transfers import world as of
from tests.transfers.world import DAY, HOUR, MINUTE, NINE, World, a_world

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


@pytest.mark.rule("FB-08", "EM-03")
async def test_an_emergency_with_nothing_more_opens_the_channel_once(world: World) -> None:
    emergency_id = await of.an_emergency(world)
    for first in (True, False):
        kept = await actions.open_emergency(
            emergency_id=emergency_id, actor=world.doctor, said=EmergencyTransfer(), now=NINE
        )
        assert kept == (emergency_id, first)
    with pytest.raises(AlreadyDifferent):
        await actions.open_emergency(
            emergency_id=emergency_id,
            actor=world.doctor,
            said=EmergencyTransfer(to_organization_id=world.hospital),
            now=NINE,
        )
    found = (await rows("SELECT * FROM transfers"))[0]
    assert (found["status"], found["to_bed"], found["reason_code"], found["due_at"]) == (
        "EMERGENCY_OPENED",
        "HOSPITAL",
        "EMERGENCY",
        NINE + 2 * HOUR,
    )


async def test_whoever_called_may_open_it_and_a_stranger_may_not(world: World) -> None:
    elsewhere = await an_organization(name="远处的中心")
    passer_by = await staff_of(elsewhere, Role.NURSE)
    emergency_id = await of.a_green_channel(world, by=passer_by)
    assert await of.status_of(emergency_id) == "EMERGENCY_OPENED"
    another = await of.an_emergency(world)
    stranger = await staff_of(await an_organization(name="另一个中心"), Role.GP)
    for unknown in (another, uuid7()):
        with pytest.raises(Missing):
            await actions.open_emergency(
                emergency_id=unknown, actor=stranger, said=EmergencyTransfer(), now=NINE
            )


@pytest.mark.rule("HB-14", "FB-08")
async def test_the_package_builds_itself_within_two_hours(world: World) -> None:
    emergency_id = await of.a_green_channel(world)
    (job,) = await of.owed("look_for_transfer_package")
    assert job["due_at"] == NINE + 2 * HOUR
    assert await actions.look_for_package(transfer_id=emergency_id, now=NINE + 2 * HOUR)
    assert not await actions.look_for_package(transfer_id=emergency_id, now=NINE + 2 * HOUR)
    assert len(await of.package_of(emergency_id)) == 1
    assert await of.status_of(emergency_id) == "EMERGENCY_OPENED"


@pytest.mark.rule("FB-08")
async def test_it_leaves_and_arrives_without_assessment_and_is_written_up_afterwards(
    world: World,
) -> None:
    emergency_id = await of.a_green_channel(world, to=world.hospital)
    await of.depart(emergency_id, world.doctor, at=NINE + 10 * MINUTE)
    assert len(await of.package_of(emergency_id)) == 1
    await of.arrive(emergency_id, world.ward, at=NINE + 40 * MINUTE)
    assert await of.beds_of(world) == {"OWN_HOME": None, "HOSPITAL": str(world.hospital)}
    await of.feedback(emergency_id, world.ward)
    assert await of.status_of(emergency_id) == "FEEDBACK_DONE"  # something is missing

    later = NINE + 5 * HOUR
    await of.assess(world, emergency_id, at=later)
    assert await of.status_of(emergency_id) == "FEEDBACK_DONE"
    assert len(await of.package_of(emergency_id)) == 2  # the first one stays as it was
    consent_id = await of.consent(world, at=later)
    await of.assess(world, emergency_id, at=later + MINUTE, version='"1"', consent_id=consent_id)
    assert await of.status_of(emergency_id) == "CLOSED"
    first, second, third = await of.package_of(emergency_id)
    assert msgspec.json.decode(first[0])["assessment"] is None
    assert msgspec.json.decode(second[0])["assessment"]["barthel"] == 35
    assert third[1] != first[1]


@pytest.mark.rule("HB-14")
async def test_the_home_sickbed_rests_from_the_hospitals_admission_time(world: World) -> None:
    episode_id = await of_beds.an_open(world.beds, at=NINE - HOUR)
    emergency_id = await of.a_green_channel(world, to=world.hospital)
    assert await of_beds.status_of(episode_id) == "OPEN"  # on the way it is still theirs
    made = await of.arrive(emergency_id, world.ward, at=NINE + 40 * MINUTE)
    assert await of_beds.status_of(episode_id) == "SUSPENDED"
    since = await value("SELECT from_at FROM home_sickbed_suspensions")
    assert since == NINE + 40 * MINUTE
    assert str(next(e for e in made.outcomes if e.what == "home_sickbed").outcome) == "suspend"


async def test_nobody_had_time_to_say_that_they_left(world: World) -> None:
    emergency_id = await of.a_green_channel(world, to=world.hospital)
    await of.arrive(emergency_id, world.ward, at=NINE + 40 * MINUTE)
    moves = await rows("SELECT move FROM transfer_moves ORDER BY recorded_at, id")
    assert [each["move"] for each in moves] == ["package", "departure", "arrival"]


async def test_a_hospital_that_was_not_known_is_named_on_arrival(world: World) -> None:
    emergency_id = await of.a_green_channel(world)
    with pytest.raises(WrongReceiver):
        await of.arrive(
            emergency_id, world.doctor, at=NINE + HOUR, organization_id=world.beds.house
        )
    await of.arrive(emergency_id, world.doctor, organization_id=world.other_hospital)
    assert (await of.beds_of(world))["HOSPITAL"] == str(world.other_hospital)
    await of.feedback(emergency_id, world.other_ward)


@pytest.mark.rule("FB-08")
async def test_no_transfer_under_way_stands_in_its_way(world: World) -> None:
    planned = await of.in_transit(world)
    emergency_id = await of.a_green_channel(world, to=world.other_hospital)
    await of.arrive(emergency_id, world.other_ward, at=NINE + 30 * MINUTE)
    assert await of.status_of(planned) == "IN_TRANSIT"
    assert (await of.beds_of(world))["HOSPITAL"] == str(world.other_hospital)


async def test_from_a_house_its_bed_is_held(db: None) -> None:
    world = await a_world(BedKind.INSTITUTION)
    nurse = world.beds.house_nurse
    await a_tie(world.elder, nurse.person_id)
    emergency_id = await of.a_green_channel(world, by=nurse, to=world.hospital)
    await of.depart(emergency_id, nurse, at=NINE)
    await of.arrive(emergency_id, world.ward, at=NINE + HOUR)
    held = await value("SELECT held_until FROM bed_stays WHERE kind = 'INSTITUTION'")
    assert held == NINE + HOUR + 14 * DAY


async def test_a_call_that_comes_after_a_death_opens_no_channel(world: World) -> None:
    emergency_id = await of.an_emergency(world)
    await rows("UPDATE persons SET died_on = '2026-11-24' WHERE id = $1", world.elder)
    with pytest.raises(NobodyToMove):
        await actions.open_emergency(
            emergency_id=emergency_id, actor=world.doctor, said=EmergencyTransfer(), now=NINE
        )
