"""What can be asked about payments. One function per question."""

from backend.payments.queries.billed import bill_of, minutes_billed, owed_by, rounds_billed
from backend.payments.queries.held import hold_payable
from backend.payments.queries.tariffs import has_tariffs, prices_of, see_tariff, tariff, tariffs

__all__ = [
    "bill_of",
    "has_tariffs",
    "hold_payable",
    "minutes_billed",
    "owed_by",
    "prices_of",
    "rounds_billed",
    "see_tariff",
    "tariff",
    "tariffs",
]
