"""How a move is written: the move, the status, and what else of the transfer it changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from backend.core import audit, crypto, db, times
from backend.core.access import Actor
from backend.core.ids import uuid7
from backend.core.times import Times
from backend.core.wire import Kept, check_same
from backend.transfers import queries
from backend.transfers.lifecycle import Move, after
from backend.transfers.lifecycle.held import Held, Made
from backend.transfers.schemas import MoveDetail
from backend.visits.lifecycle.said import Said

MOVED = """
moved AS (
  INSERT INTO transfer_moves (id, transfer, move, move_id, made_by, role, from_status, to_status,
                              client_time, happened_at, recorded_at, said, fingerprint)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
), stood AS (
  UPDATE transfers SET status = $8, version = version + 1{sets} WHERE id = $2
)"""


class Moving(NamedTuple):
    """Who moves a held transfer, by which tie, and when it happened."""

    held: Held
    actor: Actor
    tie: str
    times: Times


async def moving(
    transfer_id: UUID, *, actor: Actor, said: Said, now: datetime, held: Held | None = None
) -> Moving:
    """Hold the transfer for somebody who may know of it.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    held = held or await queries.hold(transfer_id)
    tie = await queries.tie_to_held(held, actor=actor, now=now)
    when = await times.of(device_id=actor.device_id, client_time=said.client_time, now=now)
    return Moving(held, actor, tie, when)


def by_itself(held: Held, *, actor: Actor, now: datetime) -> Moving:
    """What follows by a rule, from another move or from time."""
    return Moving(held, actor, "system", Times(now, now, now))


async def write(
    moving: Moving,
    move: Move,
    *,
    fingerprint: bytes,
    move_id: UUID | None = None,
    said: Mapping[str, Any] | None = None,
    sets: Mapping[str, object] | None = None,
) -> tuple[Held, Made]:
    """Write a move. `sets` are columns of the transfer; the held one comes back as it is now.

    :raises CannotMove: when the move leads nowhere from where the transfer stands
    """
    held, actor, tie, when = moving
    status = after(held.status, move, is_emergency=held.is_emergency)
    kept: dict[str, Any] = msgspec.to_builtins(dict(said or {}))
    made = Made(
        id=uuid7(),
        transfer_id=held.id,
        move=move,
        move_id=move_id or held.id,
        made_by=actor.person_id,
        role=actor.role.value,
        status=status,
        client_time=when.client_time,
        happened_at=when.happened_at,
        recorded_at=when.recorded_at,
        said=kept,
        fingerprint=fingerprint,
    )
    given: list[object] = [
        made.id,
        held.id,
        move.value,
        made.move_id,
        actor.person_id,
        actor.role.value,
        held.status.value,
        status.value,
        when.client_time,
        when.happened_at,
        when.recorded_at,
        crypto.seal(msgspec.json.encode(kept).decode(), "transfer_moves.said"),
        fingerprint,
    ]
    changes = dict(sets or {})
    at = len(given) + 1
    text = "".join(f", {column} = ${at + n}" for n, column in enumerate(changes))
    await db.write(MOVED.replace("{sets}", text), *given, *changes.values())
    audit.wrote(
        actor, f"transfers.{move.value}", person_id=held.person, subject_id=held.id, tie=tie
    )
    known = {column: value for column, value in changes.items() if column in _OF_HELD}
    held = msgspec.structs.replace(held, status=status, version=held.version + 1, **known)
    return held, made


_OF_HELD = frozenset(Held.__struct_fields__)


async def again(
    held: Held, move: Move, *, fingerprint: bytes, move_id: UUID | None = None
) -> Kept[Made] | None:
    """The move as it was made before, if it was.

    :raises AlreadyDifferent: with the stored one, when it was said differently
    """
    made = await queries.made(held.id, move=move, move_id=move_id or held.id)
    if made is None:
        return None
    check_same(fingerprint, made.fingerprint, lambda: MoveDetail.of(made))
    return Kept(made, first=False)
