"""How a move is written: one row, what was said, and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record

from backend.contracts import queries
from backend.contracts.lifecycle import Move, Side, Status
from backend.contracts.lifecycle.said import Said
from backend.contracts.schemas.moves import ContractMoveDetail
from backend.core import crypto, times
from backend.core.access import Actor
from backend.core.db import rows
from backend.core.ids import is_uuid7
from backend.core.problems import Malformed, Missing
from backend.core.wire import Kept, check_same, fingerprint

WRITE = """
INSERT INTO contract_moves (id, doctor_contract, institution_contract, move, side, of_version,
                            made_by, role, from_status, to_status, said, reason, client_time,
                            happened_at, recorded_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12, $13, $14, $15, $16)
"""
# Sealed, or columns of their own.
APART = frozenset({"client_time", "reason", "override_reason"})


def _of(contract: Record) -> tuple[UUID | None, UUID | None]:
    """Its id in the column of its kind."""
    is_doctors = "person" in contract
    return (contract["id"], None) if is_doctors else (None, contract["id"])


async def again(contract: Record, move: Move, *, move_id: UUID, said: Said) -> Kept[Record] | None:
    """The move as it was made before, if it was.

    :raises Missing: the id belongs to something else :raises Malformed: it is no UUIDv7
    :raises AlreadyDifferent: with the stored one
    """
    stored = await queries.move(move_id)
    if stored is None:
        if not is_uuid7(move_id):
            raise Malformed(field="id")
        return None
    is_here = (stored["doctor_contract"], stored["institution_contract"]) == _of(contract)
    if not is_here or stored["move"] != move:
        raise Missing
    return same(stored, said)


def same(stored: Record, said: Said) -> Kept[Record]:
    """:raises AlreadyDifferent: with the stored one"""
    check_same(fingerprint(said), stored["fingerprint"], lambda: ContractMoveDetail.of(stored))
    return Kept(stored, first=False)


async def write(
    contract: Record,
    move: Move,
    *,
    move_id: UUID,
    status: Status,
    actor: Actor,
    said: Said,
    now: datetime,
    side: Side | None = None,
    follows: Mapping[str, Any] | None = None,
) -> Kept[Record]:
    """Write a move of a held contract; `follows` is what came of it."""
    when = await times.of(device_id=actor.device_id, client_time=said.client_time, now=now)
    spoken: dict[str, Any] = msgspec.to_builtins(said)
    reason = spoken.get("override_reason") or spoken.get("reason")
    kept = {name: each for name, each in spoken.items() if name not in APART}
    await rows(
        WRITE,
        move_id,
        *_of(contract),
        move,
        side,
        contract["version"],
        actor.person_id,
        actor.role,
        contract["status"],
        status,
        msgspec.json.encode({**kept, **(follows or {})}).decode(),
        crypto.seal(reason, "contract_moves.reason") if reason else None,
        when.client_time,
        when.happened_at,
        when.recorded_at,
        fingerprint(said),
    )
    made = await queries.move(move_id)
    assert made is not None
    return Kept(made, first=True)
