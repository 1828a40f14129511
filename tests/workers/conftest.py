"""Workers to test with: in this process, or in processes of their own that may be killed."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from subprocess import DEVNULL, Popen
from typing import Any

import msgspec
import pytest
from redis import Redis

from backend.core.db import row, rows, value
from backend.local.servers import Servers
from tests.workers import tasks as made
from workers import process
from workers.settings import Pace

FAST = Pace(
    tick_s=0.01, poll_s=0.005, sweep_s=0.1, resend_s=1.5, resend_now_s=0.5, stop_within_s=2.0
)


@pytest.fixture
async def effects(db: None) -> None:
    await made.make_effects()


@pytest.fixture
def valkey(servers: Servers) -> Iterator[Redis]:
    """Valkey itself, empty."""
    if not servers.valkey.alive:
        servers.valkey.start()
    with Redis.from_url(servers.redis_url) as client:
        client.flushall()
        yield client
    if not servers.valkey.alive:
        servers.valkey.start()


Working = Callable[..., AbstractAsyncContextManager[None]]


@pytest.fixture
def working(effects: None, valkey: Redis) -> Working:
    """A relay and a worker in this process."""

    @asynccontextmanager
    async def run(**changes: Any) -> AsyncIterator[None]:
        stopping = asyncio.Event()
        said = {
            "tasks": made.TASKS,
            "listeners": {},
            "timers": [],
            "pulses": [],
            "pace": FAST,
            **changes,
        }
        running = asyncio.create_task(process.run(stopping, **said))
        try:
            yield
        finally:
            stopping.set()
            await running

    return run


Start = Callable[..., "Popen[bytes]"]


@pytest.fixture
def start_worker(effects: None, valkey: Redis) -> Iterator[Start]:
    """A relay and a worker in a process of their own; all are gone at the end."""
    started: list[Popen[bytes]] = []

    def start(
        *timers_ms: int, pace: Pace = FAST, environment: Mapping[str, str] | None = None
    ) -> "Popen[bytes]":
        words = [msgspec.json.encode(pace).decode(), *map(str, timers_ms)]
        command = [sys.executable, "-m", "tests.workers.process", *words]
        environment = {**os.environ, **(environment or {})}
        started.append(Popen(command, stderr=DEVNULL, env=environment))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.wait()


async def until(asked: Callable[[], Awaitable[object]], *, within_s: float = 20.0) -> None:
    """Ask again until it is so."""
    async with asyncio.timeout(within_s):
        while not await asked():  # noqa: ASYNC110 - other processes make it so
            await asyncio.sleep(0.01)


async def jobs(status: str, *, task: str | None = None) -> int:
    """How many jobs stand so."""
    sql = "SELECT count(*) FROM jobs WHERE status = $1 AND task = coalesce($2, task)"
    return int(await value(sql, status, task))


async def nothing_waits() -> bool:
    waiting = "SELECT count(*) FROM jobs WHERE status IN ('pending', 'sent')"
    return int(await value(waiting)) == 0


async def all_done(*, within_s: float = 20.0) -> None:
    """Until no job waits any more."""
    with suppress(TimeoutError):
        await until(nothing_waits, within_s=within_s)
    assert await nothing_waits(), await row("SELECT * FROM jobs WHERE status <> 'done' LIMIT 1")


async def done(count: int, *, task: str | None = None, within_s: float = 20.0) -> None:
    """Until so many jobs are done."""

    async def so_many() -> bool:
        return await jobs("done", task=task) >= count

    await until(so_many, within_s=within_s)


async def underway() -> None:
    """Until a part of the work is done, and the other part is not."""

    async def some_effects() -> bool:
        return int(await value("SELECT count(*) FROM effects")) > 100

    await until(some_effects)


async def left() -> Counter[str]:
    """How often each effect was left."""
    return Counter(each["key"] for each in await rows("SELECT key FROM effects"))


async def statuses() -> Sequence[tuple[str, int]]:
    found = await rows("SELECT status, count(*) AS n FROM jobs GROUP BY 1 ORDER BY 1")
    return [(each["status"], each["n"]) for each in found]
