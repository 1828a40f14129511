"""What the workers themselves leave behind, and for how long."""

from datetime import datetime, timedelta

from backend.core.db import value
from workers.settings import DONE_JOBS_KEPT_DAYS, FORGOTTEN_AT_ONCE

FORGET = """
WITH gone AS (
  DELETE FROM jobs WHERE id IN
    (SELECT id FROM jobs WHERE status = 'done' AND done_at < $1 ORDER BY id LIMIT $2)
  RETURNING id
)
SELECT count(*) FROM gone
"""


async def forget_done_jobs(*, now: datetime) -> datetime | None:
    """Delete what was done long ago: no key is asked for again so much later.

    A step at a time; when there is more, it asks to be asked again at once.
    """
    gone = await value(FORGET, now - timedelta(days=DONE_JOBS_KEPT_DAYS), FORGOTTEN_AT_ONCE)
    return now if gone == FORGOTTEN_AT_ONCE else None
