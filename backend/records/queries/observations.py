"""Questions about readings."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record

from backend.core import audit, pages
from backend.core.access import Actor
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.people import queries as people
from backend.people.lifecycle import Scope
from backend.records.lifecycle import news2
from backend.records.lifecycle.alerts import AlertCode
from backend.records.lifecycle.notes import NoteKind
from backend.records.lifecycle.vitals import Level, VitalSign
from backend.records.queries.recording import hold_person

OBSERVATION = """
SELECT o.*, ARRAY(SELECT a.code FROM alerts a WHERE a.subject_id = o.id) AS alerts
  FROM observations o WHERE o.id = $1
"""

# Newest first; the index observations_of_a_person reads it in this order.
OBSERVATIONS = """
SELECT o.*, ARRAY(SELECT a.code FROM alerts a WHERE a.subject_id = o.id) AS alerts
  FROM observations o
 WHERE o.person = $1 AND ($2::text IS NULL OR o.code = $2)
   AND ($3::timestamptz IS NULL OR (o.happened_at, o.id) < ($3, $4::uuid))
 ORDER BY o.happened_at DESC, o.id DESC
 LIMIT $5
"""


async def find_observation(observation_id: UUID) -> Record | None:
    """The row as it is, for an action that has asked whose it is."""
    return await row(OBSERVATION, observation_id)


async def hold_observation(observation_id: UUID) -> Record | None:
    """The same, locked with the person it is about until the transaction ends."""
    person_id = await value("SELECT person FROM observations WHERE id = $1", observation_id)
    if person_id is not None:
        await hold_person(person_id)
    return await find_observation(observation_id)


async def observation(*, observation_id: UUID, actor: Actor, now: datetime) -> Record:
    """:raises Missing: :raises Forbidden:"""
    found = await find_observation(observation_id)
    if found is None:
        raise Missing
    person_id = found["person"]
    tie = await people.tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_SUMMARY)
    await audit.seen(
        actor, "records.observation", persons=[person_id], ties=[tie], subject_id=observation_id
    )
    return found


async def observations(
    *,
    person_id: UUID,
    code: VitalSign | None,
    actor: Actor,
    limit: int,
    after: str | None,
    now: datetime,
) -> pages.Cut:
    """A person's readings, newest first.

    :raises Missing: :raises Forbidden:
    """
    tie = await people.tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_SUMMARY)
    happened_at, last_id = pages.read("observations", after, datetime, UUID)
    found = await rows(OBSERVATIONS, person_id, code, happened_at, last_id, limit + 1)
    page = pages.cut(
        found,
        limit=limit,
        listing="observations",
        key=lambda each: (each["happened_at"], each["id"]),
    )
    await audit.seen(actor, "records.observations", persons=[person_id], ties=[tie])
    return page


class Moment(NamedTuple):
    """What belongs together: readings of one visit, or close to each other in time."""

    visit_id: UUID | None
    from_at: datetime
    until_at: datetime


READINGS_OF_A_MOMENT = """
SELECT DISTINCT ON (code) code, value, value_code
  FROM observations
 WHERE person = $1 AND code = ANY($2) AND voided_at IS NULL
   AND (visit_id = $3 OR happened_at BETWEEN $4 AND $5)
 ORDER BY code, happened_at DESC, id DESC
"""


async def readings_of(*, person_id: UUID, moment: Moment) -> dict[VitalSign, Decimal | Level]:
    """The newest reading of each NEWS2 input at that moment."""
    found = await rows(READINGS_OF_A_MOMENT, person_id, news2.INPUTS, *moment)
    return {
        VitalSign(each["code"]): (
            Decimal(str(each["value"])) if each["value_code"] is None else Level(each["value_code"])
        )
        for each in found
    }


ORDERED = """
SELECT kind FROM notes
 WHERE person = $1 AND kind = ANY($2) AND signed_at IS NOT NULL AND happened_at <= $3
 ORDER BY happened_at DESC, id DESC LIMIT 1
"""


async def has_saturation_target(*, person_id: UUID, at: datetime) -> bool:
    """EM-01: whether a doctor's signed order for 88 to 92 % was in force then."""
    kinds = [NoteKind.SPO2_TARGET, NoteKind.SPO2_TARGET_END]
    return bool(await value(ORDERED, person_id, kinds, at) == NoteKind.SPO2_TARGET)


ALERTS_OF_A_MOMENT = """
SELECT DISTINCT a.code FROM alerts a JOIN observations o ON o.id = a.subject_id
 WHERE a.person = $1 AND o.voided_at IS NULL
   AND (o.visit_id = $2 OR o.happened_at BETWEEN $3 AND $4)
"""


async def alerts_of(*, person_id: UUID, moment: Moment) -> frozenset[AlertCode]:
    """What has been said already of this person at that moment."""
    found = await rows(ALERTS_OF_A_MOMENT, person_id, *moment)
    return frozenset(AlertCode(each["code"]) for each in found)
