"""HB-17: a price table by organization and date."""

import asyncio
from datetime import date, timedelta

import pytest

from backend.core.db import rows, value
from backend.payments import queries
from backend.payments.problems import PriceIsFixed
from tests.builders import TUESDAY_NINE as NINE
from tests.payments.world import World, a_tariff, a_world

pytestmark = pytest.mark.anyio
TODAY = date(2026, 11, 24)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


async def price(world: World, on: date, item: str = "S113") -> int | None:
    found = await queries.prices_of(organization_id=world.center, asked={(item, on)})
    return found[item, on].price_fen if found else None


@pytest.mark.rule("HB-17")
async def test_another_price_begins_where_the_one_before_ends(world: World) -> None:
    await a_tariff(world.finance, "S113", 3500, from_on=TOMORROW)
    assert await price(world, date(2025, 12, 31)) is None
    assert await price(world, TODAY) == 3000
    assert await price(world, TOMORROW) == 3500
    ended = await rows("SELECT until_on FROM tariffs WHERE item = 'S113' ORDER BY from_on")
    assert [each["until_on"] for each in ended] == [TOMORROW, None]


@pytest.mark.rule("HB-17")
@pytest.mark.parametrize("from_on", [TODAY, TODAY - timedelta(days=30), date(2025, 6, 1)])
async def test_a_day_that_has_come_keeps_its_price(world: World, from_on: date) -> None:
    with pytest.raises(PriceIsFixed):
        await a_tariff(world.finance, "S113", 3500, from_on=from_on)
    assert await price(world, TODAY) == 3000


@pytest.mark.rule("HB-17")
async def test_today_is_the_day_it_is_in_shanghai(world: World) -> None:
    """At 23:30 in Shanghai tomorrow can still be priced; half an hour later it is today."""
    late = NINE + timedelta(hours=14, minutes=30)
    with pytest.raises(PriceIsFixed):
        await a_tariff(
            world.finance, "S113", 3500, from_on=TOMORROW, now=late + timedelta(minutes=30)
        )
    await a_tariff(world.finance, "S113", 3500, from_on=TOMORROW, now=late)


async def test_a_first_price_may_begin_before_one_that_stands(world: World) -> None:
    await a_tariff(world.finance, "S114", 900, from_on=TODAY)
    year = date(2026, 1, 1)
    with pytest.raises(PriceIsFixed):
        await a_tariff(world.finance, "S114", 800, from_on=year)
    await a_tariff(world.finance, "S114", 800, from_on=year, until_on=TODAY)
    assert await price(world, year, "S114") == 800
    assert await price(world, TODAY, "S114") == 900


async def test_of_many_prices_at_once_one_stands(world: World) -> None:
    said = [a_tariff(world.finance, "S114", 900 + n) for n in range(8)]
    made = await asyncio.gather(*said, return_exceptions=True)
    assert sorted(type(each).__name__ for each in made) == ["PriceIsFixed"] * 7 + ["UUID"]
    assert await value("SELECT count(*) FROM tariffs WHERE item = 'S114'") == 1
