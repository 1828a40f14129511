"""LT-01, LT-03: what a level of 长护险 gives."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from backend.payments.lifecycle.ltci import Entitlement, Period, entitlement, length_min, scheme

TODAY = date(2026, 11, 24)
SHANGHAI = scheme(TODAY)


def of(
    *levels: Period, on: date = TODAY, age: int = 82, is_at_home: bool = True
) -> Entitlement | None:
    return entitlement(SHANGHAI, levels=levels, on=on, age=age, is_at_home=is_at_home)


def since(level: int, from_on: date, until_on: date | None = None) -> Period:
    return Period(level, from_on, until_on)


@pytest.mark.rule("LT-01")
@pytest.mark.parametrize(
    ("level", "hours"), [(0, 0), (1, 0), (2, 3), (3, 3), (4, 5), (5, 7), (6, 7)]
)
def test_the_hours_of_a_week_follow_from_the_level(level: int, hours: int) -> None:
    given = of(since(level, TODAY))
    assert given is not None
    assert (given.week_min, given.visit_min) == (hours * 60, 60)


@pytest.mark.rule("LT-01")
@pytest.mark.parametrize(
    ("from_on", "bonus"),
    [
        (date(2026, 10, 25), (0, 0)),  # a day less than a month
        (date(2026, 10, 24), (60, 4000)),
        (date(2026, 5, 24), (60, 4000)),  # six months to the day
        (date(2026, 5, 23), (120, 8000)),
    ],
)
def test_care_at_home_that_goes_on_earns_a_bonus(from_on: date, bonus: tuple[int, int]) -> None:
    given = of(since(5, from_on))
    assert given is not None
    assert (given.month_bonus_min, given.month_bonus_fen) == bonus
    assert of(since(4, from_on)).month_bonus_fen == 0  # type: ignore[union-attr]
    assert of(since(5, from_on), is_at_home=False).month_bonus_fen == 0  # type: ignore[union-attr]


@pytest.mark.rule("LT-01")
def test_a_gap_or_a_lower_level_begins_the_bonus_anew() -> None:
    spring, fall = date(2026, 3, 1), date(2026, 11, 1)
    whole = of(since(5, spring, fall), since(6, fall))
    assert whole is not None
    assert whole.month_bonus_min == 120
    gap = of(since(5, spring, fall - timedelta(days=1)), since(6, fall))
    lower = of(since(5, spring, date(2026, 8, 1)), since(4, date(2026, 8, 1), fall), since(6, fall))
    assert gap is not None
    assert lower is not None
    assert gap.month_bonus_min == lower.month_bonus_min == 0


@pytest.mark.rule("LT-01")
def test_the_fund_pays_more_at_home_than_in_an_institution() -> None:
    home, house = of(since(4, TODAY)), of(since(4, TODAY), is_at_home=False)
    assert home is not None
    assert house is not None
    assert (home.fund_pct, house.fund_pct) == (90, 85)


@pytest.mark.rule("LT-01")
def test_nobody_under_sixty_is_insured() -> None:
    given = of(since(6, TODAY), age=59)
    assert given is not None
    assert given.week_min == 0


def test_a_level_holds_from_its_day_until_before_its_end() -> None:
    period = since(4, TODAY, TODAY + timedelta(days=1))
    assert of(period) is not None
    assert of(period, on=TODAY + timedelta(days=1)) is None
    assert of(period, on=TODAY - timedelta(days=1)) is None


@pytest.mark.rule("LT-03")
def test_levels_are_data_a_national_scheme_may_name_others() -> None:
    national = msgspec.structs.replace(SHANGHAI, week_min={1: 120, 3: 600})
    given = entitlement(national, levels=[since(3, TODAY)], on=TODAY, age=70, is_at_home=True)
    assert given is not None
    assert given.week_min == 600
    assert SHANGHAI.week_min.keys() == {2, 3, 4, 5, 6}


def test_a_begun_minute_counts() -> None:
    nine = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    assert length_min(nine, nine + timedelta(minutes=45)) == 45
    assert length_min(nine, nine + timedelta(minutes=45, seconds=1)) == 46
