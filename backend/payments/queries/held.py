"""Lock one payable; whatever moves money of it holds it first."""

from uuid import UUID

from asyncpg import Record

from backend.core.db import row
from backend.core.problems import Missing


async def hold_payable(payable_id: UUID) -> Record:
    """:raises Missing:"""
    found = await row("SELECT * FROM payables WHERE id = $1 FOR NO KEY UPDATE", payable_id)
    if found is None:
        raise Missing
    return found
