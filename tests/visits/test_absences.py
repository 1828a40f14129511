"""Somebody cannot come (BG-23): colleagues go instead, or the center is told that nobody can."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Forbidden, Missing
from backend.people import queries as people
from backend.visits import actions, queries
from backend.visits.lifecycle.absences import AbsenceSaid
from backend.visits.lifecycle.plans import Going
from tests.builders import TUESDAY_NINE, a_person, a_tie, acting, an_organization, staff_of
from tests.visits.world import World, a_round, a_visit, a_world

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
EVENING_BEFORE = TUESDAY_NINE - timedelta(hours=10, minutes=30)


async def be_absent(actor: Actor, *, absence_id: UUID | None = None, **changed: Any) -> UUID:
    """All of Tuesday."""
    absence_id = absence_id or uuid7()
    said = {
        "absent_from": TUESDAY_NINE - HOUR,
        "absent_until": TUESDAY_NINE + 10 * HOUR,
        "reason": "ill",
    }
    await actions.record_absence(
        absence_id=absence_id,
        actor=actor,
        said=AbsenceSaid(**{**said, **changed}),
        now=EVENING_BEFORE,
    )
    return absence_id


async def cover(absence_id: UUID) -> tuple[int, int]:
    return await actions.cover(absence_id=absence_id, now=EVENING_BEFORE)


async def going(visit_id: UUID) -> set[UUID]:
    found = await rows(
        "SELECT staff FROM visit_assignments WHERE visit = $1 AND until_at IS NULL", visit_id
    )
    return {each["staff"] for each in found}


async def told(topic: str) -> list[UUID]:
    found = await rows("SELECT subject_id FROM journal WHERE topic = $1 ORDER BY id", topic)
    return [each["subject_id"] for each in found]


async def another_elder(world: World) -> UUID:
    elder = await a_person(name="吴桂兰", center_id=world.center)
    await a_tie(elder, world.center, kind="organization")
    return elder


@pytest.mark.rule("BG-23")
async def test_a_senior_doctor_goes_for_a_doctor_and_not_the_other_way_round(db) -> None:
    world = await a_world()
    senior = await staff_of(world.center, Role.SENIOR_GP, name="顾明")
    visit_id = await a_visit(world)
    assert await cover(await be_absent(world.doctor)) == (1, 0)
    assert await going(visit_id) == {senior.person_id}
    await staff_of(world.center, Role.GP, name="林夏")
    assert await cover(await be_absent(senior)) == (0, 1)


@pytest.mark.rule("BG-23")
async def test_an_absence_said_twice_is_one(db) -> None:
    world, absence_id = await a_world(), uuid7()
    await be_absent(world.doctor, absence_id=absence_id)
    await be_absent(world.doctor, absence_id=absence_id)
    assert await told("AbsenceRecorded") == [absence_id]
    with pytest.raises(AlreadyDifferent):
        await be_absent(world.doctor, absence_id=absence_id, reason="family")
    with pytest.raises(Missing):
        await be_absent(world.nurse, absence_id=absence_id)


@pytest.mark.rule("BG-23")
async def test_only_the_center_says_that_somebody_else_is_absent(db) -> None:
    world = await a_world()
    await be_absent(world.admin, staff_id=world.doctor.person_id)
    with pytest.raises(Forbidden):
        await be_absent(world.nurse, staff_id=world.doctor.person_id)
    stranger = await staff_of(await an_organization(name="别处"), Role.CHC_ADMIN)
    with pytest.raises(Missing):
        await be_absent(stranger, staff_id=world.doctor.person_id)


@pytest.mark.rule("BG-23")
async def test_a_colleague_of_the_same_role_goes_instead(db) -> None:
    world = await a_world()
    colleague = await staff_of(world.center, Role.GP, name="王强")
    await staff_of(await an_organization(name="别处"), Role.GP)
    visit_id = await a_visit(world)

    assert await cover(await be_absent(world.doctor)) == (1, 0)

    assert await going(visit_id) == {colleague.person_id}
    assert await told("VisitReassigned") == [visit_id]
    assert await people.tie(actor=colleague, person_id=world.elder, now=TUESDAY_NINE) == "visit"
    assert await value("SELECT reason FROM visit_assignments WHERE until_at IS NULL") == "absence"


@pytest.mark.rule("BG-23")
async def test_what_nobody_can_take_is_told_once(db) -> None:
    world = await a_world()  # the nurse is no doctor
    visit_id = await a_visit(world)
    absence_id = await be_absent(world.doctor)

    assert await cover(absence_id) == (0, 1)
    assert await cover(absence_id) == (0, 0)

    assert await told("VisitUncovered") == [visit_id]
    assert await going(visit_id) == set()


@pytest.mark.rule("BG-23")
async def test_covering_twice_is_covering_once(db) -> None:
    world = await a_world()
    colleague = await staff_of(world.center, Role.GP, name="王强")
    visit_id = await a_visit(world)
    absence_id = await be_absent(world.doctor)

    answers = await asyncio.gather(*(cover(absence_id) for _ in range(5)))

    assert sum(covered for covered, _ in answers) == 1
    assert await told("VisitReassigned") == [visit_id]
    assert await going(visit_id) == {colleague.person_id}


@pytest.mark.rule("BG-23")
async def test_the_same_sex_goes_if_it_can(db) -> None:
    world = await a_world()
    await staff_of(world.center, Role.GP, name="钱敏", sex="F")
    man = await staff_of(world.center, Role.GP, name="王强", sex="M")
    visit_id = await a_visit(world)
    await cover(await be_absent(world.doctor))
    assert await going(visit_id) == {man.person_id}


@pytest.mark.rule("BG-23")
async def test_another_sex_goes_rather_than_nobody(db) -> None:
    world = await a_world()
    woman = await staff_of(world.center, Role.GP, name="钱敏", sex="F")
    visit_id = await a_visit(world)
    await cover(await be_absent(world.doctor))
    assert await going(visit_id) == {woman.person_id}


@pytest.mark.rule("BG-23", "HC-05", "HC-06")
@pytest.mark.parametrize(
    "change",
    [
        "registered_here = false",
        "home_service_authorised_on = NULL",
        "practising_since = '2025-01-01'",
        "employed_until = '2026-11-23'",
    ],
)
async def test_only_who_may_go_goes_instead(db, change) -> None:
    world = await a_world()
    colleague = await staff_of(world.center, Role.GP, name="王强")
    await rows(f"UPDATE staff SET {change} WHERE person = $1", colleague.person_id)
    await a_visit(world)
    assert await cover(await be_absent(world.doctor)) == (0, 1)


@pytest.mark.rule("BG-23")
async def test_whoever_has_a_visit_or_is_absent_then_is_not_free(db) -> None:
    world = await a_world()
    busy = await staff_of(world.center, Role.GP, name="王强")
    absent = await staff_of(world.center, Role.GP, name="何平")
    team = [Going(person_id=busy.person_id)]
    half_past = TUESDAY_NINE + HOUR / 2
    await a_visit(world, person_id=await another_elder(world), staff=team, start=half_past)
    await be_absent(absent)
    await a_visit(world)
    assert await cover(await be_absent(world.doctor)) == (0, 1)


@pytest.mark.rule("BG-23", "IC-03")
async def test_the_agreed_round_comes_first(db) -> None:
    """One colleague, one free hour: the institution gets it, though the visit is earlier."""
    world = await a_world()
    colleague = await staff_of(world.center, Role.GP, name="王强")
    resident = await a_person(name="钱素芬", residence_id=world.house)
    await a_tie(resident, world.center, kind="organization")
    visit_id = await a_visit(world)
    round_id = await a_round(world, start=TUESDAY_NINE + HOUR / 2)

    assert await cover(await be_absent(world.doctor)) == (1, 1)

    assert await going(round_id) == {colleague.person_id}
    assert await told("VisitUncovered") == [visit_id]
    await rows("UPDATE care_team SET until_at = from_at WHERE member_kind = 'organization'")
    assert await people.tie(actor=colleague, person_id=resident, now=TUESDAY_NINE) == "round"


@pytest.mark.rule("BG-23")
async def test_visits_on_other_days_stay(db) -> None:
    world = await a_world()
    await staff_of(world.center, Role.GP, name="王强")
    visit_id = await a_visit(world, start=TUESDAY_NINE + timedelta(days=1))
    assert await cover(await be_absent(world.doctor)) == (0, 0)
    assert await going(visit_id) == {world.doctor.person_id}


@pytest.mark.rule("BG-23")
async def test_two_absences_at_once_do_not_both_take_the_same_colleague(db) -> None:
    world = await a_world()
    second = await staff_of(world.center, Role.GP, name="何平")
    visits = [
        await a_visit(world),
        await a_visit(
            world,
            person_id=await another_elder(world),
            staff=[Going(person_id=second.person_id)],
        ),
    ]
    colleague = await staff_of(world.center, Role.GP, name="王强")
    absences = [await be_absent(world.doctor), await be_absent(second)]

    answers = await asyncio.gather(*map(cover, absences))

    assert sorted(answers) == [(0, 1), (1, 0)]
    sent = [await going(each) for each in visits]
    assert sorted(map(len, sent)) == [0, 1]
    assert set().union(*sent) == {colleague.person_id}


@pytest.mark.rule("BG-23")
async def test_a_colleague_who_falls_ill_meanwhile_loses_the_visit_again(db) -> None:
    world = await a_world()
    colleague = await staff_of(world.center, Role.GP, name="王强")
    third = await staff_of(world.center, Role.GP, name="何平")
    visit_id = await a_visit(world)
    await rows("UPDATE staff SET registered_here = false WHERE person = $1", third.person_id)
    await cover(await be_absent(world.doctor))
    await rows("UPDATE staff SET registered_here = true WHERE person = $1", third.person_id)
    assert await going(visit_id) == {colleague.person_id}
    assert await cover(await be_absent(colleague)) == (1, 0)
    assert await going(visit_id) == {third.person_id}


async def test_absences_are_shown_to_whom_they_are_about_and_to_the_office(db) -> None:
    world = await a_world()
    mine = await be_absent(world.doctor)
    next_week = TUESDAY_NINE + timedelta(days=7)
    later = await be_absent(
        world.nurse, absent_from=next_week, absent_until=next_week + HOUR, reason="training"
    )

    async def listed(actor: Actor, **said: Any) -> list[UUID]:
        asked = {"after_moment": None, "limit": 50, "after": None, **said}
        return [each.id for each in (await queries.absences(actor=actor, **asked)).items]

    assert await listed(world.admin) == await listed(world.dispatcher) == [later, mine]
    assert await listed(world.doctor) == [mine]
    assert await listed(world.admin, after_moment=TUESDAY_NINE + 10 * HOUR) == [later]
    first = await queries.absences(actor=world.admin, after_moment=None, limit=1, after=None)
    assert await listed(world.admin, limit=1, after=first.next) == [mine]
    for actor in (world.doctor, world.admin, world.dispatcher):
        assert (await queries.see_absence(absence_id=mine, actor=actor)).reason == "ill"
    stranger = await staff_of(await an_organization(name="别处"), Role.CHC_ADMIN)
    nobody = await acting(await a_person(), Role.NURSE)
    for actor in (world.nurse, stranger, nobody):
        with pytest.raises(Missing):
            await queries.see_absence(absence_id=mine, actor=actor)
