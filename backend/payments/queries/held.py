"""Lock what moves: always the payable first, then the order, then the refund."""

from uuid import UUID

from asyncpg import Record

from backend.core.db import row
from backend.core.problems import Missing


async def hold_payable(payable_id: UUID) -> Record:
    """:raises Missing:"""
    found = await row("SELECT * FROM payables WHERE id = $1 FOR NO KEY UPDATE", payable_id)
    if found is None:
        raise Missing
    return found


async def hold_order(order_id: UUID) -> tuple[Record, Record]:
    """The payable, held first, and its order.

    :raises Missing:
    """
    found = await row("SELECT payable FROM payment_orders WHERE id = $1", order_id)
    if found is None:
        raise Missing
    payable = await hold_payable(found["payable"])
    return payable, await hold_order_of(order_id)


async def hold_order_of(order_id: UUID) -> Record:
    """An order of a payable that is held already."""
    order = await row("SELECT * FROM payment_orders WHERE id = $1 FOR NO KEY UPDATE", order_id)
    assert order is not None
    return order


async def hold_refund(refund_id: UUID) -> tuple[Record, Record, Record]:
    """The payable, the order and the refund, held in this order.

    :raises Missing:
    """
    found = await row("SELECT payment_order FROM refunds WHERE id = $1", refund_id)
    if found is None:
        raise Missing
    payable, order = await hold_order(found["payment_order"])
    refund = await row("SELECT * FROM refunds WHERE id = $1 FOR NO KEY UPDATE", refund_id)
    assert refund is not None
    return payable, order, refund
