"""Planning a visit: said once, changed on purpose, and never two at one door at one time."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Missing, NeedsVersion, Stale
from backend.people import queries as people
from backend.people.problems import TieEnded
from backend.visits import actions
from backend.visits.lifecycle import PlaceKind
from backend.visits.lifecycle.plans import Going, Item, Place
from backend.visits.lifecycle.staffing import AssignmentSaid
from backend.visits.problems import (
    AlreadyBegun,
    NobodyToVisit,
    NotLicensed,
    NotQualified,
    SlotTaken,
    TooFewYears,
    UnknownItem,
    UnknownPlace,
)
from tests.builders import TUESDAY_NINE, a_person, a_tie, an_organization, staff_of
from tests.visits.world import World, a_plan, a_proof, a_visit, a_world

pytestmark = pytest.mark.anyio

BEFORE = TUESDAY_NINE - timedelta(days=2)
HOUR = timedelta(hours=1)


async def plan(world: World, visit_id=None, *, by=None, if_match=None, now=BEFORE, **changed):
    return await actions.plan(
        visit_id=visit_id or uuid7(),
        actor=by or world.dispatcher,
        said=a_plan(world, **changed),
        if_match=if_match,
        now=now,
    )


async def going(visit_id) -> set[UUID]:
    found = await rows(
        "SELECT staff FROM visit_assignments WHERE visit = $1 AND until_at IS NULL", visit_id
    )
    return {each["staff"] for each in found}


async def test_planning_twice_is_planning_once(db) -> None:
    world, visit_id = await a_world(), uuid7()

    first = await plan(world, visit_id)
    again = await plan(world, visit_id, now=TUESDAY_NINE)

    assert (first, again) == ((visit_id, True), (visit_id, False))
    assert await value("SELECT count(*) FROM visits") == 1
    assert await value("SELECT count(*) FROM journal WHERE topic = 'VisitPlanned'") == 1
    assert await going(visit_id) == {world.doctor.person_id}


async def test_a_changed_plan_says_which_version_it_changes(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    later = {"start": TUESDAY_NINE + HOUR}

    with pytest.raises(NeedsVersion):
        await plan(world, visit_id, **later)
    with pytest.raises(Stale):
        await plan(world, visit_id, if_match='"7"', **later)
    kept = await plan(world, visit_id, if_match='"1"', **later)
    again = await plan(world, visit_id, if_match='"1"', **later)

    assert (kept.first, again.first) == (False, False)
    (visit,) = await rows("SELECT planned_start, version FROM visits")
    assert (visit["planned_start"], visit["version"]) == (TUESDAY_NINE + HOUR, 2)
    assert await value("SELECT planned_start FROM visit_assignments") == TUESDAY_NINE + HOUR


async def test_a_changed_plan_changes_who_goes(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)

    await plan(world, visit_id, if_match='"1"', staff=[Going(person_id=world.nurse.person_id)])

    assert await going(visit_id) == {world.nurse.person_id}
    ties = await rows("SELECT member_id, until_at FROM care_team WHERE because_id = $1", visit_id)
    assert {each["member_id"]: each["until_at"] > TUESDAY_NINE for each in ties} == {
        world.doctor.person_id: False,
        world.nurse.person_id: True,
    }


async def test_whoever_edits_a_plan_of_before_a_reassignment_is_told(db) -> None:
    """Otherwise the edit would send the replaced carer again, in silence."""
    world = await a_world()
    visit_id = await a_visit(world)
    await actions.assign(
        visit_id=visit_id,
        assignment_id=uuid7(),
        actor=world.dispatcher,
        said=AssignmentSaid(staff_id=world.nurse.person_id, replaces_id=world.doctor.person_id),
        now=BEFORE,
    )

    with pytest.raises(Stale):
        await plan(world, visit_id, if_match='"1"', start=TUESDAY_NINE + HOUR)
    assert await going(visit_id) == {world.nurse.person_id}


async def test_a_visit_that_has_begun_keeps_its_plan(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    with pytest.raises(AlreadyBegun):
        await plan(world, visit_id, if_match='"2"', start=TUESDAY_NINE + HOUR)


async def test_the_visit_of_one_person_never_becomes_that_of_another(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    other = await a_person(name="吴桂兰", center_id=world.center)
    await a_tie(other, world.center, kind="organization")
    with pytest.raises(AlreadyDifferent):
        await plan(world, visit_id, if_match='"1"', person_id=other)


async def test_two_home_visits_of_one_person_never_overlap(db) -> None:
    world = await a_world()
    await a_visit(world)
    with pytest.raises(SlotTaken):
        await plan(world, start=TUESDAY_NINE + timedelta(minutes=39))
    await plan(world, start=TUESDAY_NINE + timedelta(minutes=40))

    moved = await a_visit(world, start=TUESDAY_NINE + 5 * HOUR)
    with pytest.raises(SlotTaken):
        await plan(world, moved, if_match='"1"')
    assert await value("SELECT count(*) FROM visits") == 3


async def test_a_cancelled_visit_leaves_its_slot(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await rows("UPDATE visits SET status = 'CANCELLED' WHERE id = $1", visit_id)
    assert (await plan(world)).first


async def test_of_twenty_callers_for_one_slot_one_wins(db) -> None:
    """And none is shot as a deadlock: they meet at the person."""
    world = await a_world()
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    before = await value(deadlocks)

    answers = await asyncio.gather(*(plan(world) for _ in range(20)), return_exceptions=True)

    won = [each for each in answers if not isinstance(each, BaseException)]
    lost = {type(each) for each in answers if isinstance(each, BaseException)}
    assert (len(won), lost) == (1, {SlotTaken})
    assert await value("SELECT count(*) FROM visits") == 1
    assert await value(deadlocks) == before


async def test_twenty_phones_that_plan_the_same_visit_plan_it_once(db) -> None:
    world, visit_id = await a_world(), uuid7()
    kept = await asyncio.gather(*(plan(world, visit_id) for _ in range(20)))
    assert sum(each.first for each in kept) == 1
    assert await value("SELECT count(*) FROM visit_assignments") == 1


@pytest.mark.rule("HC-05")
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("registered_here = false", "not_registered"),
        ("home_service_authorised_on = NULL", "not_authorised"),
        ("roles = '{DISPATCHER}'", "role"),
        ("employed_until = '2026-11-23'", "unknown"),
        ("employed_from = '2026-11-25'", "unknown"),
    ],
)
async def test_only_who_belongs_here_and_is_sent_may_go(db, change, why) -> None:
    world = await a_world()
    await rows(f"UPDATE staff SET {change} WHERE person = $1", world.doctor.person_id)

    with pytest.raises(NotQualified) as refused:
        await plan(world)

    assert refused.value.facts["why"] == why
    assert await value("SELECT count(*) FROM visits") == 0


@pytest.mark.rule("HC-05")
async def test_the_last_day_of_employment_counts_as_it_is_in_shanghai(db) -> None:
    world = await a_world()
    await rows(
        "UPDATE staff SET employed_until = '2026-11-24' WHERE person = $1", world.doctor.person_id
    )
    late = {"start": TUESDAY_NINE + timedelta(hours=15)}  # midnight in Shanghai, 16:00 in UTC
    with pytest.raises(NotQualified):
        await plan(world, **late)
    assert (await plan(world)).first


@pytest.mark.rule("HC-06")
@pytest.mark.parametrize(
    ("role", "since", "is_refused"),
    [
        (Role.GP, "2023-11-24", False),
        (Role.GP, "2023-11-25", True),
        (Role.NURSE, "2021-11-24", False),
        (Role.NURSE, "2021-11-25", True),
        (Role.THERAPIST, "2024-01-01", True),
        (Role.SOCIAL_WORKER, "2026-01-01", False),
    ],
)
async def test_whoever_goes_alone_has_the_years_for_it(db, role, since, is_refused) -> None:
    world = await a_world()
    carer = await staff_of(world.center, role)
    await rows(
        "UPDATE staff SET practising_since = $2::text::date WHERE person = $1",
        carer.person_id,
        since,
    )
    team = [Going(person_id=carer.person_id)]
    if is_refused:
        with pytest.raises(TooFewYears):
            await plan(world, staff=team)
    else:
        assert (await plan(world, staff=team)).first


@pytest.mark.rule("HC-01")
async def test_only_items_of_the_list_are_planned(db) -> None:
    world = await a_world()
    with pytest.raises(UnknownItem) as refused:
        await plan(world, items=[Item(code="S105"), Item(code="S999")])
    assert refused.value.facts == {"code": "S999"}


async def test_a_visit_goes_to_where_the_person_lives(db) -> None:
    world = await a_world()
    somewhere = await value("SELECT address FROM persons WHERE id = $1", world.doctor.person_id)
    for place in (
        Place(kind=PlaceKind.HOME, address_id=somewhere),
        Place(kind=PlaceKind.INSTITUTION),
        Place(kind=PlaceKind.INSTITUTION, institution_id=world.house),
    ):
        with pytest.raises(UnknownPlace):
            await plan(world, place=place)

    await rows("UPDATE persons SET residence = $2 WHERE id = $1", world.elder, world.house)
    await plan(world, place=Place(kind=PlaceKind.INSTITUTION))
    assert await value("SELECT institution FROM visits") == world.house


async def test_another_center_finds_nobody_to_plan_for_and_no_plan(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    elsewhere = await an_organization(name="别处")
    stranger = await staff_of(elsewhere, Role.DISPATCHER)
    with pytest.raises(Missing):
        await plan(world, by=stranger)
    await a_tie(world.elder, elsewhere, kind="organization")
    with pytest.raises(Missing):
        await plan(world, visit_id, by=stranger, if_match='"1"')


async def test_nobody_is_planned_for_after_the_tie_ended(db) -> None:
    world = await a_world()
    await rows("UPDATE care_team SET until_at = $1", BEFORE)
    with pytest.raises(TieEnded):
        await plan(world)


@pytest.mark.rule("RC-08")
async def test_nobody_is_sent_to_who_has_died(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await rows("UPDATE persons SET died_on = '2026-11-23' WHERE id = $1", world.elder)
    with pytest.raises(NobodyToVisit):
        await plan(world, start=TUESDAY_NINE + HOUR)

    assert await actions.call_off(person_id=world.elder, now=BEFORE) == 1
    assert await actions.call_off(person_id=world.elder, now=BEFORE) == 0

    assert await value("SELECT status FROM visits WHERE id = $1", visit_id) == "CANCELLED"
    assert await value("SELECT count(*) FROM journal WHERE topic = 'VisitCancelled'") == 1
    until = "SELECT until_at FROM care_team WHERE member_id = $1"
    assert await value(until, world.doctor.person_id) == BEFORE


async def test_nothing_is_called_off_while_the_person_lives(db) -> None:
    world = await a_world()
    await a_visit(world)
    assert await actions.call_off(person_id=world.elder, now=BEFORE) == 0
    assert await value("SELECT status FROM visits") == "PLANNED"


async def test_who_goes_may_see_the_person_until_a_month_after(db) -> None:
    world = await a_world()
    await a_visit(world)
    (mine,) = await rows("SELECT * FROM care_team WHERE member_id = $1", world.doctor.person_id)
    assert mine["why"] == "visit"
    assert mine["until_at"] == TUESDAY_NINE + timedelta(minutes=40) + timedelta(days=30)
    tie = await people.tie(actor=world.doctor, person_id=world.elder, now=TUESDAY_NINE)
    assert tie == "visit"


@pytest.mark.rule("BG-01", "BG-02")
async def test_a_plan_owes_its_reminders_and_its_watch(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)

    owed = await rows("SELECT task, due_at, args FROM jobs ORDER BY due_at")

    end = TUESDAY_NINE + timedelta(minutes=40)
    assert [(each["task"], each["due_at"]) for each in owed] == [
        ("remind_visit", TUESDAY_NINE - timedelta(hours=24)),
        ("remind_visit", TUESDAY_NINE - timedelta(hours=2)),
        ("watch_visit_start", TUESDAY_NINE + timedelta(minutes=30)),
        ("watch_visit_end", end + timedelta(minutes=60)),
    ]
    assert {str(visit_id) in each["args"] for each in owed} == {True}


@pytest.mark.rule("BG-01")
async def test_the_past_is_not_reminded_of(db) -> None:
    world = await a_world()
    await a_visit(world, now=TUESDAY_NINE - timedelta(hours=3))
    reminders = "SELECT array_agg(due_at) FROM jobs WHERE task = 'remind_visit'"
    assert await value(reminders) == [TUESDAY_NINE - timedelta(hours=2)]


async def needs_two(world: World, **changed) -> bool:
    kept = await plan(world, **changed)
    return bool(await value("SELECT needs_two FROM visits WHERE id = $1", kept.thing))


@pytest.mark.rule("HC-09")
async def test_two_go_at_night_into_aggression_and_for_invasive_items(db) -> None:
    world = await a_world()
    assert not await needs_two(world)
    assert await needs_two(world, start=TUESDAY_NINE + timedelta(hours=11))
    assert await needs_two(world, start=TUESDAY_NINE + 2 * HOUR, items=[Item(code="S108")])
    await rows("UPDATE persons SET care_flags = '{AGGRESSION}' WHERE id = $1", world.elder)
    assert await needs_two(world, start=TUESDAY_NINE + 4 * HOUR)


@pytest.mark.rule("HC-09")
async def test_the_team_decides_with_the_plan_whether_two_must_go(db) -> None:
    """A man goes for the first time to a woman who lives alone; then a woman goes instead."""
    world = await a_world()
    await rows("UPDATE persons SET care_flags = '{LIVES_ALONE}' WHERE id = $1", world.elder)
    visit_id = await a_visit(world)
    assert await value("SELECT needs_two FROM visits")

    await plan(world, visit_id, if_match='"1"', staff=[Going(person_id=world.nurse.person_id)])

    assert not await value("SELECT needs_two FROM visits")


@pytest.mark.rule("HC-03")
async def test_an_institution_without_a_licence_on_file_sends_nobody_home(db) -> None:
    world = await a_world()
    await rows("UPDATE organizations SET licence_no = NULL WHERE id = $1", world.center)
    with pytest.raises(NotLicensed):
        await a_visit(world)
    assert await value("SELECT count(*) FROM visits") == 0
