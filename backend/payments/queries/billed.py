"""What is billed already, and what is owed."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from backend.core.db import row, rows, value
from backend.payments.lifecycle.billing import Minutes, Round
from backend.payments.lifecycle.statuses import OWED, Kind, PayableMove
from backend.payments.lifecycle.tariffs import ROUNDS

BILL = "SELECT id FROM payables WHERE kind = $1 AND subject_id = $2 AND person = $3"

CHARGED = "SELECT charge_key FROM payable_lines WHERE charge_key = ANY ($1::text[])"

ROUNDS_ON = """
SELECT l.item, l.done_by, (l.happened_at AT TIME ZONE 'Asia/Shanghai')::date AS on_day
  FROM payable_lines l JOIN payables p ON p.id = l.payable
 WHERE p.person = $1 AND l.item = ANY ($2::text[])
   AND (l.happened_at AT TIME ZONE 'Asia/Shanghai')::date = ANY ($3::date[])
"""

TAKEN = """
SELECT item, from_at, until_at FROM billed_minutes
 WHERE person = $1 AND item IS NOT NULL
   AND tstzrange(from_at, until_at) && tstzrange($2, $3)
"""

OWED_BY = """
SELECT id FROM payables WHERE person = $1 AND status = ANY ($2::text[]) ORDER BY id
"""


async def bill_of(*, kind: Kind, subject_id: UUID, person_id: UUID) -> UUID | None:
    """The bill of something that was done for somebody, if there is one."""
    found: UUID | None = await value(BILL, kind, subject_id, person_id)
    return found


async def charged(charge_keys: Collection[str]) -> set[str]:
    """Of these charges, those that were made: once for ever."""
    found = await rows(CHARGED, list(charge_keys))
    return {each["charge_key"] for each in found}


async def rounds_billed(*, person_id: UUID, on: Sequence[date]) -> list[Round]:
    """HB-15: the rounds to this person that were billed for these days."""
    return [
        Round(each["item"], each["done_by"], each["on_day"])
        for each in await rows(ROUNDS_ON, person_id, sorted(ROUNDS), on)
    ]


async def minutes_billed(
    *, person_id: UUID, from_at: datetime, until_at: datetime
) -> list[Minutes]:
    """LT-02: what is billed of these minutes, to whichever insurance."""
    return [
        Minutes(each["item"], each["from_at"], each["until_at"])
        for each in await rows(TAKEN, person_id, from_at, until_at)
    ]


async def move_of(payable_id: UUID, *, move: PayableMove) -> Record | None:
    """A move of a bill that can be made but once."""
    return await row(
        "SELECT * FROM payable_moves WHERE payable = $1 AND move = $2 LIMIT 1", payable_id, move
    )


async def owed_by(person_id: UUID) -> list[UUID]:
    """The bills of this person that are not settled."""
    return [each["id"] for each in await rows(OWED_BY, person_id, sorted(OWED))]
