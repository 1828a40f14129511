"""What can be done to money. One function per verb; each commits whole or not at all."""

from backend.payments.actions.bill import bill
from backend.payments.actions.ltci import record_level, record_minutes
from backend.payments.actions.opening import open_payable
from backend.payments.actions.tariffs import keep_tariff
from backend.payments.actions.void import take_back, void

__all__ = [
    "bill",
    "keep_tariff",
    "open_payable",
    "record_level",
    "record_minutes",
    "take_back",
    "void",
]
