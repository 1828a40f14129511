"""What people say about money over HTTP; the rest is what a channel says, and jobs."""

from collections.abc import Mapping
from typing import Any

from backend.payments.lifecycle import statuses as money
from tests.state.machines import Machine, by_its_body, statuses_of


def _by_hand(paths: Mapping[Any, Any], *moves: str) -> dict[Any, str]:
    """What somebody says; the rest is what a channel says, and jobs."""
    return {each: str(to) for each, to in paths.items() if each[1] in moves}


ORDER = Machine(
    name="payment order",
    table="payment_orders",
    key="order_id",
    paths=_by_hand(money.ORDER_PATHS, money.OrderMove.CANCEL),
    stands=statuses_of(*money.OrderStatus),
    touched=("payment_order_moves", "payables", "payable_moves", "ledger_postings"),
    moves={money.OrderMove.CANCEL: by_its_body("cancel_payment_order")},
)

REFUND = Machine(
    name="refund",
    table="refunds",
    key="refund_id",
    paths=_by_hand(money.REFUND_PATHS, money.RefundMove.APPROVE, money.RefundMove.DECLINE),
    stands=statuses_of(*money.RefundStatus),
    touched=("refund_moves", "payables", "payable_moves", "ledger_postings"),
    moves={
        money.RefundMove.APPROVE: by_its_body("decide_refund", approves=True),
        money.RefundMove.DECLINE: by_its_body("decide_refund", approves=False),
    },
)

ON_DELIVERY = Machine(
    name="payable at the door",
    table="payables",
    key="payable_id",
    paths=_by_hand(money.PAYABLE_PATHS, money.PayableMove.AGREE),
    stands={
        **statuses_of(*money.PayableStatus),
        money.PayableStatus.LOCKED: "status = 'LOCKED', order_id = id",
    },
    touched=("payable_moves", "ledger_postings"),
    moves={money.PayableMove.AGREE: by_its_body("agree_on_delivery")},
)

MONEY = (ORDER, REFUND, ON_DELIVERY)
