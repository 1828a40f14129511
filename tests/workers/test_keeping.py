"""What workers leave behind does not grow for ever."""

from datetime import timedelta

import pytest

from backend.core.db import rows, value
from tests.builders import TUESDAY_NINE
from workers import keeping

pytestmark = pytest.mark.anyio

OLD = """
INSERT INTO jobs (task, key, args, due_at, status, done_at)
SELECT 'tell', 'old:' || n, '{}', $1, 'done', $1 FROM generate_series(1, $2) AS n
"""


async def test_done_jobs_are_forgotten_however_many_they_are(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy district owes more in a day than one step deletes."""
    monkeypatch.setattr(keeping, "FORGOTTEN_AT_ONCE", 10)
    await rows(OLD, TUESDAY_NINE - timedelta(days=31), 25)
    again = [await keeping.forget_done_jobs(now=TUESDAY_NINE) for _ in range(3)]
    assert again == [TUESDAY_NINE, TUESDAY_NINE, None]
    assert await value("SELECT count(*) FROM jobs") == 0
