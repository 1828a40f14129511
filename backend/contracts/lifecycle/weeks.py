"""周履约: whether the agreed weekly visits were made (IC-03, IC-04). Pure.

A week begins on Monday in Shanghai. A round counts on the day on which its carers checked in.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from backend.core import calendar

InForce = Callable[[date], bool]
ONE_DAY = date.resolution


class Reason(StrEnum):
    """Why a week was missed: there are no others (IC-04)."""

    PUBLIC_HOLIDAY = "public_holiday"
    INFECTION_CONTROL = "infection_control"
    STAFF_ILLNESS = "staff_illness"
    INSTITUTION_REFUSED = "institution_refused"


class WeekStanding(StrEnum):
    NOT_DUE = "not_due"
    RUNNING = "running"
    FULFILLED = "fulfilled"
    MAKE_UP_DUE = "make_up_due"
    MADE_UP = "made_up"
    MISSED = "missed"


class Limits(msgspec.Struct, frozen=True):
    """The numbers of the policy in force."""

    shortest: timedelta
    staff_min: int
    make_up_within: timedelta
    long_holiday_days: int


class Stay(msgspec.Struct, frozen=True):
    """One carer on one round: came, and left."""

    round_id: UUID
    role: str
    came_at: datetime
    left_at: datetime
    is_verified: bool


class Came(msgspec.Struct, frozen=True):
    """A round that counts, and its day."""

    round_id: UUID
    on: date


class Week(msgspec.Struct, frozen=True):
    """One week of a contract."""

    monday: date
    due: int
    came: tuple[Came, ...]
    holidays: int
    standing: WeekStanding
    reason: str | None
    make_up_by: date | None
    made_up: tuple[UUID, ...]

    @property
    def name(self) -> str:
        return calendar.iso_week(self.monday)


def monday_of(week: str) -> date:
    """The Monday of `2026-W47`.

    :raises ValueError: there is no such week
    """
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def rounds_that_count(
    stays: Iterable[Stay], *, counted_roles: Collection[str], limits: Limits
) -> list[Came]:
    """IC-03: rounds on which enough doctors or nurses verifiably stayed long enough, in order."""
    enough: dict[UUID, list[datetime]] = {}
    for stay in stays:
        long_enough = stay.left_at - stay.came_at >= limits.shortest
        if stay.is_verified and stay.role in counted_roles and long_enough:
            enough.setdefault(stay.round_id, []).append(stay.came_at)
    counted = [
        Came(round_id, calendar.on(min(moments)))
        for round_id, moments in enough.items()
        if len(moments) >= limits.staff_min
    ]
    return sorted(counted, key=lambda each: (each.on, each.round_id))


def due_in(monday: date, *, weekdays: Sequence[int], visits_min: int, is_in_force: InForce) -> int:
    """How many visits were agreed for that week: fewer when the contract ran on some days only."""
    days = [day for day in _days(monday) if is_in_force(day)]
    if len(days) == len(_days(monday)):
        return visits_min
    agreed = {day.isoweekday() for day in days}
    return min(visits_min, sum(weekday in agreed for weekday in weekdays))


def is_long_holiday(monday: date, *, weekdays: Sequence[int], days_min: int) -> bool:
    """IC-04: whether a public holiday of so many days took an agreed day of that week.

    The days need not all lie in this week: National Day begins in one and ends in the next.
    """
    agreed = [day for day in _days(monday) if not weekdays or day.isoweekday() in weekdays]
    return any(_holiday_around(day) >= days_min for day in agreed)


def fulfilment(
    mondays: Sequence[date],
    *,
    came: Sequence[Came],
    reasons: Mapping[str, str],
    weekdays: Sequence[int],
    visits_min: int,
    is_in_force: InForce,
    limits: Limits,
    on: date,
) -> list[Week]:
    """These weeks, which follow each other, as they stand on that day.

    A missed week is made up by rounds beyond those due in their own week, after its end and
    within the days of the policy. It also needs a reason; without one it stays missed.
    """
    by_week: dict[date, list[Came]] = {}
    for each in came:
        by_week.setdefault(_monday(each.on), []).append(each)
    due = {
        monday: due_in(monday, weekdays=weekdays, visits_min=visits_min, is_in_force=is_in_force)
        for monday in {*mondays, *by_week}
    }
    beyond = {monday: len(there) - due[monday] for monday, there in by_week.items()}
    weeks = []
    for monday in mondays:
        there = tuple(by_week.get(monday, ()))
        _, end = calendar.week_of(monday)
        by = end + limits.make_up_within - ONE_DAY
        made_up = _make_up(due[monday] - len(there), end=end, by=by, came=came, beyond=beyond)
        reason = reasons.get(calendar.iso_week(monday))
        is_made_up = len(there) + len(made_up) >= due[monday]
        if due[monday] == 0:
            stands = WeekStanding.NOT_DUE
        elif len(there) >= due[monday]:
            stands = WeekStanding.FULFILLED
        elif on < end:
            stands = WeekStanding.RUNNING
        elif reason is not None and is_made_up:
            stands = WeekStanding.MADE_UP
        elif reason is not None and on <= by:
            stands = WeekStanding.MAKE_UP_DUE
        else:
            stands = WeekStanding.MISSED
        is_short = stands not in (WeekStanding.NOT_DUE, WeekStanding.FULFILLED)
        weeks.append(
            Week(
                monday=monday,
                due=due[monday],
                came=there,
                holidays=sum(calendar.is_holiday(day) for day in _days(monday)),
                standing=stands,
                reason=reason,
                make_up_by=by if is_short else None,
                made_up=tuple(each.round_id for each in made_up),
            )
        )
    return weeks


def _make_up(
    short: int, *, end: date, by: date, came: Sequence[Came], beyond: dict[date, int]
) -> list[Came]:
    """Rounds that make a week up; each makes up one visit, and `beyond` remembers that."""
    found: list[Came] = []
    for each in came:
        monday = _monday(each.on)
        if len(found) < short and end <= each.on <= by and beyond.get(monday, 0) > 0:
            beyond[monday] -= 1
            found.append(each)
    return found


def _holiday_around(day: date) -> int:
    """How many days the public holiday runs in which that day lies; 0 when in none."""
    if not calendar.is_holiday(day):
        return 0
    first, last = day, day
    while calendar.is_holiday(first - ONE_DAY):
        first -= ONE_DAY
    while calendar.is_holiday(last + ONE_DAY):
        last += ONE_DAY
    return (last - first).days + 1


def _monday(on: date) -> date:
    return calendar.week_of(on)[0]


def _days(monday: date) -> list[date]:
    _, after = calendar.week_of(monday)
    return [monday + ONE_DAY * number for number in range((after - monday).days)]
