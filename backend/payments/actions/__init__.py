"""What can be done to money. One function per verb; each commits whole or not at all."""

from backend.payments.actions.bill import bill
from backend.payments.actions.capturing import capture
from backend.payments.actions.claims import insurance_claim, open_stay
from backend.payments.actions.day_close import close_day, reverse_close
from backend.payments.actions.differences import escalate_difference, resolve_difference
from backend.payments.actions.ltci import record_level, record_minutes
from backend.payments.actions.notices import hear_notice
from backend.payments.actions.on_delivery import agree_on_delivery, collect, take_back_on_delivery
from backend.payments.actions.opening import open_payable
from backend.payments.actions.ordering import cancel_order, order, start_order
from backend.payments.actions.placing import ask_order, expire_order, place_order
from backend.payments.actions.prepayments import (
    cancel_prepayment,
    prepay,
    receive_prepayment,
    tell_of_statements,
)
from backend.payments.actions.quote import make_quote, quote
from backend.payments.actions.reconcile import reconcile_channel, reconcile_channels, settle_asked
from backend.payments.actions.refund import ask_refund, decide_refund, refund_of
from backend.payments.actions.requests import ask_to_pay
from backend.payments.actions.returning import make_refund
from backend.payments.actions.settling import settle_difference
from backend.payments.actions.standing import (
    approve_standing_payer,
    propose_standing_payer,
    revoke_standing_payer,
)
from backend.payments.actions.standing_pay import ask_after_reversal, ask_instead, pay_standing
from backend.payments.actions.sweeping import look_for_stuck_payments
from backend.payments.actions.tariffs import keep_tariff
from backend.payments.actions.void import take_back, void

__all__ = [
    "agree_on_delivery",
    "approve_standing_payer",
    "ask_after_reversal",
    "ask_instead",
    "ask_order",
    "ask_refund",
    "ask_to_pay",
    "bill",
    "cancel_order",
    "cancel_prepayment",
    "capture",
    "close_day",
    "collect",
    "decide_refund",
    "escalate_difference",
    "expire_order",
    "hear_notice",
    "insurance_claim",
    "keep_tariff",
    "look_for_stuck_payments",
    "make_quote",
    "make_refund",
    "open_payable",
    "open_stay",
    "order",
    "pay_standing",
    "place_order",
    "prepay",
    "propose_standing_payer",
    "quote",
    "receive_prepayment",
    "reconcile_channel",
    "reconcile_channels",
    "record_level",
    "record_minutes",
    "refund_of",
    "resolve_difference",
    "reverse_close",
    "revoke_standing_payer",
    "settle_asked",
    "settle_difference",
    "start_order",
    "take_back",
    "take_back_on_delivery",
    "tell_of_statements",
    "void",
]
