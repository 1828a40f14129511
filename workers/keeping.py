"""What the workers themselves leave behind, and for how long."""

from datetime import datetime, timedelta

from backend.core.db import rows
from workers.settings import DONE_JOBS_KEPT_DAYS

FORGET = """
DELETE FROM jobs WHERE id IN
  (SELECT id FROM jobs WHERE status = 'done' AND done_at < $1 ORDER BY id LIMIT 50000)
"""


async def forget_done_jobs(*, now: datetime) -> None:
    """Delete what was done long ago: no key is asked for again so much later."""
    await rows(FORGET, now - timedelta(days=DONE_JOBS_KEPT_DAYS))
