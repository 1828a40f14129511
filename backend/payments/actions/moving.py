"""How a move is written: the row it leaves, and where the payable, order or refund stands then."""

from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend.core.access import Actor
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.payments.channels import State
from backend.payments.lifecycle.statuses import (
    ORDER_PATHS,
    PAYABLE_PATHS,
    REFUND_PATHS,
    OrderMove,
    OrderStatus,
    PayableMove,
    PayableStatus,
    RefundMove,
    RefundStatus,
    after,
)

MOVED = """
WITH moved AS (
  INSERT INTO payable_moves (id, payable, move, made_by, role, from_status, to_status, because_id,
                             recorded_at, reason, fingerprint)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $11, $12)
)
UPDATE payables SET status = $7, order_id = $10, version = version + 1 WHERE id = $2
"""


async def move_payable(
    held: Record,
    move: PayableMove,
    *,
    actor: Actor,
    now: datetime,
    because_id: UUID | None = None,
    order_id: UUID | None = None,
    reason: bytes | None = None,
    fingerprint: bytes | None = None,
) -> PayableStatus:
    """Move a held payable; `order_id` is the order that has it from now on.

    :raises CannotMove: when the move leads nowhere from where it stands
    """
    status = after(PAYABLE_PATHS, PayableStatus(held["status"]), move)
    await rows(
        MOVED,
        uuid7(),
        held["id"],
        move,
        actor.person_id,
        actor.role.value,
        held["status"],
        status,
        because_id,
        now,
        order_id,
        reason,
        fingerprint,
    )
    return status


ORDER_MOVED = """
WITH moved AS (
  INSERT INTO payment_order_moves (id, payment_order, move, made_by, role, from_status, to_status,
                                   said, recorded_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9)
)
UPDATE payment_orders
   SET status = $7, mix_status = coalesce($10, mix_status),
       cash_status = coalesce($11, cash_status),
       insurance_status = coalesce($12, insurance_status), is_undue = is_undue OR $13,
       channel_trade_no = coalesce(channel_trade_no, $14), paid_at = coalesce(paid_at, $15),
       captured_at = coalesce(captured_at, $16)
 WHERE id = $2
"""


async def move_order(
    held: Record,
    move: OrderMove,
    *,
    actor: Actor,
    now: datetime,
    state: State | None = None,
    is_undue: bool = False,
    captured: bool = False,
) -> None:
    """Move a held order; `state` is what its channel said of it, and is kept with the move.

    :raises CannotMove: when the move leads nowhere from where it stands
    """
    status = (
        OrderStatus(held["status"])
        if move is OrderMove.DOUBT
        else after(ORDER_PATHS, OrderStatus(held["status"]), move)
    )
    await rows(
        ORDER_MOVED,
        uuid7(),
        held["id"],
        move,
        actor.person_id,
        actor.role.value,
        held["status"],
        status,
        msgspec.json.encode(state or {}).decode(),
        now,
        state.mix if state else None,
        state.cash if state else None,
        state.insurance if state else None,
        is_undue,
        state.channel_trade_no if state else None,
        (state.paid_at or now) if state and captured else None,
        now if captured else None,
    )


REFUND_MOVED = """
WITH moved AS (
  INSERT INTO refund_moves (id, refund, move, made_by, role, from_status, to_status, recorded_at,
                            fingerprint)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
)
UPDATE refunds
   SET status = $7, approved_by = coalesce($10, approved_by),
       refunded_at = CASE WHEN $7 = 'REFUNDED' THEN $8 END
 WHERE id = $2
"""


async def move_refund(
    held: Record,
    move: RefundMove,
    *,
    actor: Actor,
    now: datetime,
    fingerprint: bytes | None = None,
) -> RefundStatus:
    """Move a held refund; who approves it is kept as its second person.

    :raises CannotMove: when the move leads nowhere from where it stands
    """
    status = after(REFUND_PATHS, RefundStatus(held["status"]), move)
    await rows(
        REFUND_MOVED,
        uuid7(),
        held["id"],
        move,
        actor.person_id,
        actor.role.value,
        held["status"],
        status,
        now,
        fingerprint,
        actor.person_id if move is RefundMove.APPROVE else None,
    )
    return status
