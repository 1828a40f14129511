"""How the ledger is written: postings only, in the transaction of what they are about."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend.core import calendar
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.payments.lifecycle.ledger import Posting, Why

# Whoever shuts a day waits for the postings under way, and they for nobody: see `hold_books`.
SHARE = "SELECT pg_advisory_xact_lock_shared(hashtextextended('ledger:' || $1::uuid::text, 0))"
HOLD = "SELECT pg_advisory_xact_lock(hashtextextended('ledger:' || $1::uuid::text, 0))"

POST = """
INSERT INTO ledger_postings (entry_id, why, debit, credit, amount_fen, organization, person_id,
                             institution_id, payer_id, channel, payable, order_id, refund_id,
                             booked_on, recorded_at)
SELECT $1, $2, said.debit, said.credit, said.fen, $3, $4, $5, $6, $7, $8, $9, $10,
       greatest($11::date, (SELECT max(closed_on) + 1 FROM day_closes
                             WHERE organization = $3 AND reversed_at IS NULL)),
       $12
  FROM jsonb_to_recordset($13::jsonb) AS said(debit text, credit text, fen bigint)
"""


async def post(
    postings: Sequence[Posting],
    *,
    why: Why,
    payable: Record,
    now: datetime,
    payer_id: UUID | None = None,
    channel: str | None = None,
    order_id: UUID | None = None,
    refund_id: UUID | None = None,
) -> None:
    """Book one entry, on today or on the first day that is still open (日结).

    The payable is held. Postings of nothing are left out; no posting at all books nothing.
    """
    real = [each for each in postings if each.fen]
    if not real:
        return
    await rows(SHARE, payable["organization"])
    await rows(
        POST,
        uuid7(),
        why,
        payable["organization"],
        payable["person"],
        payable["institution"],
        payer_id,
        channel,
        payable["id"],
        order_id,
        refund_id,
        calendar.on(now),
        now,
        msgspec.json.encode(real).decode(),
    )


async def hold_books(organization_id: UUID) -> None:
    """Wait for the postings under way of an organization, and let none begin until we commit."""
    await rows(HOLD, organization_id)
