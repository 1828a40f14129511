"""What follows when a channel says how an order stands: one place, whoever heard it.

A callback, a question of ours and the end of a lock all come here, in any order and number. The
payable is held before the order, so they come one after the other.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend.core import audit, jobs
from backend.core.access import SYSTEM, Actor
from backend.core.db import action, rows, value
from backend.core.journal import publish
from backend.payments import queries
from backend.payments.actions import ledger, prepaid
from backend.payments.actions.moving import move_order, move_payable
from backend.payments.actions.owing import give_back_undue
from backend.payments.channels import State
from backend.payments.events import (
    OrderEnded,
    PaymentDoubted,
    PaymentMade,
    PaymentUndue,
)
from backend.payments.lifecycle.ledger import Why
from backend.payments.lifecycle.orders import (
    Outcome,
    Parts,
    captured,
    decide,
    hear,
    taken,
)
from backend.payments.lifecycle.refunds import RefundReason
from backend.payments.lifecycle.statuses import (
    ChannelName,
    Kind,
    LegStatus,
    OrderMove,
    OrderStatus,
    PayableMove,
    PayableStatus,
)

NOTE = """
UPDATE payment_orders SET mix_status = $2, cash_status = $3, insurance_status = $4 WHERE id = $1
"""

DOUBTED = "SELECT 1 FROM payment_order_moves WHERE payment_order = $1 AND move = 'doubt'"


@action
async def capture(
    *,
    order_id: UUID,
    state: State,
    is_known: bool = True,
    may_end: bool = True,
    now: datetime,
) -> Outcome:
    """Do what a channel's word asks for; hearing it again, or late, changes nothing.

    `is_known`: it had the order, or will never have it, before it said so; else "I do not know it"
    is no last word. `may_end=False`: who asks ends it, and says how.

    PY-07: both legs, or none. PY-09: one payment of a payable, whatever comes after goes back.

    :raises Missing:
    """
    payable, held = await queries.hold_order(order_id)
    if held["channel"] == ChannelName.PREPAID and held["status"] != OrderStatus.CREATED:
        # What had been taken from the account went back to it with the lock.
        state = msgspec.structs.replace(state, cash=LegStatus.FAIL)
    owed = parts_of(held)
    outcome = decide(
        hear(owed, state),
        order=OrderStatus(held["status"]),
        was_captured=held["captured_at"] is not None,
        payable=PayableStatus(payable["status"]),
        is_known=is_known,
    )
    match outcome:
        case Outcome.CAPTURE:
            await _capture(payable, held, state, now)
        case Outcome.UNDUE:
            await _keep_apart(payable, held, state, now)
        case Outcome.REVERSE:
            await _reverse(payable, held, state, now)
        case Outcome.END if may_end:
            move = _ending(payable, held, now)
            await end(payable, held, move, actor=SYSTEM, state=state, now=now)
        case Outcome.DOUBT:
            await _doubt(payable, held, state, now)
        case Outcome.NOTHING if OrderStatus(held["status"]) is OrderStatus.CREATED:
            await rows(NOTE, order_id, state.mix, state.cash, state.insurance)
    return outcome


async def capture_taken(*, order_id: UUID, now: datetime) -> None:
    """Book what was taken from an institution's account, in the transaction that took it."""
    payable, held = await queries.hold_order(order_id)
    state = State(
        out_trade_no=held["out_trade_no"],
        mix=LegStatus.SUCCESS,
        cash=LegStatus.SUCCESS,
        insurance=LegStatus.NONE,
        is_over=True,
        cash_fen=held["pay_cash_fen"],
    )
    await _capture(payable, held, state, now)


async def end(
    payable: Record,
    held: Record,
    move: OrderMove,
    *,
    actor: Actor,
    state: State | None = None,
    now: datetime,
) -> None:
    """End a held order that came to nothing; its payable, if it still waits for it, is open again.

    :raises CannotMove: it has come to something
    """
    await move_order(held, move, actor=actor, state=state, now=now)
    if held["channel"] == ChannelName.PREPAID:
        await prepaid.add(
            institution_id=held["institution"],
            organization_id=payable["organization"],
            fen=held["pay_cash_fen"],
        )
    if payable["status"] == PayableStatus.LOCKED and payable["order_id"] == held["id"]:
        await move_payable(
            payable, PayableMove.RELEASE, actor=actor, now=now, because_id=held["id"]
        )
    publish(OrderEnded(subject_id=held["id"], person_id=payable["person"]))


def _ending(payable: Record, held: Record, now: datetime) -> OrderMove:
    if now >= held["expires_at"]:
        return OrderMove.EXPIRE
    is_first = payable["order_id"] == held["id"]
    return OrderMove.FAIL if is_first else OrderMove.CANCEL


def parts_of(order: Record) -> Parts:
    return Parts(
        cash_fen=order["pay_cash_fen"],
        gov_fen=order["gov_fen"],
        self_fen=order["self_fen"],
        other_fen=order["other_fen"],
    )


async def _capture(payable: Record, held: Record, state: State, now: datetime) -> None:
    await move_order(held, OrderMove.SUCCEED, actor=SYSTEM, state=state, captured=True, now=now)
    await move_payable(
        payable,
        PayableMove.CAPTURE,
        actor=SYSTEM,
        now=now,
        because_id=held["id"],
        order_id=held["id"],
    )
    await _book(payable, held, parts_of(held), is_undue=False, now=now)
    if payable["kind"] == Kind.PREPAYMENT:
        await prepaid.add(
            institution_id=payable["institution"],
            organization_id=payable["organization"],
            fen=payable["total_fen"],
        )
    if payable["status"] == PayableStatus.LOCKED and payable["order_id"] != held["id"]:
        # Whoever holds the lock now came too late: nobody should pay that order any more.
        overtaken = payable["order_id"]
        jobs.enqueue("expire_order", key=f"{overtaken}:overtaken", due_at=now, order_id=overtaken)
    publish(PaymentMade(subject_id=payable["id"], person_id=payable["person"], to_id=held["payer"]))
    audit.wrote(SYSTEM, "payments.capture", person_id=payable["person"], subject_id=held["id"])


async def _keep_apart(payable: Record, held: Record, state: State, now: datetime) -> None:
    """PY-09: too late or twice. It is booked as nobody's due, and goes back by itself."""
    await move_order(
        held,
        OrderMove.SUCCEED,
        actor=SYSTEM,
        state=state,
        is_undue=True,
        captured=True,
        now=now,
    )
    parts = parts_of(held)
    await _book(payable, held, parts, is_undue=True, now=now)
    await give_back_undue(payable, held, parts, RefundReason.DUPLICATE, now=now)
    first = (
        "SELECT payer FROM payment_orders WHERE payable = $1 AND status = 'PAID' AND NOT is_undue"
    )
    publish(
        PaymentUndue(
            subject_id=payable["id"],
            person_id=payable["person"],
            to_id=held["payer"],
            from_id=await value(first, payable["id"]),
        )
    )
    audit.wrote(SYSTEM, "payments.undue", person_id=payable["person"], subject_id=held["id"])


async def _reverse(payable: Record, held: Record, state: State, now: datetime) -> None:
    """PY-07: one leg took money and the other never will. The payable waits until it is back.

    Of an order that had been given up it does not wait: somebody else may hold it.
    """
    is_late = OrderStatus(held["status"]) is not OrderStatus.CREATED
    await move_order(
        held, OrderMove.HALF, actor=SYSTEM, state=state, is_undue=is_late, captured=True, now=now
    )
    parts = taken(parts_of(held), state)
    await _book(payable, held, parts, is_undue=True, now=now)
    await give_back_undue(payable, held, parts, RefundReason.HALF, now=now)
    audit.wrote(SYSTEM, "payments.reverse", person_id=payable["person"], subject_id=held["id"])


async def _doubt(payable: Record, held: Record, state: State, now: datetime) -> None:
    """Book nothing, and let a person look; once."""
    if await value(DOUBTED, held["id"]):
        return
    await move_order(held, OrderMove.DOUBT, actor=SYSTEM, state=state, now=now)
    publish(PaymentDoubted(subject_id=held["id"], organization_id=payable["organization"]))
    audit.wrote(SYSTEM, "payments.doubt", person_id=payable["person"], subject_id=held["id"])


async def _book(
    payable: Record, held: Record, parts: Parts, *, is_undue: bool, now: datetime
) -> None:
    channel = ChannelName(held["channel"])
    await ledger.post(
        captured(parts, channel=channel, reduced_fen=held["reduce_fen"], is_undue=is_undue),
        why=Why.UNDUE if is_undue else Why.CAPTURE,
        payable=payable,
        payer_id=held["payer"],
        channel=channel,
        order_id=held["id"],
        now=now,
    )
