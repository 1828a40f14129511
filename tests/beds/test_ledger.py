"""The ledger in the database: one place, one overlay, one ward a person, one person a bed."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from backend.beds import actions, queries
from backend.beds.lifecycle import BedKind, Layer
from backend.beds.problems import (
    BedTaken,
    InpatientOpen,
    NoSuchStay,
    NoWay,
    OutOfOrder,
    OverlayOpen,
)
from backend.core.db import row, rows, value
from backend.core.problems import Problem
from backend.people import actions as people
from backend.people.actions.facts import PersonFacts
from backend.people.lifecycle import Sex
from backend.people.problems import KeptByTheLedger
from tests.beds.world import DAY, HOUR, NINE, World, a_world, admit, an_open, status_of
from tests.builders import a_person, an_organization

pytestmark = pytest.mark.anyio


async def leave(world: World, layer: Layer, *, at: Any) -> Any:
    return await actions.leave(person_id=world.elder, layer=layer, at=at, actor=world.admin, now=at)


async def kinds(world: World) -> dict[Layer, BedKind]:
    return {layer: stay.kind for layer, stay in (await queries.current(world.elder)).items()}


@pytest.mark.rule("FB-02", "IC-05")
async def test_a_resident_keeps_the_bed_in_the_house_under_every_other_layer(db) -> None:
    world = await a_world()
    await admit(world, BedKind.INSTITUTION, at=NINE, bed_no="301-1")
    await admit(world, BedKind.HOME_SICK, at=NINE + HOUR, bed_no="J-1")
    changes = await admit(world, BedKind.HOSPITAL, at=NINE + DAY)

    assert await kinds(world) == {
        Layer.PLACE: BedKind.INSTITUTION,
        Layer.OVERLAY: BedKind.HOME_SICK,
        Layer.INPATIENT: BedKind.HOSPITAL,
    }
    assert [each.kind for each in changes.suspended] == [BedKind.HOME_SICK]
    assert changes.held[0].held_until == NINE + 15 * DAY

    await leave(world, Layer.INPATIENT, at=NINE + 3 * DAY)
    place = (await queries.current(world.elder))[Layer.PLACE]
    assert (place.bed_no, place.held_until) == ("301-1", None)


@pytest.mark.rule("FB-10")
async def test_visits_go_where_the_ledger_says_and_who_runs_the_bed_may_look(db) -> None:
    world = await a_world()
    await admit(world, BedKind.INSTITUTION, at=NINE, bed_no="301-1")
    person = await row("SELECT residence, bed FROM persons WHERE id = $1", world.elder)
    assert person and (person["residence"], person["bed"]) == (world.house, "301-1")

    await admit(world, BedKind.HOME_CARE, at=NINE + DAY)
    person = await row("SELECT residence, bed FROM persons WHERE id = $1", world.elder)
    assert person and (person["residence"], person["bed"]) == (None, None)
    ties = "SELECT count(*) FROM care_team WHERE member_id = $1 AND why = 'residence'"
    assert await value(f"{ties} AND until_at IS NULL", world.house) == 1

    await leave(world, Layer.PLACE, at=NINE + 2 * DAY)
    assert await value(f"{ties} AND until_at IS NULL", world.house) == 0
    assert (await kinds(world))[Layer.PLACE] is BedKind.OWN_HOME


@pytest.mark.rule("FB-02")
async def test_who_is_not_in_the_ledger_begins_where_people_know_them(db) -> None:
    world = await a_world()
    await rows(
        "UPDATE persons SET residence = $2, bed = '201-2' WHERE id = $1", world.elder, world.house
    )
    await admit(world, BedKind.HOSPITAL, at=NINE)
    place = (await queries.current(world.elder))[Layer.PLACE]
    assert (place.kind, place.organization_id, place.bed_no) == (
        BedKind.INSTITUTION,
        world.house,
        "201-2",
    )


@pytest.mark.rule("FB-02")
async def test_two_elders_never_lie_in_one_bed_nor_one_elder_in_two(db) -> None:
    world = await a_world()
    other = await a_person(name="钱素芬", center_id=world.center)
    await admit(world, BedKind.INSTITUTION, at=NINE, bed_no="301-1")
    with pytest.raises(BedTaken):
        await admit(world, BedKind.INSTITUTION, at=NINE + HOUR, elder=other, bed_no="301-1")
    await leave(world, Layer.PLACE, at=NINE + 2 * HOUR)
    await admit(world, BedKind.INSTITUTION, at=NINE + 2 * HOUR, elder=other, bed_no="301-1")


@pytest.mark.rule("FB-02")
async def test_of_many_who_want_one_bed_exactly_one_gets_it(db) -> None:
    world = await a_world()
    elders = [await a_person(name=f"老人{n}", center_id=world.center) for n in range(8)]
    answers = await asyncio.gather(
        *(
            admit(world, BedKind.INSTITUTION, at=NINE, elder=elder, bed_no="301-1")
            for elder in elders
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(each, BedTaken) for each in answers) == 7
    assert await value("SELECT count(*) FROM bed_stays WHERE bed_no = '301-1'") == 1


@pytest.mark.rule("FB-02")
async def test_of_two_beds_for_one_elder_at_once_exactly_one_wins(db) -> None:
    world = await a_world()
    beds = ((BedKind.INSTITUTION, "301-1"), (BedKind.HOME_CARE, "H-1"))
    answers = await asyncio.gather(
        *(admit(world, kind, at=NINE, bed_no=bed_no) for kind, bed_no in beds),
        return_exceptions=True,
    )
    assert sum(isinstance(each, OutOfOrder) for each in answers) == 1
    assert len(await queries.current(world.elder)) == 1


@pytest.mark.rule("FB-02")
async def test_the_database_refuses_two_places_whoever_asks(db) -> None:
    import asyncpg  # noqa: PLC0415

    world = await a_world()
    await admit(world, BedKind.INSTITUTION, at=NINE, bed_no="301-1")
    with pytest.raises(asyncpg.ExclusionViolationError):
        await rows(
            "INSERT INTO bed_stays (id, person, kind, layer, from_at, recorded_by, recorded_at)"
            " VALUES (uuidv7(), $1, 'OWN_HOME', 'place', $2, $1, $2)",
            world.elder,
            NINE + HOUR,
        )


async def test_an_overlay_waits_for_the_hospital_whose_name_is_masked(db) -> None:
    world = await a_world()
    await admit(world, BedKind.HOSPITAL, at=NINE)
    with pytest.raises(InpatientOpen) as refused:
        await admit(world, BedKind.HOME_SICK, at=NINE + HOUR, bed_no="J-1")
    assert refused.value.facts == {"organization": "静安***"}


@pytest.mark.rule("HB-14")
async def test_the_hospital_suspends_the_home_sickbed_and_coming_back_opens_it(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    await admit(world, BedKind.HOSPITAL, at=NINE + DAY, by=world.ward)
    assert await status_of(home_sickbed_id) == "SUSPENDED"
    found = await row("SELECT from_at FROM home_sickbed_suspensions")
    assert found and found["from_at"] == NINE + DAY

    await leave(world, Layer.INPATIENT, at=NINE + 5 * DAY)
    assert await status_of(home_sickbed_id) == "OPEN"


@pytest.mark.rule("HB-12")
async def test_coming_back_after_the_limit_begins_to_close_the_bed(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    await admit(world, BedKind.HOSPITAL, at=NINE + DAY)
    await leave(world, Layer.INPATIENT, at=NINE + 16 * DAY)
    assert await status_of(home_sickbed_id) == "CLOSING"


@pytest.mark.rule("FB-02")
async def test_from_ward_to_ward_the_place_bed_stays_held(db) -> None:
    world = await a_world()
    await admit(world, BedKind.INSTITUTION, at=NINE, bed_no="301-1")
    await admit(world, BedKind.HOSPITAL, at=NINE + HOUR)
    await admit(world, BedKind.HOSPICE, at=NINE + DAY)
    place = (await queries.current(world.elder))[Layer.PLACE]
    assert place.held_until is not None

    until = NINE + 20 * DAY
    await actions.hold_place(person_id=world.elder, until=until, actor=world.admin, now=NINE + DAY)
    again = await actions.hold_place(
        person_id=world.elder, until=until, actor=world.admin, now=NINE + DAY
    )
    assert again.held == ()
    assert (await queries.current(world.elder))[Layer.PLACE].held_until == until


@pytest.mark.rule("FB-02")
async def test_nobody_moves_somebody_past_the_ledger(db) -> None:
    world = await a_world()
    other = await an_organization(kinds=("ELDER_CARE_INSTITUTION",), name="另一养老院")

    async def edited(**changed: Any) -> None:
        facts = PersonFacts(name="周秀英", sex=Sex.FEMALE, center_id=world.center, **changed)
        version = await value("SELECT version FROM persons WHERE id = $1", world.elder)
        await people.register(
            person_id=world.elder,
            actor=world.admin,
            said=facts,
            if_match=f'"{version}"',
            now=NINE,
        )

    await edited(residence_id=other)  # nobody keeps her bed yet
    await admit(world, BedKind.INSTITUTION, at=NINE, bed_no="301-1")
    for elsewhere in ({"residence_id": other, "bed": "301-1"}, {"residence_id": world.house}, {}):
        with pytest.raises(KeptByTheLedger) as refused:
            await edited(**elsewhere)
        assert refused.value.facts == {"residence_id": world.house, "bed": "301-1"}
    await edited(residence_id=world.house, bed="301-1", care_flags=["LIVES_ALONE"])
    assert (await queries.place_of(world.elder))[1] == world.house


@pytest.mark.rule("RC-08")
async def test_with_death_every_stay_ends_and_the_bed_begins_to_close(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    await rows("UPDATE persons SET died_on = '2026-11-25' WHERE id = $1", world.elder)
    for _ in range(2):
        await actions.end_of_dead(person_id=world.elder, now=NINE + 3 * DAY)
    assert await queries.current(world.elder) == {}
    assert await status_of(home_sickbed_id) == "CLOSING"
    assert await value("SELECT close_reason FROM home_sickbeds") == "DEATH"


HELD_AT_ONCE = """
SELECT count(*) FROM bed_stays a JOIN bed_stays b
    ON a.person = b.person AND a.layer = b.layer AND a.id < b.id
   AND tstzrange(a.from_at, a.until_at) && tstzrange(b.from_at, b.until_at)
"""

GAPS = """
SELECT count(*) FROM (
  SELECT person, until_at, lead(from_at) OVER (PARTITION BY person ORDER BY from_at) AS next
    FROM bed_stays WHERE layer = 'place') s
 WHERE until_at IS DISTINCT FROM next
"""


@pytest.mark.rule("FB-02")
@pytest.mark.parametrize("dice", range(3))
async def test_whatever_many_actors_do_at_once_the_invariants_hold(db, dice: int) -> None:
    """Moves legal and illegal, in any order, by several at once: never two places, never a gap."""
    from random import Random  # noqa: PLC0415

    world, random = await a_world(), Random(dice)
    elders = [world.elder, *[await a_person(name="老人", center_id=world.center) for _ in "ab"]]
    wishes: list[BedKind | Layer] = [*BedKind, *Layer]
    at = NINE
    for _ in range(12):
        at += HOUR

        async def one(wish: BedKind | Layer, elder: Any, moment: Any) -> None:
            try:
                if isinstance(wish, Layer):
                    await actions.leave(
                        person_id=elder, layer=wish, at=moment, actor=world.admin, now=moment
                    )
                else:
                    bed_no = None if wish is BedKind.OWN_HOME else f"B-{random.randint(1, 2)}"
                    await admit(world, wish, at=moment, elder=elder, bed_no=bed_no)
            except (BedTaken, InpatientOpen, NoSuchStay, NoWay, OutOfOrder, OverlayOpen):
                pass  # said no: nothing changed

        await asyncio.gather(
            *(
                one(random.choice(wishes), random.choice(elders), at + timedelta(minutes=n))
                for n in range(6)
            )
        )
    assert await value(HELD_AT_ONCE) == 0
    assert await value(GAPS) == 0
    assert await value("SELECT count(*) FROM bed_stays WHERE until_at IS NOT NULL") > 0


async def test_a_refusal_leaves_nothing_behind(db) -> None:
    world = await a_world()
    with pytest.raises(Problem):
        await admit(world, BedKind.INSTITUTION, at=NINE, bed_no="301-1", by=world.admin, elder=None)
        await admit(world, BedKind.INSTITUTION, at=NINE, bed_no="301-2")
    assert await value("SELECT count(*) FROM bed_stays") == 1
