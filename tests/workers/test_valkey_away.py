"""Valkey may die, forget everything, or hang: what is owed is late at most."""

import pytest

from tests.workers.conftest import all_done, done, left, statuses, underway
from tests.workers.tasks import owe

pytestmark = pytest.mark.anyio


async def test_a_flushed_queue_is_sent_again(start_worker, valkey) -> None:
    await owe("note", 1500)
    start_worker()
    await underway()
    valkey.flushall()
    await all_done()
    assert len(await left()) == 1500
    assert await statuses() == [("done", 1500)]


async def test_a_queue_that_died_comes_back(start_worker, servers) -> None:
    await owe("note", 1500)
    start_worker()
    await underway()
    servers.valkey.kill()
    await owe("note_now", 20)
    await done(20, task="note_now", within_s=5)
    servers.valkey.start()
    await all_done()
    assert len(await left()) == 1520


async def test_a_queue_that_hangs_does_not_hang_what_cannot_wait(start_worker, servers) -> None:
    await owe("note", 500)
    worker = start_worker()
    await underway()
    servers.valkey.pause()
    try:
        await owe("note_now", 20)
        await done(20, task="note_now", within_s=5)
        assert worker.poll() is None
    finally:
        servers.valkey.resume()
    await all_done()
    assert len(await left()) == 520


async def test_a_queue_that_is_absent_at_the_start_is_waited_for(start_worker, servers) -> None:
    servers.valkey.kill()
    worker = start_worker()
    await owe("note_now", 1)
    await owe("note", 100)
    await done(1, task="note_now", within_s=5)
    assert worker.poll() is None
    servers.valkey.start()
    await all_done(within_s=12)
