"""How often: rules of RFC 5545, holidays, year ends, and rules that want to keep us busy."""

import time
from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.careplans.lifecycle import frequency
from backend.core import calendar

DAY = timedelta(days=1)
NEW_YEAR_WEEK = date(2026, 2, 15), date(2026, 2, 24)  # 春节, nine days


def due(text: str, begins: date, *, start=None, days=14, ends=None):
    start = start or begins
    return frequency.read(text).due(begins=begins, ends=ends, start=start, end=start + days * DAY)


@pytest.mark.rule("HB-21")
def test_daily_is_daily_also_at_spring_festival() -> None:
    start, end = NEW_YEAR_WEEK
    found = due("FREQ=DAILY", start, days=9)
    assert found == [start + n * DAY for n in range(9)]
    assert all(calendar.is_holiday(each) for each in found)
    assert found[-1] + DAY == end


def test_a_weekday_keeps_its_day_also_at_spring_festival() -> None:
    assert due("FREQ=WEEKLY;BYDAY=TU,TH", date(2026, 2, 9), days=14) == [
        date(2026, 2, 10),
        date(2026, 2, 12),
        date(2026, 2, 17),
        date(2026, 2, 19),
    ]


@pytest.mark.rule("BG-20")
def test_what_counts_weeks_or_months_moves_to_the_next_working_day() -> None:
    # Feb 16 and 23, Mondays, are of the holidays: both move to the Tuesday after them.
    assert due("FREQ=WEEKLY", date(2026, 2, 9), days=21) == [date(2026, 2, 9), date(2026, 2, 24)]
    assert due("FREQ=MONTHLY;BYMONTHDAY=18", date(2026, 1, 1), days=90)[1] == date(2026, 2, 24)


def test_two_that_move_to_one_day_are_one() -> None:
    found = due("FREQ=MONTHLY;BYMONTHDAY=16,17,18,19", date(2026, 2, 10), days=20)
    assert found == [date(2026, 2, 24)]


def test_what_was_moved_out_of_the_holidays_is_found_from_within_them() -> None:
    seen = due("FREQ=MONTHLY;BYMONTHDAY=16", date(2026, 1, 1), start=date(2026, 2, 20), days=14)
    assert seen == [date(2026, 2, 24)]


def test_a_week_crosses_the_end_of_the_year() -> None:
    found = due("FREQ=WEEKLY;BYDAY=TH", date(2026, 12, 24), days=22)
    assert found == [date(2026, 12, 24), date(2026, 12, 31), date(2027, 1, 7), date(2027, 1, 14)]
    assert due("FREQ=MONTHLY;BYMONTHDAY=31", date(2026, 12, 1), days=62) == [date(2026, 12, 31)]


def test_a_count_counts_from_the_first_day_and_an_end_is_a_last_day() -> None:
    begins = date(2026, 3, 2)
    assert due("FREQ=DAILY;COUNT=3", begins, start=begins + 2 * DAY) == [begins + 2 * DAY]
    assert due("FREQ=DAILY;UNTIL=20260304", begins) == [begins + n * DAY for n in range(3)]
    assert due("FREQ=DAILY", begins, ends=begins) == [begins]
    assert due("FREQ=DAILY", begins, start=begins - 20 * DAY) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=SECONDLY",
        "FREQ=HOURLY;INTERVAL=1",
        "FREQ=YEARLY",
        "INTERVAL=2",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=999999999999",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=1000000",
        "FREQ=DAILY;COUNT=3;UNTIL=20260304",
        "FREQ=DAILY;UNTIL=20260231",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=DAILY\n",
        "FREQ=DAILY;",
        "freq=daily",
        "FREQ=DAILY;INTERVAL=１",
        "DTSTART:19000101T000000Z\nRRULE:FREQ=DAILY",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        frequency.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=12",  # from February: never
        "FREQ=MONTHLY;INTERVAL=99;BYDAY=5MO;BYMONTHDAY=1",
        "FREQ=DAILY;BYDAY=MO;INTERVAL=7;COUNT=999",
        "FREQ=DAILY;COUNT=999",
    ],
)
def test_a_hostile_rule_costs_nothing(text: str) -> None:
    began = time.perf_counter()
    due(text, date(2022, 2, 1), start=date(2027, 1, 1))
    assert time.perf_counter() - began < 0.2


BEGINS = st.dates(date(2025, 1, 1), date(2026, 12, 31))
NAMED = st.lists(st.sampled_from(frequency.WEEKDAYS), max_size=3, unique=True)
NTH = st.builds(
    lambda nth, name: f"{nth}{name}",
    st.sampled_from(["-1", "1", "2", "3", "4", "5"]),
    st.sampled_from(frequency.WEEKDAYS),
)
# Not both at once: there dateutil asks for both, where the standard asks for either.
IN_A_PLAN = NAMED | st.lists(NTH, max_size=2, unique=True)
IN_A_MONTH = st.lists(st.sampled_from([-1, 1, 2, 13, 28, 29, 30, 31]), max_size=3, unique=True)


@st.composite
def rules(draw: st.DrawFn) -> str:
    text = f"FREQ={draw(st.sampled_from(['DAILY', 'WEEKLY', 'MONTHLY']))}"
    text += f";INTERVAL={draw(st.integers(1, 9))}"
    if "MONTHLY" in text:
        named, days = draw(IN_A_PLAN), draw(IN_A_MONTH)
        text += f";BYMONTHDAY={','.join(map(str, days))}" if days else ""
    else:
        named = draw(NAMED)
    return text + (f";BYDAY={','.join(named)}" if named else "")


@settings(deadline=None, max_examples=60)
@given(text=rules(), begins=BEGINS, ahead=st.integers(0, 700), count=st.none() | st.integers(1, 40))
def test_it_falls_on_the_days_of_the_standard(text, begins, ahead, count) -> None:
    """As python-dateutil finds them, before any day off moves one."""
    last = begins + ahead * DAY
    until = f"{text};UNTIL={last:%Y%m%d}"
    wanted = islice(rrulestr(until, dtstart=datetime.combine(begins, datetime.min.time())), count)
    rule = frequency.read(f"{text};COUNT={count}" if count else text)
    assert list(rule._falls(begins, last)) == [each.date() for each in wanted]


@settings(deadline=None)
@given(
    text=st.sampled_from(["FREQ=WEEKLY", "FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=MONTHLY;BYDAY=1SU"]),
    begins=st.dates(date(2025, 6, 1), date(2026, 12, 31)),
    split=st.integers(1, 59),
)
def test_windows_that_meet_find_each_day_once_and_lose_none(text, begins, split) -> None:
    """Looked at in two halves or at once, on a working day or a day off: the same days."""
    first = due(text, begins, days=split)
    rest = due(text, begins, start=begins + split * DAY, days=60 - split)
    assert first + rest == due(text, begins, days=60)
    assert all(calendar.is_working_day(each) for each in first + rest)
