"""Ending sessions: by their owner, by an admin for a leaver, with a lost phone."""

from datetime import datetime
from uuid import UUID

from backend.core import audit
from backend.core.access import Actor, Role
from backend.core.db import action, row, rows
from backend.core.wire import Kept
from backend.people import queries
from backend.people.lifecycle import SessionEnd
from backend.people.queries.sessions import Session

END = "UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE id = $1 AND ended_at IS NULL"

END_THOSE_OF = """
UPDATE sessions SET ended_at = $4, end_reason = $5
 WHERE person = $1 AND ended_at IS NULL
   AND ($2::text IS NULL OR role = $2) AND ($3::uuid IS NULL OR organization_id = $3)
"""

END_THOSE_ON = """
UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE device = $1 AND ended_at IS NULL
"""

# A copy of an old token ends the session it was made for, and the one that followed by a switch of
# role: the same phone, still signed in on the same code.
END_FAMILY = """
UPDATE sessions SET ended_at = $2, end_reason = 'token_reused'
 WHERE ended_at IS NULL
   AND (id = $1 OR device = (SELECT device FROM sessions
                              WHERE id = $1 AND end_reason = 'role_switched'))
RETURNING id, person
"""


@action
async def end_session(*, session_id: UUID, actor: Actor, now: datetime) -> Kept[Session]:
    """Sign a phone out. It is felt everywhere within five seconds.

    :raises Missing: it is neither the actor's own nor of their organization
    """
    held = await queries.session(actor=actor, session_id=session_id, hold=True)
    if held.ended_at is not None:
        return Kept(held, first=False)
    is_own = held.person == actor.person_id
    reason = SessionEnd.SIGNED_OUT if is_own else SessionEnd.ENDED_BY_ADMIN
    await rows(END, session_id, now, reason)
    queries.forget_sessions()
    audit.wrote(actor, "sessions.end", person_id=held.person, subject_id=session_id)
    ended = await queries.session(actor=actor, session_id=session_id)
    return Kept(ended, first=True)


@action
async def end_sessions_of(
    *,
    person_id: UUID,
    reason: SessionEnd,
    now: datetime,
    role: Role | None = None,
    organization_id: UUID | None = None,
) -> None:
    """End what a person may no longer do: everywhere, or in one role, or in one organization."""
    await rows(END_THOSE_OF, person_id, role, organization_id, now, reason)
    queries.forget_sessions()


@action
async def end_sessions_on(*, device_id: UUID, reason: SessionEnd, now: datetime) -> None:
    """End everything that is signed in on a phone."""
    await rows(END_THOSE_ON, device_id, now, reason)
    queries.forget_sessions()


@action
async def end_family(*, session_id: UUID, now: datetime) -> UUID | None:
    """End a session of whose refresh token a copy is about; whose it was, if it still lived."""
    ended = await row(END_FAMILY, session_id, now)
    queries.forget_sessions()
    return ended["person"] if ended else None
