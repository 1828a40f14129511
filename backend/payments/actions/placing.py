"""What jobs and routes do with an order at its channel: place it, ask after it, close it."""

import logging
from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend import policy
from backend.core import crypto
from backend.core.access import SYSTEM
from backend.core.db import action, rows
from backend.payments import queries
from backend.payments.actions import asking, capturing
from backend.payments.channels import Placed, Refused, State, Transient
from backend.payments.lifecycle.orders import Outcome, is_settled, next_ask
from backend.payments.lifecycle.statuses import OrderMove, OrderStatus, PayableStatus

log = logging.getLogger(__name__)

TOOK = frozenset({Outcome.CAPTURE, Outcome.UNDUE, Outcome.REVERSE})

PLACED = """
UPDATE payment_orders SET placed = $2, placed_at = $3,
       channel_trade_no = coalesce(channel_trade_no, $4)
 WHERE id = $1 AND placed_at IS NULL
"""


async def place_order(*, order_id: UUID, now: datetime) -> datetime | None:
    """Place an order, unless that has happened; when to try again while its channel is away.

    Not an action: the channel is asked outside, and its answer is kept after.
    """
    held = await queries.order_at_channel(order_id)
    if held["placed_at"] or not _is_wanted(held, now):
        return None
    try:
        placed = await asking.place(held)
    except Transient:
        return _next(held, now)
    except Refused as refused:
        # Perhaps an earlier try got there, was paid, and its answer was lost: ask before it ends.
        log.warning("order refused channel=%s code=%s", held["channel"], refused.code)
        return await _look(held, now=now, is_refused=True)
    await rows(PLACED, order_id, _sealed(placed), now, placed.channel_trade_no)
    if not placed.pay:  # nobody has to confirm it on a phone
        await _look(await queries.order_at_channel(order_id), now=now)
    return None


async def ask_order(*, order_id: UUID, now: datetime) -> datetime | None:
    """Ask after an order and do what follows; when to ask again, until it is over there.

    Not an action: the channel is asked outside. One that is not wanted any more, because it is
    late, given up or somebody else paid, is closed there first.
    """
    return await _look(await queries.order_at_channel(order_id), now=now)


async def expire_order(*, order_id: UUID, now: datetime) -> None:
    """End the lock of an order that is late or that somebody overtook. Not an action.

    What it does is what `ask_order` does, which goes on asking.
    """
    await _look(await queries.order_at_channel(order_id), now=now)


async def close_and_look(*, order_id: UUID, now: datetime) -> None:
    """Close an order at its channel and hear how it stood. Not an action: see `ask_order`."""
    held = await queries.order_at_channel(order_id)
    state = await _asked(held, is_wanted=False, now=now)
    # While its channel is away it is given up here all the same, and asked after until it is over.
    if state is not None:
        await capturing.capture(order_id=order_id, state=state, may_end=False, now=now)


async def _look(held: Record, *, now: datetime, is_refused: bool = False) -> datetime | None:
    if _is_settled(held):
        return None
    is_wanted = _is_wanted(held, now)
    state = await _asked(held, is_wanted=is_wanted, now=now)
    if state is not None:
        # What was placed since we asked is not known there by this word.
        is_known = is_refused or held["placed_at"] is not None or now >= held["expires_at"]
        outcome = await capturing.capture(
            order_id=held["id"], state=state, is_known=is_known, now=now
        )
        if outcome in TOOK:
            return None
    if not is_wanted:
        await _end_lock(order_id=held["id"], now=now)
    if state is not None and state.is_over and _is_certain(held, now):
        return None
    return _next(held, now)


async def _asked(held: Record, *, is_wanted: bool, now: datetime) -> State | None:
    """How it stands, after closing what is not wanted; None while nobody says.

    A channel that will not close it, because somebody is paying it just now, still says so.
    """
    try:
        if not is_wanted:
            await asking.close(held)
    except (Transient, Refused) as error:
        log.warning("not closed channel=%s kind=%s", held["channel"], type(error).__name__)
    try:
        return await asking.ask(held, now=now)
    except (Transient, Refused) as error:
        log.warning("not asked channel=%s kind=%s", held["channel"], type(error).__name__)
        return None


@action
async def _end_lock(*, order_id: UUID, now: datetime) -> None:
    """PY-09: the lock ends in time, whether or not the channel answers."""
    payable, held = await queries.hold_order(order_id)
    if OrderStatus(held["status"]) is OrderStatus.CREATED:
        move = OrderMove.EXPIRE if now >= held["expires_at"] else OrderMove.CANCEL
        await capturing.end(payable, held, move, actor=SYSTEM, now=now)


def _is_wanted(held: Record, now: datetime) -> bool:
    """Whether it may still be paid: in time, not given up, and its payable waits for it."""
    return bool(
        OrderStatus(held["status"]) is OrderStatus.CREATED
        and now < held["expires_at"]
        and PayableStatus(held["payable_status"]) is PayableStatus.LOCKED
        and held["locked_by"] == held["id"]
    )


def _is_settled(held: Record) -> bool:
    return is_settled(OrderStatus(held["status"]), was_captured=held["captured_at"] is not None)


def _is_certain(held: Record, now: datetime) -> bool:
    """Whether "it is over" is the last word: a placing under way could come after it."""
    last = policy.spans(held["recorded_at"], "py.poll_after_s")[-1]
    return held["placed_at"] is not None or now >= held["expires_at"] + last


def _next(held: Record, now: datetime) -> datetime:
    steps = policy.spans(held["recorded_at"], "py.poll_after_s")
    return next_ask(since=held["recorded_at"], now=now, steps=steps)


def _sealed(placed: Placed) -> bytes:
    return crypto.seal_bytes(msgspec.json.encode(placed.pay), "payment_orders.placed")
