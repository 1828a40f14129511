"""What can be asked about payments. One function per question."""

from backend.payments.queries.held import hold_order, hold_order_of, hold_payable, hold_refund
from backend.payments.queries.orders import (
    lines_of,
    order,
    order_at_channel,
    payable,
    refund,
    refund_at_channel,
    refunds,
    see_order,
    see_quote,
    see_refund,
)
from backend.payments.queries.payers import identified, masked_payer, newest_quote, payer_of

__all__ = [
    "hold_order",
    "hold_order_of",
    "hold_payable",
    "hold_refund",
    "identified",
    "lines_of",
    "masked_payer",
    "newest_quote",
    "order",
    "order_at_channel",
    "payable",
    "payer_of",
    "refund",
    "refund_at_channel",
    "refunds",
    "see_order",
    "see_quote",
    "see_refund",
]
