"""How a move of an episode is entered and written: the move, the status, the audit, at once."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from backend.beds import queries
from backend.beds.lifecycle import Move, after
from backend.beds.lifecycle.held import Episode, Made
from backend.beds.schemas import MoveDetail
from backend.core import audit, crypto, times
from backend.core.access import Actor
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.problems import Forbidden
from backend.core.times import Times
from backend.core.wire import Kept, check_same, fingerprint
from backend.people import queries as people
from backend.people.lifecycle import Scope
from backend.visits.lifecycle.said import Said

MOVED = """
WITH moved AS (
  INSERT INTO home_sickbed_moves (id, home_sickbed, move, move_id, detail, made_by, role,
                                  from_status, to_status, client_time, happened_at, recorded_at,
                                  said, fingerprint)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
)
UPDATE home_sickbeds SET status = $9, version = version + 1 WHERE id = $2
"""


class Moving(NamedTuple):
    """Who moves a held episode, by which tie, and when it happened."""

    episode: Episode
    actor: Actor
    tie: str
    times: Times


May = Callable[[Actor, Episode], bool]


async def enter(
    home_sickbed_id: UUID,
    *moves: Move,
    may: May,
    actor: Actor,
    said: Said,
    now: datetime,
    move_id: UUID | None = None,
    scope: Scope | None = None,
) -> Moving | Kept[Made]:
    """Hold the episode and let the actor in; or the move, when it was made before.

    Who made it may say it again also when the tie has ended with it.

    :raises Missing: :raises TieEnded: :raises DelegationEnded: :raises ScopeMissing:
    :raises Forbidden: :raises AlreadyDifferent:
    """
    episode = await queries.hold(home_sickbed_id)
    stored = await queries.made(episode.id, moves=moves, move_id=move_id or episode.id)
    if stored is not None and stored.made_by == actor.person_id:
        return _same(stored, said)
    tie = await people.tie(actor=actor, person_id=episode.person, now=now, scope=scope)
    if not may(actor, episode):
        raise Forbidden
    if stored is not None:
        return _same(stored, said)
    return Moving(episode, actor, tie, await times_of(said, actor=actor, now=now))


def _same(stored: Made, said: Said) -> Kept[Made]:
    check_same(fingerprint(said), stored.fingerprint, lambda: MoveDetail.of(stored))
    return Kept(stored, first=False)


async def times_of(said: Said, *, actor: Actor, now: datetime) -> Times:
    return await times.of(device_id=actor.device_id, client_time=said.client_time, now=now)


async def write(
    step: Moving,
    move: Move,
    *,
    said: object,
    move_id: UUID | None = None,
    detail: str | None = None,
) -> Made:
    """Write a move of a held episode.

    :raises CannotMove: when it leads nowhere from where the episode stands
    """
    episode, actor, tie, when = step
    status = after(episode.status, move)
    body = msgspec.json.encode(said, order="deterministic")
    made = Made(
        id=uuid7(),
        home_sickbed_id=episode.id,
        move=move,
        move_id=move_id or episode.id,
        made_by=actor.person_id,
        role=actor.role.value,
        status=status,
        client_time=when.client_time,
        happened_at=when.happened_at,
        recorded_at=when.recorded_at,
        said=msgspec.json.decode(body),
        fingerprint=fingerprint(said),
    )
    await rows(
        MOVED,
        made.id,
        episode.id,
        move.value,
        made.move_id,
        detail,
        made.made_by,
        made.role,
        episode.status.value,
        status.value,
        made.client_time,
        made.happened_at,
        made.recorded_at,
        crypto.seal(body.decode(), "home_sickbed_moves.said"),
        made.fingerprint,
    )
    audit.wrote(
        actor, f"beds.{move.value}", person_id=episode.person, subject_id=episode.id, tie=tie
    )
    return made
