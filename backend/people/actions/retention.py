"""Forgetting what need not be kept any longer (RC-01)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from backend import policy
from backend.core import audit
from backend.core.access import SYSTEM
from backend.core.db import action, rows
from backend.people.actions.login_codes import forget_login_codes
from backend.settings import settings

SESSIONS = """
DELETE FROM sessions
 WHERE coalesce(ended_at, expires_at) < $1 AND NOT person = ANY ($2::uuid[]) RETURNING id
"""

# RC-05, RC-01: an access in need is part of the outpatient record it opened.
ACCESSES = """
DELETE FROM break_glass
 WHERE until_at < $1::timestamptz - make_interval(years => $2) AND reviewed_at IS NOT NULL
   AND NOT person = ANY ($3::uuid[]) RETURNING id
"""


@action
async def retain(*, now: datetime, held: Collection[UUID] = ()) -> None:
    """Erase what is past its retention, except of whom a legal hold names. Daily; twice is once."""
    keep_from = now - timedelta(days=settings().log_retention_days)
    years = policy.whole(now, "rc.outpatient_retention_years")
    await forget_login_codes(now=now)
    sessions = await rows(SESSIONS, keep_from, list(held))
    accesses = await rows(ACCESSES, now, years, list(held))
    for erased in (*sessions, *accesses):
        audit.wrote(SYSTEM, "people.retain", subject_id=erased["id"])
