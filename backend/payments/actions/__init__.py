"""What can be done to money. One function per verb; each commits whole or not at all."""

from backend.payments.actions.day_close import close_day, reverse_close
from backend.payments.actions.reconcile import (
    escalate_difference,
    reconcile_channel,
    reconcile_channels,
    resolve_difference,
    settle_asked,
)

__all__ = [
    "close_day",
    "escalate_difference",
    "reconcile_channel",
    "reconcile_channels",
    "resolve_difference",
    "reverse_close",
    "settle_asked",
]
