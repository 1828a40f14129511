"""What can be asked about payments. One function per question."""

from backend.payments.queries.billed import bill_of, minutes_billed, owed_by, rounds_billed
from backend.payments.queries.closing import closes, see_close
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
from backend.payments.queries.reconciling import (
    differences,
    reconciliations,
    see_difference,
    see_reconciliation,
)
from backend.payments.queries.statements import see_statement
from backend.payments.queries.tariffs import has_tariffs, prices_of, see_tariff, tariff, tariffs

__all__ = [
    "bill_of",
    "closes",
    "differences",
    "has_tariffs",
    "hold_payable",
    "level",
    "level_between",
    "minutes",
    "minutes_billed",
    "owed_by",
    "payables",
    "prices_of",
    "reconciliations",
    "rounds_billed",
    "see_close",
    "see_difference",
    "see_level",
    "see_minutes",
    "see_payable",
    "see_reconciliation",
    "see_statement",
    "see_tariff",
    "see_week",
    "stretch_billed",
    "tariff",
    "tariffs",
    "week_of",
]
