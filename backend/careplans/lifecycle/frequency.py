"""频次: how often, as an RRULE of RFC 5545, of which we take what a plan needs. Pure.

Days, weeks and months with INTERVAL, BYDAY, BYMONTHDAY, and COUNT or UNTIL. Every number in it is
short and every walk has an end, so that no rule keeps us busy.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

import msgspec

from backend.core import calendar

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = r"(?:MO|TU|WE|TH|FR|SA|SU)"
_NTH_DAY = rf"(?:-1|[1-5])?{_DAY}"
_MONTH_DAY = r"(?:-1|[1-9]|[12][0-9]|3[01])"
PARTS = {
    "FREQ": re.compile(r"DAILY|WEEKLY|MONTHLY"),
    "INTERVAL": re.compile(r"[1-9][0-9]?"),
    "BYDAY": re.compile(rf"{_NTH_DAY}(?:,{_NTH_DAY}){{0,6}}"),
    "BYMONTHDAY": re.compile(rf"{_MONTH_DAY}(?:,{_MONTH_DAY}){{0,30}}"),
    "COUNT": re.compile(r"[1-9][0-9]{0,2}"),
    "UNTIL": re.compile(r"[0-9]{8}"),
}
# How far back a moved occurrence may come from: no holiday is nearly as long.
LOOK_BACK = 31  # not policy: a month of days
DAYS_A_WEEK = len(WEEKDAYS)
MONTHS_A_YEAR = 12  # not policy: so it is


class Frequency(msgspec.Struct, frozen=True):
    """One rule, taken apart and checked."""

    freq: str
    interval: int = 1
    weekdays: tuple[tuple[str, int | None], ...] = ()
    month_days: tuple[int, ...] = ()
    count: int | None = None
    until: date | None = None

    @property
    def keeps_its_day(self) -> bool:
        """Whether it also falls on days off.

        Who is to be seen each day, or on Tuesdays, is seen on a holiday too: moving it would leave
        care out. What falls on a day by counting weeks or months moves to the next working day.
        """
        return self.freq == "DAILY" or (self.freq == "WEEKLY" and bool(self.weekdays))

    def due(self, *, begins: date, ends: date | None, start: date, end: date) -> list[date]:
        """The days from `start` to before `end` on which it falls, each once, in their order.

        `begins` is the first day of the rule, `ends` the last on which it may fall. Two that move
        to one working day are one.
        """
        if end <= start:
            return []
        last = min(each for each in (ends, self.until, end) if each is not None)
        looked = start if self.keeps_its_day else start - timedelta(days=LOOK_BACK)
        moved = {
            each if self.keeps_its_day else _working_day(each)
            for each in self._falls(begins, last)
            if each >= looked
        }
        return sorted(each for each in moved if start <= each < end)

    def _falls(self, begins: date, last: date) -> Iterator[date]:
        days = (begins + timedelta(days=number) for number in range((last - begins).days + 1))
        return islice((each for each in days if self._falls_on(each, begins)), self.count)

    def _falls_on(self, day: date, begins: date) -> bool:
        is_named = not self.weekdays or any(_is_that(day, *each) for each in self.weekdays)
        match self.freq:
            case "DAILY":
                passed = (day - begins).days
            case "WEEKLY":
                passed = (_monday(day) - _monday(begins)).days // DAYS_A_WEEK
                is_named &= bool(self.weekdays) or day.weekday() == begins.weekday()
            case _:
                passed = (day.year - begins.year) * MONTHS_A_YEAR + day.month - begins.month
                wanted = self.month_days or (() if self.weekdays else (begins.day,))
                is_named &= not wanted or day.day in wanted or _days_left(day) in wanted
        return is_named and passed % self.interval == 0


def read(text: str) -> Frequency:
    """Take a rule apart.

    :raises ValueError: for anything that a plan does not need
    """
    parts: dict[str, str] = {}
    for part in text.removeprefix("RRULE:").split(";"):
        name, _, said = part.partition("=")
        if name in parts or name not in PARTS or not PARTS[name].fullmatch(said):
            raise ValueError("a frequency is DAILY, WEEKLY or MONTHLY, with few words beside it")
        parts[name] = said
    freq = parts.get("FREQ")
    if freq is None or ("COUNT" in parts and "UNTIL" in parts):
        raise ValueError("a frequency names FREQ, and COUNT or UNTIL but not both")
    if "BYMONTHDAY" in parts and freq != "MONTHLY":
        raise ValueError("BYMONTHDAY goes with MONTHLY")
    weekdays = tuple(_weekday(each) for each in _split(parts.get("BYDAY")))
    if freq != "MONTHLY" and any(nth for _, nth in weekdays):
        raise ValueError("a numbered weekday goes with MONTHLY")
    until = parts.get("UNTIL")
    return Frequency(
        freq=freq,
        interval=int(parts.get("INTERVAL", "1")),
        weekdays=weekdays,
        month_days=tuple(int(each) for each in _split(parts.get("BYMONTHDAY"))),
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        until=date.fromisoformat(f"{until[:4]}-{until[4:6]}-{until[6:]}") if until else None,
    )


def _split(said: str | None) -> list[str]:
    return said.split(",") if said else []


def _weekday(said: str) -> tuple[str, int | None]:
    return said[-2:], int(said[:-2]) if said[:-2] else None


def _working_day(on: date) -> date:
    if calendar.is_working_day(on):
        return on
    return calendar.add_working_days(on, 1)


def _monday(day: date) -> date:
    return calendar.week_of(day)[0]


def _days_left(day: date) -> int:
    """Counted as BYMONTHDAY does: -1 is the last day of the month."""
    return day.day - monthrange(day.year, day.month)[1] - 1


def _is_that(day: date, name: str, nth: int | None) -> bool:
    """Whether it is that weekday, the nth of its month where a number stands before it."""
    if WEEKDAYS[day.weekday()] != name:
        return False
    weeks_before, weeks_left = (day.day - 1) // DAYS_A_WEEK, -_days_left(day) - 1
    return nth in (None, weeks_before + 1, -(weeks_left // DAYS_A_WEEK) - 1)
