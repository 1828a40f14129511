"""Runs a chunk of jobs and writes down how each ended: done, again later, or dead."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import aiohttp
import anyio
import asyncpg
import msgspec
from redis.exceptions import RedisError

from backend.core import db, sms
from backend.core.db import rows
from backend.core.jobs import Status
from backend.core.problems import Busy, Problem
from workers.settings import RETRY_S, Pace
from workers.task import Begun, Outcome, Task, fixed_retries

log = logging.getLogger(__name__)

# 08 connection, 40 rolled back, 53 resources, 55 locked, 57 operator, 58 system.
SQLSTATES_THAT_PASS = ("08", "40", "53", "55", "57", "58")

MAY_PASS = (*db.AWAY, sms.Transient, RedisError, aiohttp.ClientError)

BUSY_FOR = timedelta(seconds=RETRY_S[0])

# A newer send takes the row away from an older one that still waits somewhere.
BEGIN = """
UPDATE jobs SET starts = starts + 1, sent_at = now()
  FROM unnest($1::bigint[], $2::int[]) AS chunk (id, sends)
 WHERE jobs.id = chunk.id AND jobs.sends = chunk.sends AND jobs.status = 'sent'
RETURNING jobs.id, key, args, tries, now()
"""

SETTLE = """
UPDATE jobs
   SET status = ended.status, due_at = coalesce(ended.due_at, jobs.due_at), tries = ended.tries,
       error = ended.error, starts = 0, done_at = CASE WHEN ended.status = 'done' THEN now() END
  FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::int[], $5::text[])
       AS ended (id, status, due_at, tries, error)
 WHERE jobs.id = ended.id AND jobs.status = 'sent'
"""

GIVE_BACK = """
UPDATE jobs SET status = 'pending', starts = greatest(starts - 1, 0)
 WHERE id = ANY ($1::bigint[]) AND status = 'sent'
"""


class Chunk(msgspec.Struct, frozen=True):
    """Due jobs of one task.

    `sends` tells a chunk that was sent again from the one it replaces; a row that is `alone` may
    kill the process that runs it; what goes `first` overtakes the rest in the queue.
    """

    task: str
    ids: list[int]
    sends: list[int]
    alone: bool
    first: bool = False

    @property
    def name(self) -> str:
        return f"job:{self.ids[0]}:{self.sends[0]}:{len(self.ids)}"


class UnknownTask(Exception):
    """A newer process owes it: it waits until this one is replaced."""


class Ended(msgspec.Struct, frozen=True):
    """How a job ended. `error` is a code: never a message, which could quote personal data."""

    id: int
    status: Status
    due_at: Any
    tries: int
    error: str | None


class Runner:
    """Runs chunks. One for a process: suspects in it never overlap."""

    def __init__(self, tasks: Mapping[str, Task], pace: Pace) -> None:
        self._tasks = tasks
        self._pace = pace
        self._alone = asyncio.Lock()
        self._room = asyncio.Semaphore(pace.running_max)

    async def run(self, chunk: Chunk) -> None:
        """Run those of the chunk that are still owed."""
        if chunk.alone:
            async with self._alone:
                await self._run(chunk)
        else:
            await self._run(chunk)

    async def _run(self, chunk: Chunk) -> None:
        jobs = [
            Begun(row["id"], row["key"], row["tries"], msgspec.json.decode(row["args"]), row["now"])
            for row in await rows(BEGIN, chunk.ids, chunk.sends)
        ]
        if not jobs:
            return
        task = self._tasks.get(chunk.task)
        outcomes: dict[int, Outcome] = {}
        try:
            if task is None:
                outcomes.update({job.id: UnknownTask() for job in jobs})
            elif task.together:
                await self._run_together(task, jobs, outcomes)
            else:
                await asyncio.gather(*(self._run_one(task, job, outcomes) for job in jobs))
        finally:  # also when we are told to stop: what ended is written down, the rest given back
            with anyio.CancelScope(shield=True):
                ended = [_ended(task, job, outcomes[job.id]) for job in jobs if job.id in outcomes]
                await self._write_down(ended, [job.id for job in jobs if job.id not in outcomes])
            _tell_the_log(chunk.task, ended)

    async def _run_one(self, task: Task, job: Begun, outcomes: dict[int, Outcome]) -> None:
        try:
            async with self._room, asyncio.timeout(self._pace.task_timeout_s):
                outcomes[job.id] = await task.run(job)
        except Exception as error:  # noqa: BLE001 - each is judged by its kind
            outcomes[job.id] = error

    async def _run_together(
        self, task: Task, jobs: Sequence[Begun], outcomes: dict[int, Outcome]
    ) -> None:
        try:
            async with asyncio.timeout(self._pace.task_timeout_s):
                each = await task.run_together(jobs)
        except Exception as error:  # noqa: BLE001 - the same
            each = [error] * len(jobs)
        outcomes.update({job.id: outcome for job, outcome in zip(jobs, each, strict=True)})

    async def _write_down(self, ended: Sequence[Ended], given_back: Sequence[int]) -> None:
        """Wait a while for a database that is away: work that is done should not be done again."""
        until = asyncio.get_running_loop().time() + self._pace.settle_within_s
        while True:
            try:
                if ended:
                    await rows(SETTLE, *zip(*map(msgspec.structs.astuple, ended), strict=True))
                if given_back:
                    await rows(GIVE_BACK, list(given_back))
            except (Busy, *db.AGAIN):
                if asyncio.get_running_loop().time() > until:
                    raise
                await asyncio.sleep(self._pace.backoff_s[1])
            else:
                return


def may_pass(error: BaseException) -> bool:
    """Whether the same thing may succeed later."""
    if isinstance(error, (*MAY_PASS, UnknownTask)):
        return True
    sqlstate = getattr(error, "sqlstate", None)
    return isinstance(sqlstate, str) and sqlstate.startswith(SQLSTATES_THAT_PASS)


def code(error: BaseException) -> str:
    """What is kept of an error."""
    if isinstance(error, Problem):
        return error.code
    if isinstance(error, asyncpg.PostgresError) and error.sqlstate:
        return f"sqlstate_{error.sqlstate}"
    return type(error).__name__[:60]


def _ended(task: Task | None, job: Begun, outcome: Outcome) -> Ended:
    if outcome is None:
        return Ended(job.id, Status.DONE, None, job.tries, None)
    if not isinstance(outcome, BaseException):
        return Ended(job.id, Status.PENDING, outcome, job.tries, None)
    if isinstance(outcome, Busy):  # our own database was away: no try of whatever is outside
        return Ended(job.id, Status.PENDING, job.now + BUSY_FOR, job.tries, code(outcome))
    retries = task.retries if task else fixed_retries
    waits: Sequence[timedelta] = retries(job.now) if may_pass(outcome) else ()
    if job.tries < len(waits):
        due_at = job.now + waits[job.tries]
        return Ended(job.id, Status.PENDING, due_at, job.tries + 1, code(outcome))
    return Ended(job.id, Status.DEAD, None, job.tries, code(outcome))


def _tell_the_log(task: str, ended: Sequence[Ended]) -> None:
    for each in ended:
        if each.status is Status.DEAD:
            log.error("job is dead task=%s id=%d error=%s", task, each.id, each.error)
        elif each.error:
            log.warning("job failed task=%s id=%d error=%s", task, each.id, each.error)
