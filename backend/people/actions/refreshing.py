"""Staying signed in: a refresh token works once, and a copy of it ends the session."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import crypto, signatures
from backend.core.db import action, row, rows
from backend.core.journal import publish
from backend.people import queries
from backend.people.actions.devices import compare_clocks
from backend.people.actions.pairs import pair_of
from backend.people.actions.sessions import END, end_family
from backend.people.events import RefreshTokenReused
from backend.people.lifecycle import Refresh, SessionEnd, judge, refresh_tokens
from backend.people.problems import DeviceIsWiped, SessionEnded
from backend.people.queries.sessions import Pair

HOLD = """
SELECT s.id, s.person, s.device, s.role, s.organization_id, s.refresh_digest, s.next_token,
       s.refreshed_at, s.expires_at, s.ended_at, s.end_reason, d.public_key
  FROM sessions s JOIN devices d ON d.id = s.device
 WHERE s.refresh_digest = $1 OR s.previous_digest = $1
 ORDER BY s.ended_at IS NOT NULL LIMIT 1 FOR NO KEY UPDATE OF s
"""

ROTATE = """
UPDATE sessions SET previous_digest = refresh_digest, refresh_digest = $2, next_token = $3,
       refreshed_at = $4
 WHERE id = $1
"""


def refresh_text(token: str) -> str:
    """What the phone signs to prove that the token has not left it."""
    return f"bedside:refresh:{token}"


async def refresh_session(
    *, token: str, proof: bytes, client_time: datetime, now: datetime
) -> Pair:
    """A new pair for the newest token, signed by its phone; the old token dies.

    Asked again with the old one within a minute, by the same phone, it answers the same new token:
    the answer was lost. Asked with any other old one, the session ends.

    :raises SessionEnded: :raises DeviceIsWiped:
    """
    pair = await _refresh(token=token, proof=proof, client_time=client_time, now=now)
    if pair is None:
        raise SessionEnded
    return pair


@action
async def _refresh(
    *, token: str, proof: bytes, client_time: datetime, now: datetime
) -> Pair | None:
    """The new pair; None, and committed, when there is none to have."""
    held = await row(HOLD, refresh_tokens.digest(token))
    if held is None:
        await _end_for_reuse(refresh_tokens.session_of(token), now)
        return None
    text = refresh_text(token)
    is_signed = signatures.signed_by(held["public_key"], content=text, signature=proof)
    if held["end_reason"] == SessionEnd.DEVICE_WIPED and is_signed:
        raise DeviceIsWiped
    deserved = judge(
        is_newest=held["refresh_digest"] == refresh_tokens.digest(token) and not held["ended_at"],
        is_signed=is_signed,
        age=now - (held["ended_at"] or held["refreshed_at"]),
        again_within=policy.span(now, "login.refresh_again_s"),
    )
    if held["ended_at"]:
        # The session that followed by a switch of role knew this token no more: it is an old one.
        if deserved is Refresh.REUSED:
            await _end_for_reuse(held["id"], now)
        return None
    if held["expires_at"] <= now or await _is_out(held, now):
        return None
    match deserved:
        case Refresh.ROTATE:
            fresh = await _rotate(held["id"], now)
        case Refresh.REPEAT:
            fresh = crypto.unseal(held["next_token"], "sessions.next_token")
        case Refresh.REUSED:
            await _end_for_reuse(held["id"], now)
            return None
        case Refresh.REFUSE:
            return None
    await compare_clocks(device_id=held["device"], client_time=client_time, now=now)
    return pair_of(held, fresh, now)


async def _is_out(held: Record, now: datetime) -> bool:
    """Whether the session idled too long, or its role is gone by now: then it is ended."""
    roles = await queries.roles_of(person_id=held["person"], now=now)
    if held["refreshed_at"] + policy.span(now, "login.session_idle_days") <= now:
        reason = SessionEnd.IDLE
    elif (held["role"], held["organization_id"]) not in {
        (each.role, each.organization_id) for each in roles
    }:
        reason = SessionEnd.ROLE_GONE
    else:
        return False
    await rows(END, held["id"], now, reason)
    queries.forget_sessions()
    return True


async def _rotate(session_id: UUID, now: datetime) -> str:
    fresh = refresh_tokens.make(session_id)
    sealed = crypto.seal(fresh, "sessions.next_token")
    await rows(ROTATE, session_id, refresh_tokens.digest(fresh), sealed, now)
    return fresh


async def _end_for_reuse(session_id: UUID | None, now: datetime) -> None:
    if session_id is None:
        return
    person_id = await end_family(session_id=session_id, now=now)
    if person_id is not None:
        publish(RefreshTokenReused(person_id=person_id, subject_id=session_id))
