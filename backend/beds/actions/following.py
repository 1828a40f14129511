"""What a stay in the ledger brings about for the home-sickbed that lies over it."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.beds import queries
from backend.beds.actions import moments, moving
from backend.beds.lifecycle import IN_BED, CloseReason, Move, Status, Stay, SuspensionReason
from backend.beds.lifecycle.due import back_by
from backend.beds.lifecycle.held import Episode, Made
from backend.beds.lifecycle.limits import limits
from backend.core.access import Actor
from backend.core.db import row, rows
from backend.core.ids import uuid7
from backend.core.times import Times

SUSPEND = """
INSERT INTO home_sickbed_suspensions (id, home_sickbed, reason, from_at, expected_return_on,
                                      because_id)
VALUES ($1, $2, $3, $4, $5, $6)
"""

CLOSING = "UPDATE home_sickbeds SET closing_at = $2, close_reason = $3 WHERE id = $1"

AWAY = """
SELECT id, from_at, because_id FROM home_sickbed_suspensions
 WHERE home_sickbed = $1 AND until_at IS NULL
"""

BACK = """
UPDATE home_sickbed_suspensions SET until_at = greatest($2, from_at)
 WHERE home_sickbed = $1 AND until_at IS NULL
"""

UNDER_WAY = """
SELECT id FROM home_sickbeds
 WHERE person = $1 AND status NOT IN ('REJECTED', 'WITHDRAWN', 'CLOSING', 'CLOSED') ORDER BY id
"""


class ByItself(msgspec.Struct, frozen=True):
    """Why an episode moved without anybody saying so to it."""

    because_id: UUID | None = None
    reason: CloseReason | None = None


async def yield_to(person_id: UUID, *, because: Stay, actor: Actor, now: datetime) -> None:
    """HB-14: an inpatient stay suspends the bed from the hospital's admission time."""
    open_one = await queries.open_home_sickbed(person_id)
    if open_one is None or open_one.status is not Status.OPEN:
        return
    episode = await queries.hold(open_one.id)
    await rows(
        SUSPEND,
        uuid7(),
        episode.id,
        SuspensionReason.INPATIENT.value,
        because.from_at,
        None,
        because.id,
    )
    when = Times(because.from_at, because.from_at, now)
    episode, _ = await moving.write(
        episode,
        Move.SUSPEND,
        actor=actor,
        said=ByItself(because_id=because.id),
        when=when,
        tie="stay",
        move_id=because.id,
    )
    await moments.at_suspension(episode, actor=actor, now=now)


async def come_back(
    person_id: UUID, *, ward: Stay, at: datetime, actor: Actor, now: datetime
) -> None:
    """Out of hospital: a bed that this suspended is open again, or closes when it was too long.

    Who was travelling before stays away until a doctor says that they are back.
    """
    found = await queries.open_home_sickbed(person_id)
    if found is None or found.status is not Status.SUSPENDED:
        return
    away = await row(AWAY, found.id)
    if away is None or away["because_id"] is None:
        return
    episode = await queries.hold(found.id)
    await resume(
        episode,
        when=Times(at, at, now),
        said=ByItself(because_id=ward.id),
        actor=actor,
        move_id=ward.id,
        tie="stay",
    )


async def resume(
    episode: Episode,
    *,
    when: Times,
    said: object,
    actor: Actor,
    move_id: UUID,
    tie: str,
) -> Made:
    """End the suspension: OPEN again within the limit, CLOSING after it (BG-06)."""
    away = await row(AWAY, episode.id)
    assert away is not None, "a suspended bed has an open suspension"
    at, now = when.happened_at, when.recorded_at
    await rows(BACK, episode.id, at)
    if at < back_by(away["from_at"], away_max=limits(away["from_at"]).away_max):
        episode, made = await moving.write(
            episode, Move.RESUME, actor=actor, said=said, when=when, tie=tie, move_id=move_id
        )
        await moments.at_return(episode, actor=actor, now=now)
        return made
    return await start_closing(
        episode,
        reason=CloseReason.AWAY_TOO_LONG,
        when=when,
        said=said,
        actor=actor,
        tie=tie,
        move_id=move_id,
    )


async def start_closing(
    episode: Episode,
    *,
    reason: CloseReason,
    when: Times,
    said: object,
    actor: Actor,
    tie: str,
    move_id: UUID | None = None,
) -> Made:
    """A criterion is met: the discharge record is owed; nothing closes by itself (BG-05)."""
    await rows(BACK, episode.id, when.happened_at)
    await rows(CLOSING, episode.id, when.happened_at, reason.value)
    episode, made = await moving.write(
        episode,
        Move.BEGIN_CLOSING,
        actor=actor,
        said=said,
        when=when,
        tie=tie,
        move_id=move_id,
        detail=reason.value,
    )
    await moments.at_closing(episode, actor=actor, now=when.recorded_at)
    return made


async def end(person_id: UUID, *, at: datetime, actor: Actor, now: datetime) -> None:
    """Death: a bed begins to close, an application is at an end."""
    for each in await rows(UNDER_WAY, person_id):
        episode = await queries.hold(each["id"])
        said = ByItself(reason=CloseReason.DEATH)
        when = Times(at, at, now)
        if episode.status in IN_BED:
            await start_closing(
                episode,
                reason=CloseReason.DEATH,
                when=when,
                said=said,
                actor=actor,
                tie="stay",
            )
        else:
            episode, _ = await moving.write(
                episode, Move.WITHDRAW, actor=actor, said=said, when=when, tie="stay"
            )
            await moments.untie_all(episode, now=now)
