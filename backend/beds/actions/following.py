"""What a stay in the ledger brings about for the home-sickbed that lies over it."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.beds import queries
from backend.beds.actions import moments, moving
from backend.beds.actions.moving import Moving
from backend.beds.lifecycle import IN_BED, CloseReason, Move, Status, Stay, SuspensionReason
from backend.beds.lifecycle.due import back_by
from backend.beds.lifecycle.held import Made
from backend.beds.lifecycle.limits import limits
from backend.core.access import Actor
from backend.core.db import row, rows
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
    step = await _by_stay(open_one.id, at=because.from_at, actor=actor, now=now)
    await start_suspension(
        step,
        because.id,
        reason=SuspensionReason.INPATIENT,
        said=ByItself(because_id=because.id),
        because_id=because.id,
    )


async def start_suspension(
    step: Moving,
    move_id: UUID,
    *,
    reason: SuspensionReason,
    said: object,
    expected_return_on: date | None = None,
    because_id: UUID | None = None,
) -> Made:
    """Away from that moment on; `because_id` is the stay in a ward that makes it so."""
    episode, at = step.episode, step.times.happened_at
    made = await moving.write(step, Move.SUSPEND, said=said, move_id=move_id, detail=reason.value)
    await rows(SUSPEND, move_id, episode.id, reason.value, at, expected_return_on, because_id)
    await moments.at_suspension(episode, actor=step.actor, now=step.times.recorded_at)
    return made


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
    step = await _by_stay(found.id, at=at, actor=actor, now=now)
    await resume(step, said=ByItself(because_id=ward.id), move_id=ward.id)


async def _by_stay(home_sickbed_id: UUID, *, at: datetime, actor: Actor, now: datetime) -> Moving:
    """An episode is held, and moves because the ledger did."""
    return Moving(await queries.hold(home_sickbed_id), actor, "stay", Times(at, at, now))


async def resume(step: Moving, *, said: object, move_id: UUID) -> Made:
    """End the suspension: OPEN again within the limit, CLOSING after it (BG-06)."""
    episode, at = step.episode, step.times.happened_at
    away = await row(AWAY, episode.id)
    assert away is not None, "a suspended bed has an open suspension"
    if at >= back_by(away["from_at"], away_max=limits(away["from_at"]).away_max):
        reason = CloseReason.AWAY_TOO_LONG
        return await start_closing(step, reason=reason, said=said, move_id=move_id)
    await rows(BACK, episode.id, at)
    made = await moving.write(step, Move.RESUME, said=said, move_id=move_id)
    await moments.at_return(episode, actor=step.actor, now=step.times.recorded_at)
    return made


async def start_closing(
    step: Moving, *, reason: CloseReason, said: object, move_id: UUID | None = None
) -> Made:
    """A criterion is met: the discharge record is owed; nothing closes by itself (BG-05)."""
    episode, at = step.episode, step.times.happened_at
    await rows(BACK, episode.id, at)
    await rows(CLOSING, episode.id, at, reason.value)
    made = await moving.write(
        step, Move.BEGIN_CLOSING, said=said, move_id=move_id, detail=reason.value
    )
    await moments.at_closing(episode, actor=step.actor, now=step.times.recorded_at)
    return made


async def end(person_id: UUID, *, at: datetime, actor: Actor, now: datetime) -> None:
    """Death: a bed begins to close, an application is at an end."""
    said = ByItself(reason=CloseReason.DEATH)
    for each in await rows(UNDER_WAY, person_id):
        step = await _by_stay(each["id"], at=at, actor=actor, now=now)
        if step.episode.status in IN_BED:
            await start_closing(step, reason=CloseReason.DEATH, said=said)
        else:
            await moving.write(step, Move.WITHDRAW, said=said)
            await moments.untie_all(step.episode, now=now)
