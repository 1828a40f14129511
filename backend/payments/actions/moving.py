"""How a move of a payable is written: the row it leaves, and where the payable stands then."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core.access import Actor
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.payments.lifecycle.statuses import (
    PAYABLE_PATHS,
    PayableMove,
    PayableStatus,
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
