"""Questions about phones and the sessions on them."""

import time
from uuid import UUID

from backend.core.db import value

ALIVE_FOR_S = 5.0
REMEMBERED_MAX = 50_000
_alive: dict[UUID, float] = {}


async def session_is_alive(session_id: UUID) -> bool:
    """Whether a session still lives; an answer is remembered for at most five seconds."""
    now = time.monotonic()
    if _alive.get(session_id, 0.0) > now:
        return True
    sql = "SELECT true FROM sessions WHERE id = $1 AND ended_at IS NULL AND expires_at > now()"
    if not await value(sql, session_id):
        return False
    if len(_alive) > REMEMBERED_MAX:
        _alive.clear()
    _alive[session_id] = now + ALIVE_FOR_S
    return True


def forget_sessions() -> None:
    """Ask the database again from now on: said by whoever ends a session."""
    _alive.clear()
