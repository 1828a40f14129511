"""退款 that are owed: written down with what causes them, and made by a job."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import jobs
from backend.core.access import SYSTEM
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.payments.lifecycle.orders import Parts
from backend.payments.lifecycle.refunds import RefundReason
from backend.payments.lifecycle.statuses import LegStatus, RefundStatus

INSERT = """
WITH made AS (
  INSERT INTO refunds (id, payment_order, payable, organization, out_refund_no, cash_fen, gov_fen,
                       self_fen, other_fen, reason_code, reason, is_undue, requested_by, role,
                       status, cash_status, insurance_status, recorded_at, fingerprint)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
)
INSERT INTO refund_moves (id, refund, move, made_by, role, to_status, recorded_at)
VALUES ($1, $1, 'request', $13, $14, $15, $18)
"""


async def give_back_undue(
    payable: Record, held: Record, parts: Parts, reason: RefundReason, *, now: datetime
) -> None:
    """Owe what should not be with us, in the transaction that booked it; nobody has to approve."""
    refund_id = uuid7()
    await insert(
        refund_id,
        payable,
        held,
        parts,
        reason_code=reason,
        reason=None,
        is_undue=True,
        requested_by=SYSTEM.person_id,
        role=SYSTEM.role.value,
        status=RefundStatus.APPROVED,
        fingerprint=b"",
        now=now,
    )


async def insert(
    refund_id: UUID,
    payable: Record,
    held: Record,
    parts: Parts,
    *,
    reason_code: str,
    reason: bytes | None,
    is_undue: bool,
    requested_by: UUID,
    role: str,
    status: RefundStatus,
    fingerprint: bytes,
    now: datetime,
) -> None:
    """Write a refund of a held order; one that needs nobody's word is made by a job."""
    await rows(
        INSERT,
        refund_id,
        held["id"],
        payable["id"],
        payable["organization"],
        refund_id.hex,
        parts.cash_fen,
        parts.gov_fen,
        parts.self_fen,
        parts.other_fen,
        reason_code,
        reason,
        is_undue,
        requested_by,
        role,
        status,
        LegStatus.CREATED if parts.cash_fen else LegStatus.NONE,
        LegStatus.CREATED if parts.insured_fen else LegStatus.NONE,
        now,
        fingerprint,
    )
    if status is RefundStatus.APPROVED:
        owe(refund_id, now=now)


def owe(refund_id: UUID, *, now: datetime) -> None:
    """Owe the making of an approved refund."""
    jobs.enqueue("make_refund", key=f"{refund_id}", due_at=now, refund_id=refund_id)
