"""One timeline over everything that happened to a person."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record

from backend.beds import changes as of_beds
from backend.careplans import changes as of_careplans
from backend.contracts import changes as of_contracts
from backend.core import audit, pages
from backend.core.access import Actor
from backend.core.changes import Change, Reader, Represent, Shown
from backend.core.db import rows
from backend.payments import changes as of_payments
from backend.people import changes as of_people
from backend.people import queries as people
from backend.people.lifecycle import Scope
from backend.records import changes as of_records
from backend.transfers import changes as of_transfers
from backend.visits import changes as of_visits

TOPICS: Mapping[str, Change] = {
    **of_people.TOPICS,
    **of_records.TOPICS,
    **of_visits.TOPICS,
    **of_careplans.TOPICS,
    **of_beds.TOPICS,
    **of_contracts.TOPICS,
    **of_transfers.TOPICS,
    **of_payments.TOPICS,
}

JOURNAL = """
SELECT id, topic, subject_id, recorded_at FROM journal
 WHERE person_id = $1 AND topic = ANY ($2::text[]) AND ($3::bigint IS NULL OR id < $3)
 ORDER BY id DESC LIMIT $4
"""


class Level(StrEnum):
    """How much of each thing: that it happened, or all of it."""

    SUMMARY = "summary"
    FULL = "full"


class Happened(NamedTuple):
    """One entry of a timeline."""

    change: Change
    subject_id: UUID
    recorded_at: datetime
    shown: Shown
    level: Level


async def timeline(
    *,
    person_id: UUID,
    actor: Actor,
    level: Level,
    limit: int,
    after: str | None,
    now: datetime,
) -> pages.Cut:
    """What happened to a person, newest first, as far as the actor may see it.

    A page may hold fewer entries than asked for: what is shut to this reader is left out.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    scope = Scope.VIEW_FULL if level is Level.FULL else Scope.VIEW_SUMMARY
    tie = await people.tie(actor=actor, person_id=person_id, now=now, scope=scope)
    (last,) = pages.read("sync.timeline", after, int)
    topics = [topic for topic, change in TOPICS.items() if change.may_see(actor)]
    found = await rows(JOURNAL, person_id, topics, last, limit + 1)
    page = pages.cut(found, limit=limit, listing="sync.timeline", key=lambda each: (each["id"],))
    ticked = await people.ticked_chapters(actor=actor, person_id=person_id, now=now)
    reader = Reader(actor, person_id, ticked, now)
    await audit.seen(actor, f"sync.timeline_{level}", persons=[person_id], ties=[tie])
    return pages.Cut(await _shown(page.items, reader, level), page.next)


async def _shown(found: list[Record], reader: Reader, level: Level) -> list[Happened]:
    """Each kind of thing is read once for the whole page."""
    asked: dict[Represent, list[UUID]] = {}
    for each in found:
        asked.setdefault(TOPICS[each["topic"]].represent, []).append(each["subject_id"])
    things = {represent: await represent(ids, reader) for represent, ids in asked.items()}
    return [
        Happened(TOPICS[each["topic"]], each["subject_id"], each["recorded_at"], shown, level)
        for each in found
        if (shown := things[TOPICS[each["topic"]].represent].get(each["subject_id"]))
    ]
