"""What can be asked about payments. One function per question."""

from backend.payments.queries.billed import (
    bill_of,
    charged,
    minutes_billed,
    move_of,
    owed_by,
    rounds_billed,
)
from backend.payments.queries.held import hold_payable
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
from backend.payments.queries.payables import payables, see_payable
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
    "has_tariffs",
    "hold_payable",
    "level",
    "level_between",
    "minutes",
    "minutes_billed",
    "missed_prices",
    "move_of",
    "owed_by",
    "payables",
    "prices_of",
    "rounds_billed",
    "see_level",
    "see_minutes",
    "see_payable",
    "see_tariff",
    "see_week",
    "stretch_billed",
    "tariff",
    "tariffs",
    "waiting_for",
    "week_of",
]
