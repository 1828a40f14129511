"""What goes through Valkey, by way of arq: chunks of due jobs. Nothing else knows arq.

Plain arq loses a job at its first exception, at the fifth restart and with its Redis, keeps what
is due later in Redis alone, and ends when Redis does. So it only carries ids of rows that
PostgreSQL remembers, and its worker is started again whenever it ends.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, cast

import msgspec
from arq.connections import ArqRedis
from arq.constants import job_key_prefix
from arq.jobs import serialize_job
from arq.typing import WorkerCoroutine
from arq.utils import timestamp_ms
from arq.worker import Worker, func
from msgspec import convert, to_builtins
from redis.exceptions import RedisError

from workers.run import Chunk, Runner
from workers.settings import VALKEY_ANSWERS_WITHIN_S, Pace

log = logging.getLogger(__name__)

QUEUE = "bedside:due"
# What is put is due by the database's clock: a worker whose own is behind must see it too.
DUE_SINCE_MS = 3600 * 1000  # not policy: further than any two clocks are apart
KEPT_MS = 24 * 3600 * 1000  # not policy: longer than any job waits there
FOR_EVER = 1_000_000  # not policy: rows count their tries themselves
WORKER_WAITS_S = 2
AWAY = (RedisError, OSError, TimeoutError)

_decode = msgspec.msgpack.decode


class QueueAway(Exception):
    """Valkey did not answer in time."""


def encode(said: dict[str, Any]) -> bytes:
    """For arq, which also wants to keep the exception of a job that expired."""
    return msgspec.msgpack.encode(said, enc_hook=str)


def connect(url: str, *, answers_within_s: float) -> ArqRedis:
    connection: ArqRedis = ArqRedis.from_url(
        url, socket_timeout=answers_within_s, socket_connect_timeout=answers_within_s
    )
    connection.default_queue_name = QUEUE
    connection.job_serializer = encode
    connection.job_deserializer = _decode
    return connection


class Queue:
    """The relay's end."""

    def __init__(self, url: str) -> None:
        self._valkey = connect(url, answers_within_s=VALKEY_ANSWERS_WITHIN_S)

    async def put(self, chunks: Sequence[Chunk]) -> None:
        """Hand over all of them in one round trip.

        :raises QueueAway: perhaps some were taken: the same ones may be put again
        """
        at = timestamp_ms()
        try:
            async with (
                asyncio.timeout(VALKEY_ANSWERS_WITHIN_S),
                self._valkey.pipeline(transaction=True) as line,
            ):
                for chunk in chunks:
                    line.psetex(
                        job_key_prefix + chunk.name,
                        KEPT_MS,
                        serialize_job(
                            "run", (to_builtins(chunk),), {}, None, at, serializer=encode
                        ),
                    )
                since = {True: at - 2 * DUE_SINCE_MS, False: at - DUE_SINCE_MS}
                line.zadd(QUEUE, {chunk.name: since[chunk.first] for chunk in chunks})
                await line.execute()
        except AWAY as error:
            raise QueueAway from error

    async def close(self) -> None:
        with suppress(*AWAY):
            await self._valkey.aclose(close_connection_pool=True)


async def work(url: str, runner: Runner, pace: Pace, stopping: asyncio.Event) -> None:
    """Run what comes out of the queue until told to stop; Valkey may come and go meanwhile."""
    failures, loop = 0, asyncio.get_running_loop()
    while not stopping.is_set():
        began = loop.time()
        try:
            await _work_until_it_ends(url, runner, pace, stopping)
        except Exception as error:  # noqa: BLE001 - arq lets everything through that it meets
            failures = 0 if loop.time() - began > max(pace.backoff_s) else failures + 1
            log.warning("worker lost its queue kind=%s", type(error).__name__)
            wait_s = pace.backoff_s[min(failures, len(pace.backoff_s) - 1)]
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), wait_s)


async def _work_until_it_ends(
    url: str, runner: Runner, pace: Pace, stopping: asyncio.Event
) -> None:
    async def run(_context: object, chunk: object) -> None:
        await runner.run(convert(chunk, Chunk))

    connection = connect(url, answers_within_s=WORKER_WAITS_S)
    worker = Worker(
        [func(cast("WorkerCoroutine", run), name="run")],
        queue_name=QUEUE,
        redis_pool=connection,
        handle_signals=False,
        max_jobs=pace.chunks_max,
        job_timeout=pace.chunk_timeout_s,
        keep_result=0,
        poll_delay=pace.poll_s,
        max_tries=FOR_EVER,
        allow_abort_jobs=False,
        job_serializer=encode,
        job_deserializer=_decode,
        log_results=False,
    )
    polling = asyncio.create_task(worker.main())
    told = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({polling, told}, return_when=asyncio.FIRST_COMPLETED)
        # What has begun ends in order: its results are rows, whether Valkey hears of them or not.
        worker.burst, worker.max_burst_jobs = True, 0
        await _end([polling, *worker.tasks.values()], within_s=pace.stop_within_s)
        if not polling.cancelled():
            polling.result()
    finally:
        await _end([polling, told], within_s=0)
        with suppress(*AWAY):
            await connection.aclose(close_connection_pool=True)


async def _end(tasks: Sequence[asyncio.Task[Any]], *, within_s: float) -> None:
    _, late = await asyncio.wait(tasks, timeout=within_s)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
