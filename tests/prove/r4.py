"""R4: a worker dies at each moment at which it waits for a server; nothing is lost or doubled.

Dies in truth: the process exits before or after the N-th thing it says to PostgreSQL or Valkey.
Then two others, at once, finish the work.
"""

import asyncio
import itertools
import os
import signal
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import asyncpg
from redis.asyncio.connection import AbstractConnection

from backend.core import db
from backend.core.db import rows, transaction, value
from backend.core.ids import uuid7
from backend.core.journal import Event, publish
from tests.prove.registry import Proof, Short
from tests.prove.system import prepared
from workers import process
from workers.settings import Pace
from workers.task import Task

PACE = Pace(tick_s=0.01, poll_s=0.01, sweep_s=0.1, resend_s=0.6, resend_now_s=0.3, connections=4)
JOBS, EVENTS = 12, 3
ENDS_WITHIN_S = 20


class SomethingBegan(Event, frozen=True):
    subject_id: Any


async def keep(*, key: str) -> None:
    """The effect: once under its key, however often it is asked for."""
    await rows("INSERT INTO kept (key) VALUES ($1) ON CONFLICT DO NOTHING", key)
    await rows("INSERT INTO asked (key) VALUES ($1)", key)


TASKS = {"keep": Task(keep), "keep_now": Task(keep, is_now=True)}
LISTENERS = {"SomethingBegan": ("keep", "keep_now")}


async def _owe() -> None:
    await rows("CREATE TABLE IF NOT EXISTS kept (key text PRIMARY KEY)")
    await rows("CREATE TABLE IF NOT EXISTS asked (key text)")
    for table in ("kept", "asked", "jobs", "journal", "relay_cursors"):
        await rows(f"DELETE FROM {table}")
    await rows(
        "INSERT INTO jobs (task, key, due_at, args)"
        " SELECT 'keep', 'keep:' || n, now(), '{}' FROM generate_series(1, $1) AS n",
        JOBS,
    )
    async with transaction():
        for _ in range(EVENTS):
            publish(SomethingBegan(subject_id=uuid7()))


async def _work(*, at_once: int, die_at: int | None) -> None:
    """Work until everything is done, or until we die."""
    if die_at is not None:
        _die_at(die_at)
    stopping = asyncio.Event()
    running = [
        asyncio.create_task(
            process.run(stopping, tasks=TASKS, listeners=LISTENERS, timers=[], pulses=[], pace=PACE)
        )
        for _ in range(at_once)
    ]
    done = "SELECT count(*) FROM jobs WHERE status = 'done'"
    while await value(done) < JOBS + 2 * EVENTS:  # noqa: ASYNC110 - rows tell
        await asyncio.sleep(0.01)
    stopping.set()
    await asyncio.gather(*running)


def _die_at(point: int) -> None:
    """Exit before or after the N-th exchange with a server."""
    counted = itertools.count(1)

    def mortal(said: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def say(*args: Any, **kwargs: Any) -> Any:
            if next(counted) == point:
                os._exit(9)
            answered = await said(*args, **kwargs)
            if next(counted) == point:
                os._exit(9)
            return answered

        return say

    for kind, name in (
        (asyncpg.Connection, "fetch"),
        (AbstractConnection, "send_packed_command"),
        (AbstractConnection, "read_response"),
    ):
        setattr(kind, name, mortal(getattr(kind, name)))


def in_a_process(work: Callable[[], Awaitable[None]]) -> int:
    """Run it in a child, which is ended when it takes too long; its exit code."""
    child = os.fork()
    if child == 0:

        async def pooled() -> None:
            await db.start_pool(connections=PACE.connections)
            await work()

        try:
            asyncio.run(pooled())
        except BaseException:  # noqa: BLE001 - the parent reads the code
            os._exit(1)
        os._exit(0)
    until = time.monotonic() + ENDS_WITHIN_S
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


async def _kept() -> tuple[int, int]:
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        return (
            await connection.fetchval("SELECT count(*) FROM kept"),
            await connection.fetchval("SELECT count(*) FROM asked"),
        )
    finally:
        await connection.close()


def prove(points: int, _seed: int) -> str:
    died = asked_again = 0
    with prepared(durable=False):
        for point in range(1, points + 1):
            assert in_a_process(_owe) == 0
            died += in_a_process(partial(_work, at_once=1, die_at=point)) == 9
            finished = in_a_process(partial(_work, at_once=2, die_at=None))
            kept, asked = asyncio.run(_kept())
            if finished != 0 or kept != JOBS + 2 * EVENTS:
                raise Short(f"dying at point {point}: {kept} effects of {JOBS + 2 * EVENTS}")
            asked_again += asked - kept
    return f"{died} deaths at {points} points: 0 lost, 0 doubled, {asked_again} asked for again"


PROOFS = [Proof("R4", "a worker may die at any moment", None, 150, prove)]
