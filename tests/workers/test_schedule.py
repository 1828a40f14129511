"""Timers: which tick is the last one, and that each is effective once."""

from datetime import UTC, datetime

import pytest

from backend.core.db import rows
from tests.workers.conftest import all_done, done, left
from workers.schedule import daily, every, weekly

pytestmark = pytest.mark.anyio

TUESDAY = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


@pytest.mark.parametrize(
    ("last_tick", "expected"),
    [
        (every(60), "2026-11-24T09:00:00"),
        (every(7200), "2026-11-24T08:00:00"),
        (daily(6, 30), "2026-11-24T06:30:00"),
        (daily(9), "2026-11-24T09:00:00"),
        (daily(9, 1), "2026-11-23T09:01:00"),
        (weekly(7, 20), "2026-11-22T20:00:00"),
        (weekly(2, 9), "2026-11-24T09:00:00"),
        (weekly(2, 9, 1), "2026-11-17T09:01:00"),
    ],
)
def test_the_last_tick_is_the_newest_one_that_is_over(last_tick, expected) -> None:
    assert last_tick(TUESDAY) == datetime.fromisoformat(f"{expected}+08:00")


async def test_three_workers_whose_clocks_differ_make_each_tick_once(start_worker) -> None:
    for skew_s in (-300, 0, 300):
        start_worker(100, environment={"SKEW_S": str(skew_s)})
    await done(20)
    seen = await left()
    assert set(seen.values()) == {1}
    moments = sorted(datetime.fromisoformat(key.split(":tick:")[1]) for key in seen)
    assert all(tick.microsecond % 100_000 == 0 for tick in moments)


async def test_a_tick_that_was_missed_while_nobody_ran_is_made_once(start_worker) -> None:
    first = start_worker(3_600_000)
    await done(1)
    first.kill()
    await rows("UPDATE jobs SET key = 'note:tick:an hour ago'")
    start_worker(3_600_000)
    await done(2)
    await all_done()
    assert (await left()).total() == 2
