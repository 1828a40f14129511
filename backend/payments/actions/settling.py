"""A line of a bill that our order does not follow yet (长款): the channel is asked again."""

from datetime import datetime
from uuid import UUID

from backend.payments.actions import placing
from backend.payments.actions.reconcile import settle_asked
from backend.payments.channels import About
from backend.payments.queries import reconciling


async def settle_difference(*, difference_id: UUID, now: datetime) -> datetime | None:
    """Ask after an order that was paid there and not here; when to ask again while it is away.

    Not an action: the channel is asked outside. Finance is told of what does not settle itself.
    """
    found = await reconciling.difference(difference_id)
    if found is None or found["resolved_at"] or found["escalated_at"]:
        return None
    again: datetime | None = None
    if found["about"] == About.PAYMENT and found["payment_order"]:
        again = await placing.ask_order(order_id=found["payment_order"], now=now)
    is_settled = await settle_asked(difference_id=difference_id, tells=again is None, now=now)
    return None if is_settled else again
