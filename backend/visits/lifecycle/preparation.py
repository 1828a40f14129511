"""What must be thought of before leaving: the bag, and whether one person may go alone."""

from collections.abc import Collection, Iterable
from datetime import datetime, time

import msgspec

from backend.core import calendar
from backend.people.lifecycle import CareFlag


def missing_from_bag(present: Collection[str], *, minimum: Iterable[str]) -> list[str]:
    """What the minimum of a visit bag (HC-08) asks for and is not there."""
    return [item for item in minimum if item not in present]


class Going(msgspec.Struct, frozen=True):
    """Who goes to whom, when, for what."""

    start: datetime
    end: datetime
    items: frozenset[str]
    care_flags: frozenset[str]
    sex: str | None
    staff_sexes: frozenset[str]
    is_first_visit: bool


def needs_two(going: Going, *, night: tuple[time, time], invasive: Collection[str]) -> bool:
    """Whether two people go (HC-09).

    At night, into aggression, for invasive items, or for the first time to somebody of the other
    sex who lives alone.
    """
    alone_with_other_sex = (
        going.is_first_visit
        and CareFlag.LIVES_ALONE in going.care_flags
        and going.sex is not None
        and not going.staff_sexes <= {going.sex}
    )
    return (
        is_night(going.start, night)
        or is_night(going.end, night)
        or CareFlag.AGGRESSION in going.care_flags
        or bool(going.items & set(invasive))
        or alone_with_other_sex
    )


def is_night(moment: datetime, night: tuple[time, time]) -> bool:
    """Whether it is night in Shanghai; the hours run across midnight, their end exclusive."""
    hour = moment.astimezone(calendar.SHANGHAI).time()
    begins, ends = night
    return hour >= begins or hour < ends
