"""What can be done to money. One function per verb; each commits whole or not at all."""

from backend.payments.actions.bill import bill, open_payable, void
from backend.payments.actions.day_close import close_day, reverse_close
from backend.payments.actions.ltci import record_level, record_minutes
from backend.payments.actions.reconcile import (
    escalate_difference,
    reconcile_channel,
    reconcile_channels,
    resolve_difference,
    settle_asked,
)
from backend.payments.actions.tariffs import keep_tariff

__all__ = [
    "bill",
    "close_day",
    "escalate_difference",
    "keep_tariff",
    "open_payable",
    "reconcile_channel",
    "reconcile_channels",
    "record_level",
    "record_minutes",
    "resolve_difference",
    "reverse_close",
    "settle_asked",
    "void",
]
