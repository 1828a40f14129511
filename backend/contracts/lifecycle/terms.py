"""How long a contract runs, when its ending takes effect, and how full a team is. Pure."""

from datetime import date, timedelta
from enum import StrEnum

from backend.people.lifecycle import months_later, whole_years

MONTHS_A_YEAR = 12  # not policy: so it is
ONE_DAY = date.resolution


def last_day(valid_from: date, years: int) -> date:
    """The last day of a term of so many years."""
    return months_later(valid_from, years * MONTHS_A_YEAR) - ONE_DAY


def next_month(on: date, months: int = 1) -> date:
    """The first day of the month so many months ahead."""
    return months_later(on.replace(day=1), months)


def ends_on(*, on: date, valid_from: date, until_on: date, is_at_once: bool) -> date:
    """From which day on a terminated contract is none: the next month's first, or this day.

    Never after its own end; on its first day at the earliest, so that it had no day at all.
    """
    said = on if is_at_once else next_month(on)
    if on < valid_from:
        said = valid_from
    return min(max(said, valid_from), until_on)


def contract_year(valid_from: date, on: date) -> tuple[date, date]:
    """The year of the contract in which that day lies: its first day, and the one behind it."""
    passed = whole_years(valid_from, on)
    return (
        months_later(valid_from, passed * MONTHS_A_YEAR),
        months_later(valid_from, (passed + 1) * MONTHS_A_YEAR),
    )


class Panel(StrEnum):
    """How full a team is (FD-07)."""

    OPEN = "open"
    NEARLY_FULL = "nearly_full"
    FULL = "full"


def panel(count: int, *, cap: int, warn_pct: int, block_pct: int) -> Panel:
    """Of a team with so many contracted persons, before one more."""
    if count * 100 >= cap * block_pct:
        return Panel.FULL
    if count * 100 >= cap * warn_pct:
        return Panel.NEARLY_FULL
    return Panel.OPEN


def lacks_contact(
    *, contacts: int, contacts_min: int, on: date, valid_from: date, within: timedelta
) -> bool:
    """签而不约 (FD-10): in force for so long, and without an effective contact in that time."""
    return valid_from + within <= on and contacts < contacts_min
