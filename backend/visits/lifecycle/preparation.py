"""What must be thought of before leaving: the bag, and whether one person may go alone."""

from collections.abc import Collection, Iterable
from datetime import datetime, time

import msgspec

from backend.core import calendar
from backend.people.lifecycle import CareFlag


def missing_from_bag(present: Collection[str], *, minimum: Iterable[str]) -> list[str]:
    """What the minimum of a visit bag (HC-08) asks for and is not there."""
    return [item for item in minimum if item not in present]


class Journey(msgspec.Struct, frozen=True):
    """Who goes to whom, when, for what."""

    start: datetime
    end: datetime
    items: frozenset[str]
    care_flags: frozenset[str]
    sex: str | None
    staff_sexes: frozenset[str]
    is_first_visit: bool


def needs_two(journey: Journey, *, night: tuple[time, time], invasive: Collection[str]) -> bool:
    """Whether two people go (HC-09).

    At night, into aggression, for invasive items, or for the first time to somebody of the other
    sex who lives alone.
    """
    alone_with_other_sex = (
        journey.is_first_visit
        and CareFlag.LIVES_ALONE in journey.care_flags
        and journey.sex is not None
        and not journey.staff_sexes <= {journey.sex}
    )
    return (
        is_at_night(journey.start, journey.end, night)
        or CareFlag.AGGRESSION in journey.care_flags
        or bool(journey.items & set(invasive))
        or alone_with_other_sex
    )


def is_at_night(start: datetime, end: datetime, night: tuple[time, time]) -> bool:
    """Whether any of it, its end exclusive, is night in Shanghai; nights run across midnight."""
    begins, ends = night
    here = start.astimezone(calendar.SHANGHAI)
    next_night = datetime.combine(here.date(), begins, calendar.SHANGHAI)
    return here.time() < ends or here >= next_night or end > next_night
