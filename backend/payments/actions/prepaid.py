"""What an institution prepaid to a center (PY-13): added to, or taken from while it lasts."""

from uuid import UUID

from backend.core.db import value
from backend.core.ids import uuid7
from backend.payments.problems import PrepaidTooLow

ADD = """
INSERT INTO prepaid_accounts AS kept (id, institution, organization, balance_fen)
VALUES ($1, $2, $3, $4)
ON CONFLICT (institution, organization) DO UPDATE SET balance_fen = kept.balance_fen + $4
"""

TAKE = """
UPDATE prepaid_accounts SET balance_fen = balance_fen - $3
 WHERE institution = $1 AND organization = $2 AND balance_fen >= $3 RETURNING balance_fen
"""

LEFT = "SELECT balance_fen FROM prepaid_accounts WHERE institution = $1 AND organization = $2"


async def add(*, institution_id: UUID, organization_id: UUID, fen: int) -> None:
    """Put so much into the account, in the transaction that books it; the payable is held."""
    await value(ADD, uuid7(), institution_id, organization_id, fen)


async def take(*, institution_id: UUID | None, organization_id: UUID, fen: int) -> None:
    """Take so much from the account, in the transaction that books it; the payable is held.

    :raises PrepaidTooLow: nothing is taken
    """
    if await value(TAKE, institution_id, organization_id, fen) is None:
        left = await value(LEFT, institution_id, organization_id)
        raise PrepaidTooLow(left_fen=left or 0)
