"""周履约: weeks at holidays, at year end and at midnight, without a database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.lifecycle import Came, Limits, Reason, Stay, Week, WeekStanding
from backend.contracts.lifecycle.weeks import (
    due_in,
    fulfilment,
    is_long_holiday,
    monday_of,
    rounds_that_count,
)
from backend.core import calendar
from backend.core.calendar import SHANGHAI
from backend.core.ids import uuid7

LIMITS = Limits(
    shortest=timedelta(minutes=30),
    staff_min=1,
    make_up_within=timedelta(days=7),
    long_holiday_days=5,
)
CLINICAL = ("GP", "SENIOR_GP", "NURSE")
TUESDAY = (2,)
MONDAY = date(2026, 11, 16)
LATER = date(2027, 6, 1)


def a_stay(at: datetime, *, minutes: float = 40, **changed) -> Stay:
    said: dict[Any, Any] = {
        "round_id": uuid7(),
        "role": "GP",
        "came_at": at,
        "left_at": at + timedelta(minutes=minutes),
        "is_verified": True,
    }
    return Stay(**{**said, **changed})


def came_on(*days: date) -> list[Came]:
    return [Came(uuid7(), day) for day in sorted(days)]


def weeks(first: date, count: int, came: Sequence[Came] = (), **changed) -> list[Week]:
    said: dict[Any, Any] = {
        "came": came,
        "reasons": {},
        "weekdays": TUESDAY,
        "visits_min": 1,
        "is_in_force": lambda _day: True,
        "limits": LIMITS,
        "on": LATER,
    }
    mondays = [first + timedelta(weeks=number) for number in range(count)]
    return fulfilment(mondays, **{**said, **changed})


NINE = datetime(2026, 11, 17, 9, 0, tzinfo=SHANGHAI)


@pytest.mark.rule("IC-03")
@pytest.mark.parametrize(
    ("stay", "counts"),
    [
        (a_stay(NINE, minutes=30), True),
        (a_stay(NINE, minutes=29.9), False),
        (a_stay(NINE, role="NURSE"), True),
        (a_stay(NINE, role="SOCIAL_WORKER"), False),
        (a_stay(NINE, is_verified=False), False),
    ],
)
def test_what_counts_is_a_verified_stay_of_half_an_hour_by_a_doctor_or_nurse(stay, counts) -> None:
    assert bool(rounds_that_count([stay], counted_roles=CLINICAL, limits=LIMITS)) is counts


@pytest.mark.rule("IC-03")
@pytest.mark.parametrize(
    ("at", "week"),
    [
        (datetime(2026, 11, 22, 15, 59, tzinfo=UTC), "2026-W47"),  # Sunday 23:59 in Shanghai
        (datetime(2026, 11, 22, 16, 0, tzinfo=UTC), "2026-W48"),  # Monday 00:00
        (datetime(2026, 12, 31, 16, 30, tzinfo=UTC), "2026-W53"),  # 1 January 2027, a Friday
        (datetime(2027, 1, 3, 15, 59, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 3, 16, 0, tzinfo=UTC), "2027-W01"),
    ],
)
def test_a_round_belongs_to_the_week_in_which_it_is_in_shanghai(at: datetime, week: str) -> None:
    (came,) = rounds_that_count([a_stay(at)], counted_roles=CLINICAL, limits=LIMITS)
    assert calendar.iso_week(came.on) == week


@pytest.mark.rule("IC-03")
def test_a_week_with_the_agreed_visits_is_fulfilled_and_one_without_is_missed() -> None:
    first, second = weeks(MONDAY, 2, came_on(date(2026, 11, 17)))
    assert (first.standing, second.standing) == (WeekStanding.FULFILLED, WeekStanding.MISSED)


def test_a_week_is_running_until_it_is_over() -> None:
    for day, stands in ((22, WeekStanding.RUNNING), (23, WeekStanding.MISSED)):
        (week,) = weeks(MONDAY, 1, on=date(2026, 11, day))
        assert week.standing is stands


@pytest.mark.rule("IC-04")
def test_a_missed_week_needs_a_reason_and_a_make_up_visit() -> None:
    reason = {"2026-W47": Reason.STAFF_ILLNESS}
    twice = came_on(date(2026, 11, 24), date(2026, 11, 26))
    assert weeks(MONDAY, 2, twice)[0].standing is WeekStanding.MISSED
    assert weeks(MONDAY, 2, twice, reasons=reason)[0].standing is WeekStanding.MADE_UP
    assert weeks(MONDAY, 2, twice[:1], reasons=reason)[0].standing is WeekStanding.MISSED


@pytest.mark.rule("IC-04")
def test_the_make_up_visit_is_open_for_seven_days() -> None:
    reason = {"2026-W47": Reason.STAFF_ILLNESS}
    said: dict[Any, Any] = {
        on: weeks(MONDAY, 1, reasons=reason, on=on)[0].standing
        for on in (date(2026, 11, 23), date(2026, 11, 29), date(2026, 11, 30))
    }
    assert list(said.values()) == [
        WeekStanding.MAKE_UP_DUE,
        WeekStanding.MAKE_UP_DUE,
        WeekStanding.MISSED,
    ]


@pytest.mark.rule("IC-04")
@pytest.mark.parametrize(
    ("monday", "is_long"),
    [
        (date(2026, 2, 9), False),  # Spring Festival begins on this week's Sunday, not its Tuesday
        (date(2026, 2, 16), True),
        (date(2026, 2, 23), False),  # and ends on this week's Monday
        (date(2026, 4, 6), False),  # Tomb-Sweeping Day runs three days
        (date(2026, 10, 5), True),  # National Day ends on a Wednesday
        (date(2026, 11, 16), False),
    ],
)
def test_only_a_holiday_of_five_days_on_an_agreed_day_is_a_reason(monday, is_long) -> None:
    assert is_long_holiday(monday, weekdays=TUESDAY, days_min=5) is is_long


def test_the_days_of_a_holiday_are_counted_by_week() -> None:
    said: dict[Any, Any] = {week.name: week.holidays for week in weeks(date(2026, 2, 9), 3)}
    assert said == {"2026-W07": 1, "2026-W08": 7, "2026-W09": 1}


def test_the_last_week_of_the_year_is_the_fifty_third() -> None:
    last, first = weeks(date(2026, 12, 28), 2, came_on(date(2027, 1, 1)))
    assert (last.name, last.standing) == ("2026-W53", WeekStanding.FULFILLED)
    assert (first.name, first.standing) == ("2027-W01", WeekStanding.MISSED)
    assert monday_of("2026-W53") == date(2026, 12, 28)
    with pytest.raises(ValueError, match="Invalid week"):
        monday_of("2027-W53")


@pytest.mark.parametrize(
    ("begins", "due"),
    [(date(2026, 11, 16), 1), (date(2026, 11, 17), 1), (date(2026, 11, 18), 0)],
)
def test_a_week_that_began_before_the_contract_is_due_when_the_agreed_day_is_left(
    begins: date, due: int
) -> None:
    said = due_in(MONDAY, weekdays=TUESDAY, visits_min=1, is_in_force=lambda day: day >= begins)
    assert said == due


def test_nothing_is_due_while_a_contract_is_suspended() -> None:
    (week,) = weeks(MONDAY, 1, is_in_force=lambda _day: False)
    assert week.standing is WeekStanding.NOT_DUE


DAYS = st.dates(date(2026, 1, 1), date(2027, 2, 28))


@given(
    st.lists(DAYS, max_size=40),
    st.integers(1, 3),
    st.sets(st.sampled_from(["2026-W07", "2026-W08", "2026-W09", "2026-W10"])),
)
def test_one_round_never_counts_for_two_weeks(days, visits_min, reasons) -> None:
    came = came_on(*days)
    found = weeks(
        date(2025, 12, 29),
        62,
        came,
        visits_min=visits_min,
        reasons=dict.fromkeys(reasons, Reason.STAFF_ILLNESS),
    )
    made_up: list[UUID] = [each for week in found for each in week.made_up]
    assert len(made_up) == len(set(made_up))
    for week in found:
        lent = [each for each in week.came if each.round_id in made_up]
        assert len(week.came) - len(lent) >= min(len(week.came), week.due)
        assert (week.standing is WeekStanding.FULFILLED) == (len(week.came) >= week.due)


@given(st.lists(DAYS, max_size=12), DAYS)
def test_one_more_round_never_makes_its_own_week_worse(days, another) -> None:
    best = [WeekStanding.MISSED, WeekStanding.MAKE_UP_DUE, WeekStanding.MADE_UP]
    order = {each: number for number, each in enumerate([*best, WeekStanding.FULFILLED])}
    monday, _ = calendar.week_of(another)
    before = weeks(monday, 1, came_on(*days))[0]
    after = weeks(monday, 1, came_on(*days, another))[0]
    assert order[after.standing] >= order[before.standing]
