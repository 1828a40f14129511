"""Moves as they are stored."""

from uuid import UUID

from asyncpg import Record

from backend.contracts.lifecycle import Move, Side
from backend.core.db import row, value


async def move(move_id: UUID) -> Record | None:
    return await row("SELECT * FROM contract_moves WHERE id = $1", move_id)


ENDING = """
SELECT * FROM contract_moves
 WHERE coalesce(doctor_contract, institution_contract) = $1 AND move = $2
"""


async def ending(contract_id: UUID) -> Record | None:
    """How a contract was terminated, if it was."""
    return await row(ENDING, contract_id, Move.TERMINATE)


SIGNED = """
SELECT true FROM contract_moves
 WHERE coalesce(doctor_contract, institution_contract) = $1 AND side = $2 AND of_version = $3
"""


async def has_signed(contract_id: UUID, *, side: Side, version: int) -> bool:
    return bool(await value(SIGNED, contract_id, side, version))


SIGNER = """
SELECT made_by FROM contract_moves
 WHERE institution_contract = $1 AND side = $2 ORDER BY recorded_at DESC LIMIT 1
"""


async def signer(contract_id: UUID, *, side: Side) -> UUID | None:
    """Who signed last for that side of an institution contract."""
    found: UUID | None = await value(SIGNER, contract_id, side)
    return found


OVERRIDE = """
SELECT reason IS NOT NULL FROM contract_moves
 WHERE doctor_contract = $1 AND side = 'center' AND of_version = $2
"""


async def is_overridden(contract_id: UUID, *, version: int) -> bool:
    """FD-07: whether the center signed for a full team, and said why."""
    return bool(await value(OVERRIDE, contract_id, version))


async def count_changes(contract_id: UUID, *, years: tuple[object, object]) -> int:
    """How often the doctor was changed between these moments."""
    return int(
        await value(
            "SELECT count(*) FROM contract_moves WHERE doctor_contract = $1"
            " AND move = 'change_doctor' AND recorded_at >= $2 AND recorded_at < $3",
            contract_id,
            *years,
        )
    )
