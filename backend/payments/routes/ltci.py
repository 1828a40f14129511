"""长护险: levels, minutes, and what is left of the week."""

from datetime import date, datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import DOCTORS, FAMILY, FIELD, Actor, Role
from backend.core.wire import answer
from backend.payments import actions, queries
from backend.payments.lifecycle.ltci import LevelSaid, MinutesSaid
from backend.payments.schemas.ltci import CareLevelDetail, EntitlementDetail, MinutesDetail

RECORDERS = DOCTORS | {Role.NURSE, Role.INST_NURSE, Role.CHC_ADMIN}
READERS = FIELD | FAMILY | {Role.INST_NURSE, Role.CHC_ADMIN}


@put("/ltci-levels/{level_id:uuid}", allow=RECORDERS, tags=["payments"])
async def record_ltci_level(
    level_id: FromPath[UUID],
    data: JSONBody[LevelSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[CareLevelDetail]:
    """The level that an assessment of 长护险 found. One that had no end ends where it begins."""
    return await answer(
        actions.record_level(level_id=level_id, actor=actor, said=data, now=now),
        CareLevelDetail.of,
    )


@get("/ltci-levels/{level_id:uuid}", allow=READERS, tags=["payments"])
async def get_ltci_level(
    level_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> CareLevelDetail:
    """One level as it was recorded."""
    return CareLevelDetail.of(await queries.see_level(level_id=level_id, actor=actor, now=now))


@put("/ltci-minutes/{minutes_id:uuid}", allow=RECORDERS, tags=["payments"])
async def record_ltci_minutes(
    minutes_id: FromPath[UUID],
    data: JSONBody[MinutesSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MinutesDetail]:
    """Bill minutes of an item to 长护险.

    Minutes of the same item that are billed already, to whichever insurance, are 409
    `minutes_taken` (LT-02); more than the level gives in a visit or a week is 422 (LT-01).
    """
    return await answer(
        actions.record_minutes(minutes_id=minutes_id, actor=actor, said=data, now=now),
        MinutesDetail.of,
    )


@get("/ltci-minutes/{minutes_id:uuid}", allow=READERS, tags=["payments"])
async def get_ltci_minutes(
    minutes_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> MinutesDetail:
    """Minutes as they were billed."""
    return MinutesDetail.of(await queries.see_minutes(minutes_id=minutes_id, actor=actor, now=now))


@get("/persons/{person_id:uuid}/ltci", allow=READERS, tags=["payments"])
async def get_ltci_week(
    person_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    on: FromQuery[date | None] = None,
) -> EntitlementDetail:
    """What 长护险 pays for in the week of a day (today's without one), and what is left of it."""
    week = await queries.see_week(person_id=person_id, actor=actor, on=on, now=now)
    return EntitlementDetail.of(
        person_id=person_id,
        week=(week.begins, week.ends),
        given=week.given,
        used_min=week.used_min,
        levels=week.levels,
    )


ROUTES = [
    record_ltci_level,
    get_ltci_level,
    record_ltci_minutes,
    get_ltci_minutes,
    get_ltci_week,
]
