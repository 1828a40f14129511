"""长护险: levels as they were assessed, and minutes that are billed to it (LT-01, LT-02)."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import audit, calendar
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Malformed
from backend.core.wire import Kept, check_same, fingerprint
from backend.payments import queries
from backend.payments.events import CareLevelRecorded
from backend.payments.lifecycle.ltci import LevelSaid, MinutesSaid, length_min
from backend.payments.problems import HoursUsedUp, LevelOverlaps, MinutesTaken
from backend.payments.schemas.ltci import CareLevelDetail, MinutesDetail
from backend.people import queries as people
from backend.people.problems import NotYet

INSERT_LEVEL = """
INSERT INTO ltci_levels (id, person, level, from_on, until_on, recorded_by, recorded_at,
                         fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

# A new assessment takes the place of one that had no end.
END_BEFORE = """
UPDATE ltci_levels SET until_on = $2 WHERE person = $1 AND from_on < $2 AND until_on IS NULL
"""

INSERT_MINUTES = """
INSERT INTO billed_minutes (id, scheme, person, organization, item, from_at, until_at, recorded_by,
                            recorded_at, fingerprint)
VALUES ($1, 'ltci', $2, $3, $4, $5, $6, $7, $8, $9)
"""


@action
async def record_level(
    *, level_id: UUID, actor: Actor, said: LevelSaid, now: datetime
) -> Kept[Record]:
    """What an assessment found. One that had no end ends where this one begins.

    :raises Missing: :raises TieEnded: :raises LevelOverlaps: :raises AlreadyDifferent:
    """
    await people.hold_person(said.person_id)
    tie = await people.tie(actor=actor, person_id=said.person_id, now=now)
    digest = fingerprint(said)
    stored = await queries.level(level_id)
    if stored is not None:
        _same_person(stored, said.person_id)
        check_same(digest, stored["fingerprint"], lambda: CareLevelDetail.of(stored))
        return Kept(stored, first=False)
    _check_id(level_id, "level_id")
    await rows(END_BEFORE, said.person_id, said.from_on)
    if other := await queries.level_between(
        person_id=said.person_id, from_on=said.from_on, until_on=said.until_on
    ):
        raise LevelOverlaps(level_id=other)
    await rows(
        INSERT_LEVEL,
        level_id,
        said.person_id,
        said.level,
        said.from_on,
        said.until_on,
        actor.person_id,
        now,
        digest,
    )
    publish(CareLevelRecorded(subject_id=level_id, person_id=said.person_id))
    audit.wrote(
        actor, "payments.ltci_level", person_id=said.person_id, subject_id=level_id, tie=tie
    )
    made = await queries.level(level_id)
    assert made is not None
    return Kept(made, first=True)


@action
async def record_minutes(
    *, minutes_id: UUID, actor: Actor, said: MinutesSaid, now: datetime
) -> Kept[Record]:
    """Bill a stretch of an item to 长护险: within the visit and the week of the level (LT-01).

    :raises Missing: :raises TieEnded: :raises NotYet: :raises MinutesTaken: :raises HoursUsedUp:
    :raises AlreadyDifferent:
    """
    await people.hold_person(said.person_id)
    tie = await people.tie(actor=actor, person_id=said.person_id, now=now)
    digest = fingerprint(said)
    stored = await queries.minutes(minutes_id)
    if stored is not None:
        _same_person(stored, said.person_id)
        check_same(digest, stored["fingerprint"], lambda: MinutesDetail.of(stored))
        return Kept(stored, first=False)
    _check_id(minutes_id, "minutes_id")
    if said.until_at > now + policy.span(now, "ev.clock_skew_max_s"):
        raise NotYet(field="until_at")
    await _check(said)
    await rows(
        INSERT_MINUTES,
        minutes_id,
        said.person_id,
        actor.organization_id,
        said.item,
        said.from_at,
        said.until_at,
        actor.person_id,
        now,
        digest,
    )
    audit.wrote(
        actor, "payments.ltci_minutes", person_id=said.person_id, subject_id=minutes_id, tie=tie
    )
    made = await queries.minutes(minutes_id)
    assert made is not None
    return Kept(made, first=True)


async def _check(said: MinutesSaid) -> None:
    """:raises MinutesTaken: :raises HoursUsedUp:"""
    taken = await queries.stretch_billed(
        person_id=said.person_id, item=said.item, from_at=said.from_at, until_at=said.until_at
    )
    if taken is not None:
        raise MinutesTaken(
            scheme=taken["scheme"], from_at=taken["from_at"], until_at=taken["until_at"]
        )
    week = await queries.week_of(said.person_id, on=calendar.on(said.from_at))
    left = week.given.week_min - week.used_min if week.given else 0
    left = min(left, week.given.visit_min) if week.given else 0
    if length_min(said.from_at, said.until_at) > left:
        raise HoursUsedUp(left_min=max(left, 0))


def _same_person(stored: Record, person_id: UUID) -> None:
    if stored["person"] != person_id:
        raise AlreadyDifferent


def _check_id(given: UUID, field: str) -> None:
    if not is_uuid7(given):
        raise Malformed(field=field)
