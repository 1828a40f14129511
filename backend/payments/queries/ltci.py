"""Levels of 长护险, and the minutes that are billed to it."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record

from backend.core import audit, calendar
from backend.core.access import Actor
from backend.core.db import row, rows, value
from backend.core.problems import Malformed, Missing
from backend.payments.lifecycle.ltci import Entitlement, Period, entitlement, has_a_week, scheme
from backend.people import queries as people
from backend.people.lifecycle import Scope, whole_years

LEVELS = "SELECT * FROM ltci_levels WHERE person = $1 ORDER BY from_on"

LEVEL_BETWEEN = """
SELECT id FROM ltci_levels
 WHERE person = $1 AND daterange(from_on, until_on) && daterange($2, $3) LIMIT 1
"""

STRETCH = """
SELECT * FROM billed_minutes
 WHERE person = $1 AND item = $2 AND tstzrange(from_at, until_at) && tstzrange($3, $4)
"""

# A begun minute counts, as in lifecycle/ltci.py.
USED = """
SELECT coalesce(sum(ceil(extract(epoch FROM until_at - from_at) / 60)), 0)::int
  FROM billed_minutes
 WHERE person = $1 AND item IS NOT NULL AND scheme = 'ltci' AND from_at >= $2 AND from_at < $3
"""

WHO = "SELECT born_on, residence FROM persons WHERE id = $1"


class Week(NamedTuple):
    """What somebody is given in a week, and what of it is used."""

    begins: date
    ends: date
    given: Entitlement | None
    used_min: int
    levels: list[Record]


async def level(level_id: UUID) -> Record | None:
    return await row("SELECT * FROM ltci_levels WHERE id = $1", level_id)


async def level_between(*, person_id: UUID, from_on: date, until_on: date | None) -> UUID | None:
    """The level recorded for one of these days, if any."""
    found: UUID | None = await value(LEVEL_BETWEEN, person_id, from_on, until_on)
    return found


async def minutes(minutes_id: UUID) -> Record | None:
    return await row("SELECT * FROM billed_minutes WHERE id = $1 AND scheme = 'ltci'", minutes_id)


async def stretch_billed(
    *, person_id: UUID, item: str, from_at: datetime, until_at: datetime
) -> Record | None:
    """LT-02: what of these minutes of the item is billed already, to whichever insurance."""
    return await row(STRETCH, person_id, item, from_at, until_at)


async def week_of(person_id: UUID, *, on: date) -> Week:
    """The week of a day in Shanghai: what a person is given and has used."""
    person = await row(WHO, person_id)
    if person is None:
        raise Missing
    begins, ends = calendar.week_of(on)
    levels = await rows(LEVELS, person_id)
    given = entitlement(
        scheme(on),
        levels=[Period(each["level"], each["from_on"], each["until_on"]) for each in levels],
        on=on,
        age=whole_years(person["born_on"], on),
        is_at_home=person["residence"] is None,
    )
    from_at, until_at = calendar.day(begins)[0], calendar.day(ends)[0]
    used: int = await value(USED, person_id, from_at, until_at)
    return Week(begins, ends, given, used, levels)


async def see_week(*, person_id: UUID, actor: Actor, on: date | None, now: datetime) -> Week:
    """The read is noted.

    :raises Malformed: :raises Missing: :raises DelegationEnded: :raises TieEnded:
    :raises ScopeMissing:
    """
    if on is not None and not has_a_week(on):
        raise Malformed(field="on")
    tie = await people.tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_SUMMARY)
    found = await week_of(person_id, on=on or calendar.on(now))
    await audit.seen(actor, "payments.ltci", persons=[person_id], ties=[tie])
    return found


async def see_level(*, level_id: UUID, actor: Actor, now: datetime) -> Record:
    """:raises Missing: :raises TieEnded:"""
    return await _seen(await level(level_id), actor, "payments.ltci_level", now)


async def see_minutes(*, minutes_id: UUID, actor: Actor, now: datetime) -> Record:
    """:raises Missing: :raises TieEnded:"""
    return await _seen(await minutes(minutes_id), actor, "payments.ltci_minutes", now)


async def _seen(found: Record | None, actor: Actor, what: str, now: datetime) -> Record:
    if found is None:
        raise Missing
    tie = await people.tie(
        actor=actor, person_id=found["person"], now=now, scope=Scope.VIEW_SUMMARY
    )
    await audit.seen(actor, what, persons=[found["person"]], ties=[tie], subject_id=found["id"])
    return found
