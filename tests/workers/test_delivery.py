"""A job runs once, whatever happens to who runs it."""

import asyncio
import re
import signal
from uuid import UUID

import msgspec
import pytest

from backend.core.db import engine, rows, transaction, value
from backend.core.ids import uuid7
from backend.core.journal import Event, publish
from tests.workers.conftest import (
    FAST,
    all_done,
    done,
    jobs,
    left,
    nothing_waits,
    statuses,
    underway,
)
from tests.workers.tasks import FAILURES, MAY_PASS, TASKS, owe
from workers.relay import CLAIM_ANY, CLAIM_NOW, chunks
from workers.run import Runner
from workers.settings import Pace

pytestmark = pytest.mark.anyio


class SomethingBegan(Event, frozen=True):
    subject_id: UUID


async def test_what_is_due_runs_once(working) -> None:
    async with working():
        await owe("note", 350)
        await owe("note_together", 350)
        await all_done()
    assert set((await left()).values()) == {1}
    assert await statuses() == [("done", 700)]


async def test_what_is_due_later_waits(working) -> None:
    async with working():
        await owe("note", 3, in_s=3600)
        await owe("note", 1)
        await done(1)
    assert await statuses() == [("done", 1), ("pending", 3)]


async def test_an_event_makes_its_listeners_due_once(working) -> None:
    listeners = {"SomethingBegan": ("note", "note_together")}
    async with working(listeners=listeners), working(listeners=listeners):
        for _ in range(30):
            async with transaction():
                publish(SomethingBegan(subject_id=uuid7()))
        await done(60)
    assert set((await left()).values()) == {1}
    assert await value("SELECT count(*) FROM jobs") == 60


async def test_an_event_that_commits_late_is_not_skipped(working) -> None:
    async with working(listeners={"SomethingBegan": ("note",)}):
        async with transaction():
            publish(SomethingBegan(subject_id=uuid7()))
            await rows("SELECT pg_current_xact_id()")
            await asyncio.create_task(_publish_elsewhere())
        await done(2)
    assert set((await left()).values()) == {1}


async def _publish_elsewhere() -> None:
    engine().current_transaction.set(None)
    async with transaction():
        publish(SomethingBegan(subject_id=uuid7()))


async def test_a_task_may_ask_to_come_back(working) -> None:
    async with working():
        await owe("come_back")
        await all_done()
    assert list((await left()).values()) == [3]
    assert await value("SELECT tries FROM jobs") == 0


@pytest.mark.parametrize("kind", FAILURES)
async def test_what_may_pass_is_tried_again_and_the_rest_is_dead(working, kind) -> None:
    async with working():
        await owe("fail", kind=kind)
        await owe("note")
        await all_done()
    tried = [key for key in await left() if key.startswith("fail")]
    assert len(tried) == (3 if kind in MAY_PASS else 1)
    assert await jobs("dead", task="fail") == 1
    assert await jobs("done", task="note") == 1
    assert "王" not in await value("SELECT error FROM jobs WHERE task = 'fail'")


async def test_a_database_that_was_away_costs_no_try(working) -> None:
    async with working():
        await owe("be_busy")
        await all_done()
    assert await value("SELECT tries FROM jobs WHERE status = 'done'") == 0


async def test_what_hangs_is_cut_short_and_tried_again(working) -> None:
    async with working(pace=_changed(task_timeout_s=0.1)):
        await owe("hang")
        await owe("note", 5)
        await all_done()
    assert await value("SELECT error FROM jobs WHERE task = 'hang'") == "TimeoutError"
    assert (await statuses())[1] == ("done", 5)


async def test_a_job_with_odd_arguments_is_dead(working) -> None:
    async with working():
        await owe("fail", kind=1)
        await all_done()
    assert await value("SELECT error FROM jobs WHERE status = 'dead'") == "ValidationError"


async def test_a_task_of_a_newer_process_waits_for_it(working) -> None:
    async with working():
        await owe("not_known_yet")
        await owe("note")
        await done(1)
    assert await value("SELECT error FROM jobs WHERE status = 'pending'") == "UnknownTask"


async def test_a_chunk_handed_twice_runs_once(effects) -> None:
    await owe("note", 100)
    runner = Runner(TASKS, FAST)
    (chunk,) = chunks(await rows(CLAIM_ANY, 500, 4000))
    await runner.run(chunk)
    await runner.run(chunk)
    assert set((await left()).values()) == {1}


async def test_a_chunk_that_was_sent_again_leaves_nothing_to_the_older_one(effects) -> None:
    await owe("note", 100)
    runner = Runner(TASKS, FAST)
    (older,) = chunks(await rows(CLAIM_ANY, 500, 4000))
    await rows("UPDATE jobs SET status = 'pending'")
    (newer,) = chunks(await rows(CLAIM_ANY, 500, 4000))
    await runner.run(older)
    assert await left() == {}
    await runner.run(newer)
    assert len(await left()) == 100


async def test_a_worker_killed_in_the_middle_loses_nothing(start_worker) -> None:
    await owe("note", 1500)
    first = start_worker()
    await underway()
    first.send_signal(signal.SIGKILL)
    first.wait()
    start_worker()
    await all_done()
    assert await statuses() == [("done", 1500)]
    assert len(await left()) == 1500


async def test_a_worker_told_to_stop_ends_what_it_began(start_worker) -> None:
    await owe("note", 1500)
    first = start_worker()
    await underway()
    first.terminate()
    assert first.wait() == 0
    assert await value("SELECT count(*) FROM jobs WHERE starts > 0 AND status = 'sent'") == 0
    start_worker()
    await all_done()
    assert set((await left()).values()) == {1}


async def test_two_processes_share_the_work(start_worker) -> None:
    start_worker()
    start_worker()
    await owe("note", 2000)
    await all_done()
    assert set((await left()).values()) == {1}
    assert len(await left()) == 2000


async def test_poison_is_quarantined_and_its_neighbours_are_done(start_worker) -> None:
    await owe("note", 60)
    await owe("poison")
    await owe("note", 60)
    worker = start_worker(pace=_changed(resend_s=0.6))
    deaths = 0
    async with asyncio.timeout(40):
        while not await nothing_waits():
            if worker.poll() is not None:
                deaths += 1
                worker = start_worker(pace=_changed(resend_s=0.6))
            await asyncio.sleep(0.01)
    assert await value("SELECT error FROM jobs WHERE status = 'dead'") == "process_deaths"
    assert await value("SELECT starts FROM jobs WHERE status = 'dead'") == deaths == 5
    assert await statuses() == [("dead", 1), ("done", 120)]


@pytest.mark.parametrize(("claim", "args"), [(CLAIM_ANY, "4000"), (CLAIM_NOW, "ARRAY['note']")])
async def test_the_claim_reads_only_what_is_due(effects, claim, args) -> None:
    await owe("note", 100_000, in_s=86_400)
    await owe("note_together", 20_000)
    await owe("note", 10)
    await rows("ANALYZE jobs")
    said = claim.replace("$1", "500").replace("$2", args)
    plan = "\n".join(each[0] for each in await rows(f"EXPLAIN (ANALYZE, COSTS OFF) {said}"))
    assert "jobs_due" in plan
    assert "Seq Scan on jobs" not in plan
    assert not re.search(r"Rows Removed by Filter: \d{4}", plan)


async def test_a_backlog_longer_than_the_resend_still_has_its_turn(working) -> None:
    pace = _changed(resend_s=0.5, sent_max=100, running_max=5, chunks_max=2)
    async with working(pace=pace):
        await owe("take_time", 600)
        await all_done()
    assert set((await left()).values()) == {1}


async def test_what_cannot_wait_overtakes_a_backlog(working) -> None:
    pace = _changed(running_max=5, chunks_max=2)
    async with working(pace=pace):
        await owe("take_time", 600)
        await underway()
        await owe("note_now")
        await done(1, task="note_now", within_s=1.5)
        assert not await nothing_waits()
        await all_done()


def _changed(**changes: float) -> Pace:
    return msgspec.structs.replace(FAST, **changes)
