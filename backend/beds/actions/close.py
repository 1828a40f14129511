"""撤床: a criterion is met, and the discharge record closes the bed."""

from datetime import datetime
from uuid import UUID

from backend import policy
from backend.beds import policies, queries
from backend.beds.actions import following, ledger, moments, moving
from backend.beds.actions.moving import Moving
from backend.beds.lifecycle import CloseReason, Layer, Move, Outcome, after
from backend.beds.lifecycle.due import back_by, cycle_end
from backend.beds.lifecycle.held import Episode, Made
from backend.beds.lifecycle.limits import limits
from backend.beds.lifecycle.said import Closing, Closure
from backend.beds.problems import ReasonDoesNotHold, SeniorCloses
from backend.core.access import Actor, Role
from backend.core.db import action, rows, value
from backend.core.wire import Kept

CLOSED = """
UPDATE home_sickbeds SET closing_at = coalesce(closing_at, $2), closed_at = $2, close_reason = $3,
       outcome = $4 WHERE id = $1
"""

AWAY_SINCE = "SELECT from_at FROM home_sickbed_suspensions WHERE home_sickbed = $1 ORDER BY from_at"


@action
async def begin_closing(
    *, home_sickbed_id: UUID, actor: Actor, said: Closing, now: datetime
) -> Kept[Made]:
    """A criterion of HB-12 is met: from now on a discharge record is owed. Twice is once.

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    :raises ReasonDoesNotHold: :raises SeniorCloses:
    """
    step = await moving.enter(
        home_sickbed_id,
        Move.BEGIN_CLOSING,
        may=policies.may_treat,
        actor=actor,
        said=said,
        now=now,
    )
    if isinstance(step, Kept):
        return step
    await _check_close(step, said, Move.BEGIN_CLOSING)
    made = await following.start_closing(step, reason=said.reason, said=said)
    return Kept(made, first=True)


@action
async def close(*, home_sickbed_id: UUID, actor: Actor, said: Closure, now: datetime) -> Kept[Made]:
    """Close the bed with its discharge record (HB-13); closed is final. Twice is once.

    The overlay ends in the ledger, and with it whoever was tied by this bed.

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    :raises ReasonDoesNotHold: :raises SeniorCloses:
    """
    step = await moving.enter(
        home_sickbed_id, Move.CLOSE, may=policies.may_treat, actor=actor, said=said, now=now
    )
    if isinstance(step, Kept):
        return step
    await _check_close(step, said, Move.CLOSE)
    episode, at = step.episode, step.times.happened_at
    if (said.outcome is Outcome.DIED) != (said.reason is CloseReason.DEATH):
        raise ReasonDoesNotHold(why="outcome")
    overlay = (await queries.current(episode.person)).get(Layer.OVERLAY)
    if overlay is not None and overlay.id == episode.stay_id:
        await ledger.leave(
            person_id=episode.person,
            layer=Layer.OVERLAY,
            at=max(at, overlay.from_at + overlay.from_at.resolution),
            actor=actor,
            now=now,
        )
    await rows(following.BACK, episode.id, at)
    await rows(CLOSED, episode.id, at, said.reason.value, said.outcome.value)
    made = await moving.write(step, Move.CLOSE, said=said, detail=said.reason.value)
    is_contact_owed = said.outcome is not Outcome.DIED
    await moments.at_closure(episode, is_contact_owed=is_contact_owed, actor=actor, now=now)
    return Kept(made, first=True)


async def _check_close(step: Moving, said: Closing | Closure, move: Move) -> None:
    """:raises SeniorCloses: :raises CannotMove: :raises ReasonDoesNotHold:"""
    episode, actor, at = step.episode, step.actor, step.times.happened_at
    after(episode.status, move)
    so_soon = policy.span(step.times.recorded_at, "hb.senior_closes_after_adverse_event_days")
    adverse_since = at - so_soon
    if actor.role is not Role.SENIOR_GP and await queries.had_adverse_event(
        episode.person, since=adverse_since
    ):
        raise SeniorCloses
    if why := await _against(episode, said, at=at):
        raise ReasonDoesNotHold(why=why)


async def _against(episode: Episode, said: Closing | Closure, *, at: datetime) -> str | None:
    """HB-12: which fact does not bear the reason out, if any."""
    assert episode.opened_at is not None
    within = limits(episode.opened_at)
    match said.reason:
        case CloseReason.DEATH:
            died = await value("SELECT died_on FROM persons WHERE id = $1", episode.person)
            return None if died else "nobody_died"
        case CloseReason.BEYOND_HOME:
            return await _against_referral(episode, said.referral_id, at=at)
        case CloseReason.CYCLE_END:
            is_over = at >= cycle_end(episode.opened_at, cycle=within.cycle)
            return None if is_over else "cycle_not_over"
        case CloseReason.UNREACHABLE:
            days = await queries.failed_visit_days(episode.person, since=episode.opened_at)
            enough = days >= policy.whole(at, "hb.unreachable_failed_visits")
            return None if enough else "too_few_failed_visits"
        case CloseReason.AWAY_TOO_LONG:
            stretches = await rows(AWAY_SINCE, episode.id)
            since = stretches[-1]["from_at"] if stretches else None
            too_long = since is not None and at >= back_by(since, away_max=within.away_max)
            return None if too_long else "not_away_so_long"
        case _:
            return None


async def _against_referral(
    episode: Episode, referral_id: UUID | None, *, at: datetime
) -> str | None:
    """HB-12: beyond home means that somebody else has taken them first."""
    if referral_id is None:
        return "referral_first"
    is_live = await queries.has_referral(episode.person, referral_id=referral_id, at=at)
    return None if is_live else "no_such_referral"
