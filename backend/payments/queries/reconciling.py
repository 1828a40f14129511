"""Questions about reconciliation (对账): what we have of a day, and what differed."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from asyncpg import Record

from backend.core import calendar, pages
from backend.core.access import Actor
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.payments.lifecycle.reconciling import Number, Ours
from backend.payments.lifecycle.statuses import ChannelName

# What was captured since the day began, as the channel said when; and what its bill names. Of an
# order of which only the insurance took its part (PY-07) there is no cash to be billed.
OURS = """
SELECT 'payment' AS about, o.out_trade_no AS trade_no,
       CASE WHEN o.cash_status IN ('SUCCESS', 'REFUND') THEN o.pay_cash_fen ELSE 0 END AS fen,
       o.captured_at IS NOT NULL AS is_done, coalesce(o.paid_at, o.captured_at) AS at,
       p.organization, o.id AS order_id,
       (SELECT coalesce(sum(CASE debit WHEN 'CLEARING' THEN l.amount_fen ELSE -l.amount_fen END), 0)
          FROM ledger_postings l
         WHERE l.payable = o.payable AND l.order_id = o.id AND l.refund_id IS NULL
           AND 'CLEARING' IN (l.debit, l.credit)) AS booked_fen
  FROM payment_orders o JOIN payables p ON p.id = o.payable
 WHERE o.channel = $1 AND (o.captured_at >= $2 OR o.out_trade_no = ANY ($3::text[]))
UNION ALL
SELECT 'refund', r.out_refund_no, r.cash_fen, r.cash_status = 'REFUND', booked.at, p.organization,
       o.id, coalesce(booked.fen, 0)
  FROM refunds r JOIN payment_orders o ON o.id = r.payment_order
  JOIN payables p ON p.id = r.payable
 CROSS JOIN LATERAL (
       SELECT sum(l.amount_fen) AS fen, min(l.recorded_at) AS at FROM ledger_postings l
        WHERE l.payable = r.payable AND l.refund_id = r.id AND l.credit = 'CLEARING') AS booked
 WHERE o.channel = $1 AND (r.refunded_at >= $2 OR r.out_refund_no = ANY ($4::text[]))
"""


async def ours(*, channel: ChannelName, day: date, named: Collection[Number]) -> list[Ours]:
    """What we have of a day and a channel, and whatever else its bill names."""
    start, end = calendar.day(day)
    by_about = {
        about: [number.trade_no for number in named if number.about == about]
        for about in ("payment", "refund")
    }
    found = await rows(OURS, channel, start, by_about["payment"], by_about["refund"])
    return [
        Ours(
            number=Number(each["about"], each["trade_no"]),
            fen=each["fen"],
            booked_fen=int(each["booked_fen"]),
            is_done=each["is_done"],
            is_of_day=each["at"] is not None and start <= each["at"] < end,
            organization_id=each["organization"],
            order_id=each["order_id"],
        )
        for each in found
    ]


async def is_reconciled(*, channel: ChannelName, day: date) -> bool:
    found: bool = await value(
        "SELECT EXISTS (SELECT FROM reconciliations WHERE channel = $1 AND of_day = $2)",
        channel,
        day,
    )
    return found


async def last_reconciled(*, channel: ChannelName, since: date) -> date | None:
    """The newest day whose bill was laid beside our books, if any is so new."""
    found: date | None = await value(
        "SELECT max(of_day) FROM reconciliations WHERE channel = $1 AND of_day >= $2",
        channel,
        since,
    )
    return found


OPEN_SHORTS = """
SELECT d.* FROM reconciliation_differences d
  JOIN reconciliations r ON r.id = d.reconciliation
 WHERE r.channel = $1 AND d.kind = 'SHORT' AND d.resolved_at IS NULL AND d.trade_no = ANY ($2)
   FOR NO KEY UPDATE OF d
"""


async def hold_open_shorts(*, channel: ChannelName, trade_nos: Collection[str]) -> list[Record]:
    """What was missing in an earlier bill and stands, by its number, in this one."""
    return await rows(OPEN_SHORTS, channel, list(trade_nos))


async def centers() -> list[UUID]:
    """Those whose finance looks at what belongs to nobody."""
    found = await rows(
        "SELECT id FROM organizations WHERE 'COMMUNITY_HEALTH_CENTER' = ANY (kinds) ORDER BY id"
    )
    return [each["id"] for each in found]


async def hold_difference(difference_id: UUID) -> Record | None:
    await rows(
        "SELECT FROM reconciliation_differences WHERE id = $1 FOR NO KEY UPDATE", difference_id
    )
    return await difference(difference_id)


DIFFERENCE = """
SELECT d.*, r.channel, r.of_day, r.recorded_at FROM reconciliation_differences d
  JOIN reconciliations r ON r.id = d.reconciliation
"""


async def difference(difference_id: UUID) -> Record | None:
    return await row(f"{DIFFERENCE} WHERE d.id = $1", difference_id)


def is_own(actor: Actor, found: Record | None) -> bool:
    """Of one's own center, or of none: somebody has to find out whose it is."""
    return found is not None and found["organization"] in (None, actor.organization_id)


RECONCILIATION = """
SELECT r.*, (SELECT count(*) FROM reconciliation_differences d WHERE d.reconciliation = r.id)
         AS differences,
       (SELECT count(*) FROM reconciliation_differences d
         WHERE d.reconciliation = r.id AND d.resolved_at IS NULL) AS differences_open
  FROM reconciliations r
"""
OWN = "(r.organization = $1 OR r.organization IS NULL)"
LISTED = f"""{RECONCILIATION}
 WHERE {OWN} AND ($2::text IS NULL OR r.channel = $2) AND ($3::date IS NULL OR r.of_day = $3)
   AND ($4::uuid IS NULL OR r.id < $4) ORDER BY r.id DESC LIMIT $5"""


async def see_reconciliation(*, reconciliation_id: UUID, actor: Actor) -> Record:
    """:raises Missing:"""
    found = await row(f"{RECONCILIATION} WHERE r.id = $1", reconciliation_id)
    if found is None or not is_own(actor, found):
        raise Missing
    return found


async def reconciliations(
    *, actor: Actor, channel: str | None, day: date | None, limit: int, after: str | None
) -> pages.Cut:
    """Those of one's own center, and of lines that belong to none. Newest first."""
    (last,) = pages.read("payments.reconciliations", after, UUID)
    found = await rows(LISTED, actor.organization_id, channel, day, last, limit + 1)
    return pages.cut(
        found, limit=limit, listing="payments.reconciliations", key=lambda each: (each["id"],)
    )


DIFFERENCES = f"""{DIFFERENCE}
 WHERE (d.organization = $1 OR d.organization IS NULL)
   AND ($2::uuid IS NULL OR d.reconciliation = $2)
   AND ($3::boolean IS NULL OR (d.resolved_at IS NULL) = $3)
   AND ($4::uuid IS NULL OR d.id < $4) ORDER BY d.id DESC LIMIT $5"""


async def differences(
    *,
    actor: Actor,
    reconciliation_id: UUID | None,
    is_open: bool | None,
    limit: int,
    after: str | None,
) -> pages.Cut:
    """What finance works through: differences of one's own center, and of none. Newest first."""
    (last,) = pages.read("payments.differences", after, UUID)
    found = await rows(
        DIFFERENCES, actor.organization_id, reconciliation_id, is_open, last, limit + 1
    )
    return pages.cut(
        found, limit=limit, listing="payments.differences", key=lambda each: (each["id"],)
    )


async def see_difference(*, difference_id: UUID, actor: Actor) -> Record:
    """:raises Missing:"""
    found = await difference(difference_id)
    if found is None or not is_own(actor, found):
        raise Missing
    return found
