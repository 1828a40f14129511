"""How a test pays over real HTTP: a quote, an order, and what the payer's app was handed."""

from uuid import UUID

import msgspec

from backend.core import clock, crypto
from backend.core.access import Actor
from backend.core.db import value
from backend.core.ids import uuid7
from backend.payments import actions
from backend.payments.lifecycle.orders import OrderSaid, PayWith
from backend.payments.lifecycle.quoting import QuoteSaid
from tests.payments.family import Family


async def ordered(
    family: Family,
    payable: UUID,
    *,
    by: Actor | None = None,
    channel: PayWith = PayWith.WECHAT,
) -> UUID:
    """An order of now, placed: the pretend providers go by the real clock."""
    payer, now = by or family.daughter, clock.now()
    quote = await actions.quote(
        quote_id=uuid7(), actor=payer, said=QuoteSaid(payable_id=payable), now=now
    )
    said = OrderSaid(payable_id=payable, quote_number=quote.thing["number"], channel=channel)
    made = await actions.order(order_id=uuid7(), actor=payer, said=said, now=now)
    return UUID(str(made.thing["id"]))


async def order_string(order: UUID) -> str:
    """What the app hands to 支付宝."""
    sealed = await value("SELECT placed FROM payment_orders WHERE id = $1", order)
    placed = crypto.unseal_bytes(sealed, "payment_orders.placed")
    return msgspec.json.decode(placed, type=dict[str, str])["orderString"]
