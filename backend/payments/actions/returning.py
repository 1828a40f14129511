"""退款 at work (PY-08): each leg goes back where it came from, under one number, however often."""

import logging
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import audit
from backend.core.access import SYSTEM
from backend.core.db import action, row, rows, value
from backend.core.journal import publish
from backend.payments import queries
from backend.payments.actions import asking, ledger, prepaid
from backend.payments.actions.moving import move_order, move_payable, move_refund
from backend.payments.channels import RefundState, Refused, Transient
from backend.payments.events import PaymentReversed, RefundMade, RefundStuck
from backend.payments.lifecycle.ledger import Why
from backend.payments.lifecycle.orders import Parts, given_back, next_ask
from backend.payments.lifecycle.statuses import (
    ChannelName,
    LegStatus,
    OrderMove,
    OrderStatus,
    PayableMove,
    PayableStatus,
    RefundMove,
    RefundStatus,
)

log = logging.getLogger(__name__)

UNDER_WAY = frozenset({RefundStatus.APPROVED, RefundStatus.REFUNDING, RefundStatus.PARTIAL_FAIL})

CASH_BACK = """
WITH leg AS (UPDATE refunds SET cash_status = 'REFUND' WHERE id = $1)
UPDATE payment_orders SET cash_back_fen = cash_back_fen + $3, cash_status = 'REFUND' WHERE id = $2
"""

INSURED_BACK = """
WITH leg AS (UPDATE refunds SET insurance_status = 'REFUND' WHERE id = $1)
UPDATE payment_orders
   SET gov_back_fen = gov_back_fen + $3, self_back_fen = self_back_fen + $4,
       other_back_fen = other_back_fen + $5, insurance_status = 'REFUND'
 WHERE id = $2
"""

STILL_RUNNING = """
SELECT 1 FROM refunds WHERE payable = $1 AND id <> $2 AND NOT is_undue
   AND status IN ('APPROVED', 'REFUNDING', 'PARTIAL_FAIL') LIMIT 1
"""

GIVEN_BACK = """
SELECT cash_back_fen + gov_back_fen + self_back_fen + other_back_fen
       = pay_cash_fen + gov_fen + self_fen + other_fen
  FROM payment_orders WHERE id = $1
"""


async def make_refund(*, refund_id: UUID, now: datetime) -> datetime | None:
    """Give back what was approved, leg by leg; when to go on, until it is all back.

    Not an action: the insurance and the channel are asked outside, each under the refund's number,
    and each leg is kept as soon as it is back. The insurance comes first (PY-08).
    """
    if not await _begin(refund_id=refund_id, now=now):
        return None
    refund, order = await queries.refund_at_channel(refund_id)
    try:
        if asking.insured_fen(refund):
            if refund["insurance_status"] != LegStatus.REFUND:
                await asking.give_back_insured(order, refund)
                await keep_insured(refund_id=refund_id, now=now)
            await asking.tell_insured(order, refund)
        if refund["cash_fen"] and refund["cash_status"] != LegStatus.REFUND:
            await _give_cash(order, refund, now)
    except Transient:
        return _next(refund, now)
    except Refused as refused:
        log.warning("refund refused channel=%s code=%s", order["channel"], refused.code)
        return await _stick(refund_id=refund_id, now=now)
    await _finish(refund_id=refund_id, now=now)
    return None


async def _give_cash(order: Record, refund: Record, now: datetime) -> None:
    """:raises Transient: it is on its way :raises Refused:"""
    if order["channel"] == ChannelName.PREPAID:
        await keep_cash(refund_id=refund["id"], now=now)
        return
    state = await asking.give_back_cash(order, refund)
    if not await hear_refund(refund_id=refund["id"], state=state, now=now):
        raise Transient


async def hear_refund(*, refund_id: UUID, state: RefundState, now: datetime) -> bool:
    """Take a channel's word on a refund of cash, asked for or called back; whether it is back.

    Not an action of its own: it keeps a leg, which is one.

    :raises Refused: it will not be, or another amount was
    """
    refund, _ = await queries.refund_at_channel(refund_id)
    if state.status is LegStatus.FAIL:
        raise Refused("FAIL")
    if state.status is not LegStatus.REFUND:
        return False
    if state.fen != refund["cash_fen"]:
        raise Refused("AMOUNT")
    await keep_cash(refund_id=refund_id, now=now)
    return True


@action
async def keep_cash(*, refund_id: UUID, now: datetime) -> None:
    """The cash is back: book it, once."""
    payable, order, refund = await queries.hold_refund(refund_id)
    if refund["cash_status"] != LegStatus.CREATED or refund["status"] not in UNDER_WAY:
        return
    fen = refund["cash_fen"]
    await rows(CASH_BACK, refund_id, order["id"], fen)
    if order["channel"] == ChannelName.PREPAID:
        await prepaid.add(
            institution_id=order["institution"], organization_id=payable["organization"], fen=fen
        )
    await _book(payable, order, refund, Parts(cash_fen=fen), now)


@action
async def keep_insured(*, refund_id: UUID, now: datetime) -> None:
    """What the insurance had paid is back: book it, once."""
    payable, order, refund = await queries.hold_refund(refund_id)
    if refund["insurance_status"] != LegStatus.CREATED or refund["status"] not in UNDER_WAY:
        return
    parts = parts_of(refund).insured
    await rows(INSURED_BACK, refund_id, order["id"], parts.gov_fen, parts.self_fen, parts.other_fen)
    await _book(payable, order, refund, parts, now)


def parts_of(refund: Record) -> Parts:
    return Parts(
        cash_fen=refund["cash_fen"],
        gov_fen=refund["gov_fen"],
        self_fen=refund["self_fen"],
        other_fen=refund["other_fen"],
    )


async def _book(
    payable: Record, order: Record, refund: Record, parts: Parts, now: datetime
) -> None:
    channel = ChannelName(order["channel"])
    await ledger.post(
        given_back(parts, channel=channel, is_undue=refund["is_undue"]),
        why=Why.REFUND,
        payable=payable,
        payer_id=order["payer"],
        channel=channel,
        order_id=order["id"],
        refund_id=refund["id"],
        now=now,
    )


@action
async def _begin(*, refund_id: UUID, now: datetime) -> bool:
    """Whether there is something to do; the payable shows that it is under way."""
    payable, _, refund = await queries.hold_refund(refund_id)
    status = RefundStatus(refund["status"])
    if status is RefundStatus.REFUNDING:
        return True
    if status not in (RefundStatus.APPROVED, RefundStatus.PARTIAL_FAIL):
        return False
    await move_refund(refund, RefundMove.BEGIN, actor=SYSTEM, now=now)
    if not refund["is_undue"]:
        await _move(payable, PayableMove.REFUND, refund, now)
    return True


@action
async def _finish(*, refund_id: UUID, now: datetime) -> None:
    payable, order, refund = await queries.hold_refund(refund_id)
    if RefundStatus(refund["status"]) is not RefundStatus.REFUNDING:
        return
    await move_refund(refund, RefundMove.FINISH, actor=SYSTEM, now=now)
    is_half = OrderStatus(order["status"]) is OrderStatus.REVERSING
    if is_half:
        await move_order(order, OrderMove.REVERSED, actor=SYSTEM, now=now)
        if payable["status"] == PayableStatus.LOCKED and payable["order_id"] == order["id"]:
            await move_payable(
                payable, PayableMove.RELEASE, actor=SYSTEM, now=now, because_id=order["id"]
            )
    else:
        is_all = bool(await value(GIVEN_BACK, order["id"]))
        # Of two whose legs are all back, the one that ends last finds it returned.
        if is_all and OrderStatus(order["status"]) is OrderStatus.PAID:
            await move_order(order, OrderMove.RETURN, actor=SYSTEM, now=now)
        if not refund["is_undue"] and not await row(STILL_RUNNING, payable["id"], refund_id):
            move = PayableMove.REFUND_ALL if is_all else PayableMove.REFUND_PART
            await _move(payable, move, refund, now)
    told = PaymentReversed if is_half else RefundMade
    publish(told(subject_id=payable["id"], person_id=payable["person"], to_id=order["payer"]))
    audit.wrote(SYSTEM, "payments.refund", person_id=payable["person"], subject_id=refund_id)


@action
async def _stick(*, refund_id: UUID, now: datetime) -> datetime | None:
    """A leg will not go back like this: finance is told, and it is tried again later."""
    payable, _, refund = await queries.hold_refund(refund_id)
    if RefundStatus(refund["status"]) is not RefundStatus.REFUNDING:
        return None
    await move_refund(refund, RefundMove.STICK, actor=SYSTEM, now=now)
    publish(RefundStuck(subject_id=refund_id, organization_id=payable["organization"]))
    return now + policy.span(now, "py.refund_auto_hours")


async def _move(payable: Record, move: PayableMove, refund: Record, now: datetime) -> None:
    """The order that paid it stays its order."""
    await move_payable(
        payable,
        move,
        actor=SYSTEM,
        now=now,
        because_id=refund["id"],
        order_id=payable["order_id"],
    )


def _next(refund: Record, now: datetime) -> datetime:
    steps = policy.spans(now, "py.poll_after_s")
    return next_ask(since=refund["begun_at"], now=now, steps=steps)
