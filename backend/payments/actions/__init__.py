"""What can be done to money. One function per verb; each commits whole or not at all."""

from backend.payments.actions.bill import bill
from backend.payments.actions.capturing import capture
from backend.payments.actions.claims import insurance_claim, open_stay
from backend.payments.actions.ltci import record_level, record_minutes
from backend.payments.actions.notices import hear_notice
from backend.payments.actions.on_delivery import agree_on_delivery, collect, take_back_on_delivery
from backend.payments.actions.opening import open_payable
from backend.payments.actions.ordering import cancel_order, order, start_order
from backend.payments.actions.placing import ask_order, expire_order, place_order
from backend.payments.actions.quote import make_quote, quote
from backend.payments.actions.refund import ask_refund, decide_refund, refund_of
from backend.payments.actions.returning import make_refund
from backend.payments.actions.sweeping import look_for_stuck_payments
from backend.payments.actions.tariffs import keep_tariff
from backend.payments.actions.void import take_back, void

__all__ = [
    "agree_on_delivery",
    "ask_order",
    "ask_refund",
    "bill",
    "cancel_order",
    "capture",
    "collect",
    "decide_refund",
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
    "place_order",
    "quote",
    "record_level",
    "record_minutes",
    "refund_of",
    "start_order",
    "take_back",
    "take_back_on_delivery",
    "void",
]
