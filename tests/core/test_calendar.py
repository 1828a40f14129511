"""Days as people in Shanghai count them."""

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core import calendar


@pytest.fixture
def first_time() -> Iterator[None]:
    """As in a process that has not warned yet."""
    calendar._warn_of_missing.cache_clear()
    yield
    calendar._warn_of_missing.cache_clear()


def test_the_date_is_the_one_in_shanghai() -> None:
    late_evening = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)

    assert calendar.on(late_evening) == date(2026, 11, 21)
    assert calendar.on(late_evening - timedelta(hours=1)) == date(2026, 11, 20)


def test_a_day_lasts_from_midnight_to_midnight_in_shanghai() -> None:
    start, end = calendar.day(date(2026, 11, 21))

    assert start == datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert end == start + timedelta(days=1)
    assert start.tzinfo is UTC


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 11, 21), "2026-W47"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2026, 1, 1), "2026-W01"),
    ],
)
def test_weeks_are_iso_weeks(day: date, week: str) -> None:
    assert calendar.iso_week(day) == week


def test_a_week_begins_on_monday() -> None:
    assert calendar.week_of(date(2026, 11, 22)) == (date(2026, 11, 16), date(2026, 11, 23))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),
    ],
    ids=["Friday", "Saturday", "National Day", "the Saturday worked for it"],
)
def test_working_days_follow_the_published_calendar(day: date, works: bool) -> None:
    assert calendar.is_working_day(day) is works


def test_a_holiday_does_not_count_as_a_working_day() -> None:
    before_national_day = date(2026, 9, 30)

    assert calendar.add_working_days(before_national_day, 1) == date(2026, 10, 8)
    assert calendar.add_working_days(before_national_day, 3) == date(2026, 10, 10)
    assert calendar.add_working_days(before_national_day, 0) == before_national_day


@pytest.mark.rule("BG-20")
@pytest.mark.usefixtures("first_time")
def test_a_year_without_a_calendar_is_monday_to_friday_and_warns_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    national_day, saturday = date(2031, 10, 1), date(2031, 10, 4)

    with caplog.at_level(logging.WARNING):
        assert calendar.is_working_day(national_day)
        assert not calendar.is_working_day(saturday)

    assert [record.message for record in caplog.records] == [
        "No public holidays are known for 2031; Monday to Friday are taken as worked."
    ]


@pytest.mark.rule("RX-31")
@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (date(2026, 9, 20), date(2026, 10, 2), True),
        (date(2026, 9, 20), date(2026, 10, 1), False),
        (date(2026, 10, 2), date(2026, 10, 16), False),
        (date(2026, 6, 10), date(2026, 6, 24), False),
    ],
    ids=["begins inside", "begins after", "began before", "too short"],
)
def test_a_long_holiday_counts_when_it_begins_inside(start: date, end: date, found: bool) -> None:
    assert calendar.long_holiday_starts_within(start, end, days_min=5) is found


MOMENTS = st.integers(0, 11 * 365 * 24 * 60).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(MOMENTS, st.integers(-12, 14))
def test_a_day_and_a_week_are_those_of_shanghai_wherever_the_moment_was_said(
    moment: datetime, hours: int
) -> None:
    """Invariant 12: kept in UTC, judged in Shanghai, whatever offset a phone says it with."""
    elsewhere = moment.astimezone(timezone(timedelta(hours=hours)))
    day = calendar.on(moment)
    assert day == calendar.on(elsewhere) == (moment + timedelta(hours=8)).date()
    start, end = calendar.day(day)
    assert start <= elsewhere < end
    assert (start.tzinfo, end - start) == (UTC, timedelta(days=1))
    monday, next_monday = calendar.week_of(day)
    assert monday <= day < next_monday
    assert (monday.isoweekday(), next_monday - monday) == (1, timedelta(days=7))
    weeks = {calendar.iso_week(monday + timedelta(days=n)) for n in range(7)}
    assert weeks == {calendar.iso_week(day)}
    assert calendar.iso_week(next_monday) not in weeks


@given(MOMENTS, st.integers(0, 40))
def test_working_days_pass_one_by_one(moment: datetime, count: int) -> None:
    day = calendar.on(moment)
    last = calendar.add_working_days(day, count)
    passed = [day + timedelta(days=n + 1) for n in range((last - day).days)]
    assert sum(map(calendar.is_working_day, passed)) == count
    assert not passed or calendar.is_working_day(last)
