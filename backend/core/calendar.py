"""Days as people in Shanghai count them: dates, weeks, public holidays, working days."""

import csv
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from pathlib import Path

# A fixed offset is the truth for every moment we can meet, as China has kept +08:00 without summer
# time since 1991; and it works on a machine that carries no time zone database.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

# One file for all years up to the newest announced; it stands with the other dated data.
_HOLIDAYS = Path(__file__).parents[1] / "policy/data/calendar"
_ONE_DAY = timedelta(days=1)
_SATURDAY = 5

_log = logging.getLogger(__name__)


def on(moment: datetime) -> date:
    """The date it is in Shanghai at that moment."""
    return moment.astimezone(SHANGHAI).date()


def day(date_: date) -> tuple[datetime, datetime]:
    """The moments, in UTC, at which a Shanghai day begins and ends; the end is not part of it."""
    return _midnight(date_), _midnight(date_ + _ONE_DAY)


def iso_week(date_: date) -> str:
    """Name the week as ISO 8601 does, Monday first: `2026-W47`."""
    year, week, _ = date_.isocalendar()
    return f"{year}-W{week:02}"


def week_of(date_: date) -> tuple[date, date]:
    """The Monday of that week and the Monday after it."""
    monday = date_ - timedelta(days=date_.weekday())
    return monday, monday + timedelta(weeks=1)


def is_holiday(date_: date) -> bool:
    """Whether it is a day of a public holiday, its weekends included."""
    return _kind(date_) == "public_holiday"


def is_working_day(date_: date) -> bool:
    """Monday to Friday, less the public holidays, plus the weekend days worked in their place."""
    kind = _kind(date_)
    return kind == "transfer_workday" if kind else date_.weekday() < _SATURDAY


def add_working_days(date_: date, count: int) -> date:
    """The date on which so many working days have passed; the first day is not counted."""
    assert count >= 0, "working days are counted forward"
    while count:
        date_ += _ONE_DAY
        count -= is_working_day(date_)
    return date_


def long_holiday_starts_within(start: date, end: date, *, days_min: int) -> bool:
    """Whether a public holiday of at least so many days begins from `start` to before `end`."""
    return any(
        not is_holiday(first - _ONE_DAY)
        and all(is_holiday(each) for each in _days(first, first + timedelta(days=days_min)))
        for first in _days(start, end)
    )


def is_known(year: int) -> bool:
    """Whether the public holidays of that year have been announced to us (BG-20)."""
    return year in _special_days()


def _midnight(date_: date) -> datetime:
    return datetime.combine(date_, time(), SHANGHAI).astimezone(UTC)


def _days(start: date, end: date) -> Iterator[date]:
    return (start + timedelta(days=number) for number in range((end - start).days))


def _kind(date_: date) -> str | None:
    """`public_holiday`, `transfer_workday`, or nothing special."""
    days = _special_days()
    if date_.year not in days:
        _warn_of_missing(date_.year)
        return None
    return days[date_.year].get(date_)


@cache
def _special_days() -> dict[int, dict[date, str]]:
    years: dict[int, dict[date, str]] = {}
    for path in sorted(_HOLIDAYS.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                date_ = date.fromisoformat(row["date"])
                years.setdefault(date_.year, {})[date_] = row["type"]
    return years


@cache
def _warn_of_missing(year: int) -> None:
    """Say once in a process that a year has no calendar; care goes on without it."""
    # BG-20: a missing year is treated as Monday to Friday.
    _log.warning("No public holidays are known for %s; Monday to Friday are taken as worked.", year)
