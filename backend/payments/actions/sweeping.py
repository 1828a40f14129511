"""What should have moved by itself, and did not: asked after again, however its job was lost."""

from datetime import datetime

from backend import policy
from backend.core import calendar, jobs
from backend.core.db import action, rows

AT_ONCE_MAX = 500  # not policy: the others come five minutes later

ORDERS = """
SELECT id FROM payment_orders
 WHERE status = 'CREATED' AND NOT is_undue AND expires_at < $1
 ORDER BY expires_at LIMIT $2
"""

REFUNDS = """
SELECT id FROM refunds WHERE status IN ('APPROVED', 'REFUNDING') AND recorded_at < $1
 ORDER BY recorded_at LIMIT $2
"""


@action
async def look_for_stuck_payments(*, now: datetime) -> None:
    """Owe again the end of each lock and each refund that is late; once a day each.

    What they do is harmless twice, so nothing is asked about why the first job was lost.
    """
    late = now - policy.spans(now, "py.poll_after_s")[-1]
    today = calendar.on(now)
    for each in await rows(ORDERS, late, AT_ONCE_MAX):
        key = f"{each['id']}:{today}"
        jobs.enqueue("ask_order", key=key, due_at=now, order_id=each["id"])
    for each in await rows(REFUNDS, late, AT_ONCE_MAX):
        key = f"{each['id']}:{today}"
        jobs.enqueue("make_refund", key=key, due_at=now, refund_id=each["id"])
