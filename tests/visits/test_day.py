"""The day: each sees what is theirs, in order, page by page, and is seen seeing it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.core.access import Actor, Role
from backend.core.db import engine, rows, transaction, value
from backend.core.ids import uuid7
from backend.core.problems import Malformed
from backend.people.lifecycle import Scope
from backend.visits import actions, queries
from backend.visits.lifecycle import PlaceKind
from backend.visits.lifecycle.plans import Going, Place
from backend.visits.lifecycle.staffing import AssignmentSaid
from backend.visits.schemas import VisitCard
from tests.builders import (
    TUESDAY_NINE,
    a_delegation,
    a_person,
    a_tie,
    acting,
    an_organization,
    staff_of,
)
from tests.visits.world import World, a_round, a_visit, a_world

pytestmark = pytest.mark.anyio

TUESDAY = date(2026, 11, 24)
HOUR = timedelta(hours=1)


async def day(actor: Actor, *, on: date = TUESDAY, **said: Any) -> list[UUID]:
    return [each["id"] for each in (await page(actor, on=on, **said)).items]


async def page(actor: Actor, *, on: date = TUESDAY, **said: Any):
    asked = {"mine": False, "limit": 50, "after": None, **said}
    return await queries.on(day=on, actor=actor, now=TUESDAY_NINE, **asked)


async def a_relative(world: World, *scopes: str, elder: UUID | None = None) -> Actor:
    relative = await acting(await a_person(name="周琳"), Role.RELATIVE)
    if scopes:
        await a_delegation(elder or world.elder, relative.person_id, *scopes)
    return relative


async def test_the_day_stands_in_the_order_of_its_hours(db) -> None:
    world = await a_world()
    second = await a_visit(world, start=TUESDAY_NINE + HOUR)
    first = await a_visit(world)
    assert await day(world.doctor, mine=True) == [first, second]


async def test_a_day_begins_and_ends_at_midnight_in_shanghai(db) -> None:
    world = await a_world()
    midnight = TUESDAY_NINE - 9 * HOUR
    before = await a_visit(world, start=midnight - HOUR)
    first = await a_visit(world, start=midnight)
    after = await a_visit(world, start=midnight + 24 * HOUR)
    assert await day(world.doctor, mine=True) == [first]
    assert await day(world.doctor, mine=True, on=date(2026, 11, 23)) == [before]
    assert await day(world.dispatcher, on=date(2026, 11, 25)) == [after]


async def test_each_carer_has_their_own_day_and_the_center_all_of_them(db) -> None:
    world = await a_world()
    mine = await a_visit(world)
    hers = await a_visit(
        world, start=TUESDAY_NINE + HOUR, staff=[Going(person_id=world.nurse.person_id)]
    )
    assert await day(world.doctor, mine=True) == [mine]
    assert await day(world.nurse, mine=True) == [hers]
    for actor in (world.doctor, world.nurse, world.dispatcher, world.admin):
        assert await day(actor) == [mine, hers]
    assert await day(world.dispatcher, mine=True) == []
    elsewhere = await an_organization(name="别处")
    for role in (Role.GP, Role.DISPATCHER, Role.CHC_ADMIN):
        assert await day(await staff_of(elsewhere, role)) == []


async def test_whoever_was_replaced_no_longer_has_the_visit_in_their_day(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await actions.assign(
        visit_id=visit_id,
        assignment_id=uuid7(),
        actor=world.dispatcher,
        said=AssignmentSaid(staff_id=world.nurse.person_id, replaces_id=world.doctor.person_id),
        now=TUESDAY_NINE - HOUR,
    )
    assert await day(world.doctor, mine=True) == []
    assert await day(world.nurse, mine=True) == [visit_id]


async def test_the_nurse_of_a_house_sees_what_comes_to_the_house(db) -> None:
    world = await a_world()
    resident = await a_person(name="钱素芬", residence_id=world.house)
    await a_tie(resident, world.center, kind="organization")
    await a_visit(world)
    there = await a_visit(world, person_id=resident, place=Place(kind=PlaceKind.INSTITUTION))
    round_id = await a_round(world, start=TUESDAY_NINE + HOUR)

    assert await day(world.house_nurse) == [there, round_id]

    other = await an_organization(kinds=("ELDER_CARE_INSTITUTION",), name="另一家")
    assert await day(await staff_of(other, Role.INST_NURSE)) == []


async def test_a_round_stands_in_the_day_and_is_about_nobody(db) -> None:
    world = await a_world()
    resident = await a_person(name="钱素芬", residence_id=world.house)
    await a_tie(resident, world.center, kind="organization")
    round_id = await a_round(world)
    (card,) = [VisitCard.of(each) for each in (await page(world.doctor, mine=True)).items]
    assert (card.id, card.kind, card.person_id, card.person_name) == (
        round_id,
        "WARD_ROUND",
        None,
        None,
    )
    assert card.institution_name == "静安示例养老院"
    assert await value("SELECT count(*) FROM audit WHERE what = 'visits.list'") == 0


async def test_the_family_sees_what_the_elder_lets_it_see(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    assert await day(await acting(world.elder, Role.ELDER)) == [visit_id]
    assert await day(await a_relative(world, Scope.VIEW_SUMMARY)) == [visit_id]
    assert await day(await a_relative(world, Scope.VIEW_FULL)) == [visit_id]
    assert await day(await a_relative(world, Scope.PAY, Scope.NOTIFY)) == []
    assert await day(await a_relative(world)) == []
    assert await day(await acting(await a_person(name="别人"), Role.ELDER)) == []


async def test_a_delegation_that_ended_shortens_no_page_of_another_elder(db) -> None:
    """The page is cut after the ties, or the rest of the day would be lost."""
    world = await a_world()
    mother = await a_person(name="吴桂兰", center_id=world.center)
    await a_tie(mother, world.center, kind="organization")
    await a_visit(world)
    await a_visit(world, start=TUESDAY_NINE + HOUR)
    hers = await a_visit(world, person_id=mother, start=TUESDAY_NINE + 2 * HOUR)
    son = await a_relative(world, Scope.VIEW_FULL)
    await rows("UPDATE delegations SET revoked_at = $1", TUESDAY_NINE)
    await a_delegation(mother, son.person_id, Scope.VIEW_FULL)
    assert await day(son, limit=1) == [hers]


async def test_a_day_is_read_page_by_page_without_loss_or_repetition(db) -> None:
    world = await a_world()
    whole = [await a_visit(world, start=TUESDAY_NINE + n * HOUR) for n in range(5)]
    for actor, mine in ((world.doctor, True), (world.dispatcher, False)):
        seen: list[UUID] = []
        after, pages = None, 0
        while pages == 0 or after is not None:
            found = await page(actor, mine=mine, limit=2, after=after)
            seen += [each["id"] for each in found.items]
            after, pages = found.next, pages + 1
        assert (seen, pages) == (whole, 3)


async def test_a_page_that_was_not_given_is_malformed(db) -> None:
    world = await a_world()
    with pytest.raises(Malformed):
        await page(world.doctor, after="bm90IG91cnM")
    for on in (date.min, date.max):
        with pytest.raises(Malformed):
            await page(world.doctor, on=on)


async def test_whoever_was_shown_stands_in_the_audit_with_the_tie(db) -> None:
    world = await a_world()
    await a_visit(world)
    await rows("DELETE FROM audit")
    daughter = await a_relative(world, Scope.VIEW_SUMMARY)
    for actor in (world.doctor, daughter, await staff_of(world.center, Role.DISPATCHER)):
        await day(actor)
    seen = await rows("SELECT actor_id, what, persons, ties FROM audit ORDER BY id")
    assert [(each["persons"], each["ties"]) for each in seen] == [
        ([world.elder], ["visit"]),
        ([world.elder], ["delegation"]),
        ([world.elder], ["visit"]),
    ]
    assert {each["what"] for each in seen} == {"visits.list"}


@asynccontextmanager
async def counted() -> AsyncIterator[list[str]]:
    statements: list[str] = []
    async with transaction():
        open_one = engine().current_transaction.get()
        assert open_one is not None
        with open_one.connection.query_logger(lambda record: statements.append(record.query)):
            yield statements


async def test_a_long_day_asks_the_database_no_more_often_than_a_short_one(db) -> None:
    world = await a_world()
    await a_visit(world)
    async with counted() as short:
        assert len(await day(world.doctor, mine=True)) == 1
    for n in range(3, 52):
        start = TUESDAY_NINE + n * HOUR / 4
        await a_visit(world, start=start, planned_end=start + HOUR / 4)
    async with counted() as long:
        assert len(await day(world.doctor, mine=True)) == 50
    assert len(short) == len(long) == 1
