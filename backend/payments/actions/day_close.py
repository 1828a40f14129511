"""日结: a center's days are shut in order, and the newest may be opened again by another one."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend.core import audit, calendar, crypto, wire
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Malformed, Missing
from backend.core.wire import Kept
from backend.payments.actions.ledger import hold_books
from backend.payments.events import DayCloseReversed, DayWasClosed
from backend.payments.problems import DayAhead, DayClosed, SomebodyElseReverses
from backend.payments.queries import closing
from backend.payments.schemas.closing import DayCloseDetail, DayClosing, DayReversal

SHUT = """
INSERT INTO day_closes (id, organization, closed_on, sums, last_posting, closed_by, recorded_at,
                        fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

REVERSE = """
UPDATE day_closes SET reversed_by = $2, reversed_at = $3, reversal_reason = $4,
                      reversal_fingerprint = $5
 WHERE id = $1
"""


@action
async def close_day(*, day: date, actor: Actor, said: DayClosing, now: datetime) -> Kept[Record]:
    """Shut a day, and all before it that are still open; later postings go to the next open day.

    :raises Malformed: :raises AlreadyDifferent: :raises DayAhead: :raises DayClosed:
    """
    organization_id = _center(actor)
    await hold_books(organization_id)
    print_ = wire.fingerprint((day, said))
    if stored := await closing.close(said.close_id):
        _check_own(stored, day, organization_id)
        return Kept(stored, first=False)
    if not is_uuid7(said.close_id):
        raise Malformed(field="close_id")
    if day > calendar.on(now):
        raise DayAhead
    last = await closing.last_closed(organization_id)
    if last is not None and day <= last:
        raise DayClosed(closed_until=last)
    sums, last_posting = await closing.sums(organization_id, since=last, until=day)
    await rows(
        SHUT,
        said.close_id,
        organization_id,
        day,
        msgspec.json.encode(sums).decode(),
        last_posting,
        actor.person_id,
        now,
        print_,
    )
    publish(DayWasClosed(subject_id=said.close_id, organization_id=organization_id))
    audit.wrote(actor, "payments.close_day", subject_id=said.close_id)
    return Kept(await _close(said.close_id), first=True)


@action
async def reverse_close(
    *, day: date, actor: Actor, said: DayReversal, now: datetime
) -> Kept[Record]:
    """Take the newest close back. Its author may not; twice is once.

    :raises Missing: :raises AlreadyDifferent: :raises SomebodyElseReverses: :raises DayClosed:
    """
    organization_id = _center(actor)
    await hold_books(organization_id)
    stored = await closing.close(said.close_id)
    if stored is None or stored["organization"] != organization_id or stored["closed_on"] != day:
        raise Missing
    if stored["reversed_at"] is not None:
        wire.check_same(
            wire.fingerprint(said),
            stored["reversal_fingerprint"],
            lambda: DayCloseDetail.of(stored),
        )
        return Kept(stored, first=False)
    if stored["closed_by"] == actor.person_id:
        raise SomebodyElseReverses
    last = await closing.last_closed(organization_id)
    if last != day:  # days are opened again from the newest on
        raise DayClosed(closed_until=last)
    await rows(
        REVERSE,
        said.close_id,
        actor.person_id,
        now,
        crypto.seal(said.reason, "day_closes.reversal_reason"),
        wire.fingerprint(said),
    )
    publish(DayCloseReversed(subject_id=said.close_id, organization_id=organization_id))
    audit.wrote(actor, "payments.reverse_close", subject_id=said.close_id)
    return Kept(await _close(said.close_id), first=True)


def _center(actor: Actor) -> UUID:
    if actor.organization_id is None:
        raise Missing
    return actor.organization_id


def _check_own(stored: Record, day: date, organization_id: UUID) -> None:
    if stored["organization"] != organization_id:
        raise AlreadyDifferent
    if stored["closed_on"] != day:
        raise AlreadyDifferent(stored=msgspec.to_builtins(DayCloseDetail.of(stored)))


async def _close(close_id: UUID) -> Record:
    found = await closing.close(close_id)
    assert found is not None
    return found
