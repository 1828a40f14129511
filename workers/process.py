"""One worker process: a relay and a worker side by side, until SIGTERM."""

import asyncio
import logging
import signal
from collections.abc import Mapping, Sequence

from backend.core import db
from backend.core.db import AWAY
from backend.settings import settings
from workers.dispatch import Queue, work
from workers.listeners import LISTENERS
from workers.relay import Relay
from workers.run import Runner
from workers.schedule import PULSES, TIMERS, Pulse, Timer
from workers.settings import Pace
from workers.task import Task
from workers.tasks import TASKS

log = logging.getLogger(__name__)


async def run(
    stopping: asyncio.Event,
    *,
    tasks: Mapping[str, Task] = TASKS,
    listeners: Mapping[str, Sequence[str]] = LISTENERS,
    timers: Sequence[Timer] = TIMERS,
    pulses: Sequence[Pulse] = PULSES,
    pace: Pace = Pace(),  # noqa: B008 - frozen
) -> None:
    """Relay and work until told to stop; the pool is the caller's."""
    runner = Runner(tasks, pace)
    queue = Queue(settings().redis_url)
    relay = Relay(
        queue=queue,
        runner=runner,
        tasks=tasks,
        listeners=listeners,
        timers=timers,
        pulses=pulses,
        pace=pace,
    )
    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(relay.run(stopping))
            both.create_task(work(settings().redis_url, runner, pace, stopping))
    finally:
        await queue.close()


async def start_pool(pace: Pace, stopping: asyncio.Event) -> None:
    """Open the pool, waiting as long as it takes for PostgreSQL to come up."""
    failures = 0
    while not stopping.is_set():
        try:
            await db.start_pool(connections=pace.connections)
        except AWAY:
            log.warning("worker waits for the database")
            await asyncio.sleep(pace.backoff_s[min(failures, len(pace.backoff_s) - 1)])
            failures += 1
        else:
            return


def stop_on_signals() -> asyncio.Event:
    """Set when somebody asks this process to end in order."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    return stopping
