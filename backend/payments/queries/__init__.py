"""What can be asked about payments. One function per question."""

from backend.payments.queries.accounts import prepaid_accounts, prepayments, see_prepayment
from backend.payments.queries.billed import (
    bill_of,
    charged,
    minutes_billed,
    move_of,
    owed_by,
    rounds_billed,
)
from backend.payments.queries.closing import closes, see_close
from backend.payments.queries.held import hold_order, hold_order_of, hold_payable, hold_refund
from backend.payments.queries.ltci import (
    level,
    level_between,
    minutes,
    see_level,
    see_minutes,
    see_week,
    stretch_billed,
    week_of,
)
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
from backend.payments.queries.payables import payables, see_payable
from backend.payments.queries.payers import identified, masked_payer, newest_quote, payer_of
from backend.payments.queries.reconciling import (
    differences,
    reconciliations,
    see_difference,
    see_reconciliation,
)
from backend.payments.queries.requests import payment_requests, see_payment_request
from backend.payments.queries.standing import see_standing_payer, standing_payers
from backend.payments.queries.statements import see_statement
from backend.payments.queries.tariffs import (
    has_tariffs,
    missed_prices,
    prices_of,
    see_tariff,
    tariff,
    tariffs,
    waiting_for,
)

__all__ = [
    "bill_of",
    "charged",
    "closes",
    "differences",
    "has_tariffs",
    "hold_order",
    "hold_order_of",
    "hold_payable",
    "hold_refund",
    "identified",
    "level",
    "level_between",
    "lines_of",
    "masked_payer",
    "minutes",
    "minutes_billed",
    "missed_prices",
    "move_of",
    "newest_quote",
    "order",
    "order_at_channel",
    "owed_by",
    "payable",
    "payables",
    "payer_of",
    "payment_requests",
    "prepaid_accounts",
    "prepayments",
    "prices_of",
    "reconciliations",
    "refund",
    "refund_at_channel",
    "refunds",
    "rounds_billed",
    "see_close",
    "see_difference",
    "see_level",
    "see_minutes",
    "see_order",
    "see_payable",
    "see_payment_request",
    "see_prepayment",
    "see_quote",
    "see_reconciliation",
    "see_refund",
    "see_standing_payer",
    "see_statement",
    "see_tariff",
    "see_week",
    "standing_payers",
    "stretch_billed",
    "tariff",
    "tariffs",
    "waiting_for",
    "week_of",
]
