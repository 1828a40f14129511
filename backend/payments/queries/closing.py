"""Questions about day closes (日结): what would be shut, what was, and by whom."""

from datetime import date
from uuid import UUID

import msgspec
from asyncpg import Record

from backend.core import pages
from backend.core.access import Actor
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.payments.lifecycle.closing import DaySums

SUMS = """
WITH booked AS (
  SELECT * FROM ledger_postings
   WHERE organization = $1 AND booked_on <= $3 AND ($2::date IS NULL OR booked_on > $2))
SELECT (SELECT coalesce(max(id), 0) FROM booked) AS last_posting,
       (SELECT count(DISTINCT entry_id) FROM booked) AS entries,
       (SELECT coalesce(json_agg(s ORDER BY s.account), '[]')
          FROM (SELECT side.account, sum(side.to_it) AS debit_fen, sum(side.from_it) AS credit_fen
                  FROM booked b, LATERAL (VALUES (b.debit, b.amount_fen, 0),
                                                 (b.credit, 0, b.amount_fen))
                    AS side(account, to_it, from_it) GROUP BY side.account) AS s) AS accounts,
       (SELECT coalesce(json_agg(c ORDER BY c.channel), '[]')
          FROM (SELECT channel, sum(amount_fen) FILTER (WHERE debit = 'CLEARING') AS received_fen,
                       sum(amount_fen) FILTER (WHERE credit = 'CLEARING') AS given_back_fen
                  FROM booked WHERE channel IS NOT NULL AND 'CLEARING' IN (debit, credit)
                 GROUP BY channel) AS c) AS channels
"""

STANDING = """
SELECT * FROM day_closes WHERE organization = $1 AND closed_on = $2
 ORDER BY reversed_at IS NULL DESC, id DESC LIMIT 1
"""


async def last_closed(organization_id: UUID) -> date | None:
    """The newest day that is shut: whatever is booked belongs to a later one."""
    found: date | None = await value(
        "SELECT max(closed_on) FROM day_closes WHERE organization = $1 AND reversed_at IS NULL",
        organization_id,
    )
    return found


async def sums(organization_id: UUID, *, since: date | None, until: date) -> tuple[DaySums, int]:
    """What was booked after one day and up to the other one, and the last posting of it."""
    found = await row(SUMS, organization_id, since, until)
    assert found is not None
    said = {
        "entries": found["entries"],
        "accounts": msgspec.json.decode(found["accounts"]),
        "channels": [
            {name: each[name] or 0 for name in each}
            for each in msgspec.json.decode(found["channels"])
        ],
    }
    return msgspec.convert(said, DaySums), found["last_posting"]


async def close(close_id: UUID) -> Record | None:
    return await row("SELECT * FROM day_closes WHERE id = $1", close_id)


async def see_close(*, day: date, actor: Actor) -> Record:
    """How that day of one's own center was shut; the newest time, when it was reversed since.

    :raises Missing:
    """
    found = await row(STANDING, actor.organization_id, day)
    if found is None:
        raise Missing
    return found


async def closes(*, actor: Actor, limit: int, after: str | None) -> pages.Cut:
    """Those of one's own center, also the reversed ones. Newest first."""
    (last,) = pages.read("payments.day_closes", after, UUID)
    found = await rows(
        "SELECT * FROM day_closes WHERE organization = $1 AND ($2::uuid IS NULL OR id < $2)"
        " ORDER BY id DESC LIMIT $3",
        actor.organization_id,
        last,
        limit + 1,
    )
    return pages.cut(
        found, limit=limit, listing="payments.day_closes", key=lambda each: (each["id"],)
    )
