"""From rows to work: what happened becomes jobs, what is due goes out, what got lost goes again.

Any number of relays may run: each row is claimed by one. Nothing here is remembered in memory.
"""

import asyncio
import logging
from collections.abc import Awaitable, Collection, Mapping, Sequence
from itertools import groupby

from asyncpg import Record

from backend.core.db import rows, value
from backend.core.problems import Busy
from workers.dispatch import Queue, QueueAway
from workers.run import Chunk, Runner
from workers.schedule import Pulse, Timer
from workers.settings import CHUNKS, DEATHS_MAX, Pace
from workers.task import Task

log = logging.getLogger(__name__)

READER = "listeners"

MAKE_CURSOR = """
INSERT INTO relay_cursors (reader, last_id, last_xid) VALUES ($1, 0, '0') ON CONFLICT DO NOTHING
"""

# Up to the oldest running transaction: what commits late is not skipped. The cursor is held only
# when there is something to read, so that an idle relay writes nothing.
LISTEN = """
WITH place AS (
  SELECT last_xid, last_id FROM relay_cursors AS c
   WHERE reader = $1
     AND EXISTS (SELECT FROM journal AS j WHERE (j.xid, j.id) > (c.last_xid, c.last_id)
                    AND j.xid < pg_snapshot_xmin(pg_current_snapshot()))
     FOR UPDATE SKIP LOCKED
), entries AS (
  SELECT id, xid, topic, body FROM journal
   WHERE (xid, id) > ((SELECT last_xid FROM place), (SELECT last_id FROM place))
     AND xid < pg_snapshot_xmin(pg_current_snapshot())
   ORDER BY xid, id LIMIT $4
), owed AS (
  INSERT INTO jobs (task, key, due_at, args)
  SELECT task, task || ':event:' || id, now(), body || jsonb_build_object('event', topic)
    FROM entries JOIN unnest($2::text[], $3::text[]) AS listener (topic, task) USING (topic)
  ON CONFLICT (key) DO NOTHING
)
UPDATE relay_cursors SET last_xid = last.xid, last_id = last.id
  FROM (SELECT xid, id, count(*) OVER () AS read FROM entries ORDER BY xid DESC, id DESC LIMIT 1)
       AS last
 WHERE reader = $1
RETURNING last.read
"""

# `now()`, never `clock_timestamp()`: a volatile function would read every waiting row.
CLAIM = """
UPDATE jobs SET status = 'sent', sent_at = now(), sends = sends + 1
 WHERE id = ANY (ARRAY (
   SELECT id FROM jobs WHERE status = 'pending' AND due_at <= now() {only}
    ORDER BY {order} FOR UPDATE SKIP LOCKED LIMIT {most}))
RETURNING id, task, starts, sends
"""
# The order is that of an index of its own: it does not read through what can wait.
CLAIM_NOW = CLAIM.format(only="AND task = ANY ($2::text[])", order="task, due_at, id", most="$1")
# As many as there is room for, so that nothing waits in the queue for long.
CLAIM_ANY = CLAIM.format(
    only="",
    order="due_at, id",
    most="""least($1, greatest(0, $2 - (
      SELECT count(*) FROM (SELECT FROM jobs WHERE status = 'sent' LIMIT $2) AS sent)))""",
)

# Unless a worker has it already: a queue that was slow may have taken it.
TAKE_BACK = """
UPDATE jobs SET status = 'pending' FROM unnest($1::bigint[], $2::int[]) AS claimed (id, sends)
 WHERE jobs.id = claimed.id AND jobs.sends = claimed.sends AND jobs.status = 'sent'
   AND jobs.starts = 0
"""

# Begun five times and never ended: it takes its process with it.
SWEEP = """
UPDATE jobs
   SET status = CASE WHEN starts >= $4 THEN 'dead' ELSE 'pending' END,
       error = CASE WHEN starts >= $4 THEN 'process_deaths' ELSE error END
 WHERE id = ANY (ARRAY (
   SELECT id FROM jobs
    WHERE status = 'sent' AND sent_at < now() - make_interval(secs => $1)
      AND (sent_at < now() - make_interval(secs => $2) OR task = ANY ($3::text[]))
    ORDER BY sent_at FOR UPDATE SKIP LOCKED LIMIT 5000))
RETURNING id, task, status
"""

OWE_TICKS = """
INSERT INTO jobs (task, key, due_at, args)
SELECT task, task || ':tick:' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), at,
       '{}'
  FROM unnest($1::text[], $2::timestamptz[]) AS tick (task, at)
ON CONFLICT (key) DO NOTHING
"""


class Relay:
    """Runs until told to stop; PostgreSQL and Valkey may come and go meanwhile."""

    def __init__(
        self,
        *,
        queue: Queue,
        runner: Runner,
        tasks: Mapping[str, Task],
        listeners: Mapping[str, Sequence[str]],
        timers: Sequence[Timer],
        pulses: Sequence[Pulse] = (),
        pace: Pace,
    ) -> None:
        self._queue = queue
        self._runner = runner
        self._now_tasks = [name for name, task in tasks.items() if task.is_now]
        pairs = [(topic, task) for topic, each in listeners.items() for task in each]
        self._topics = [topic for topic, _ in pairs]
        self._listeners = [task for _, task in pairs]
        self._timers = timers
        self._pulses = pulses
        self._pace = pace
        self._swept_at = 0.0
        self._queue_failures = 0
        self._queue_left_alone_until = 0.0
        self._running: set[asyncio.Future[object]] = set()
        self._pulsing: dict[Pulse, asyncio.Future[object]] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        failures = 0
        while not stopping.is_set():
            wait_s = self._pace.tick_s
            try:
                if await self.tick() >= self._pace.claimed_max:
                    wait_s = 0.0
                failures = 0
            except Exception as error:  # noqa: BLE001 - the relay goes on whatever happens
                if not isinstance(error, Busy) or not failures:
                    log.warning("relay cannot go on yet kind=%s", type(error).__name__)
                wait_s = self._pace.backoff_s[min(failures, len(self._pace.backoff_s) - 1)]
                failures += 1
            try:
                await asyncio.wait_for(stopping.wait(), wait_s)
            except TimeoutError:
                continue
        await asyncio.gather(*self._running, return_exceptions=True)

    async def tick(self) -> int:
        """Everything once; how many rows moved at most in one step."""
        if self._time() - self._swept_at >= self._pace.sweep_s:
            await self.sweep()
            self._swept_at = self._time()
        listened = await self.listen()
        return max(listened, await self.hand_out())

    async def sweep(self) -> None:
        """Owe what the clock says, and send again what was sent long ago."""
        await rows(MAKE_CURSOR, READER)
        now = await value("SELECT now()")
        ticks = [(timer.task, timer.last_tick(now)) for timer in self._timers]
        await rows(OWE_TICKS, [task for task, _ in ticks], [at for _, at in ticks])
        lost = await rows(
            SWEEP,
            min(self._pace.resend_now_s, self._pace.resend_s),
            self._pace.resend_s,
            self._now_tasks,
            DEATHS_MAX,
        )
        for row in lost:
            if row["status"] == "dead":
                log.error("job is dead task=%s id=%d error=process_deaths", row["task"], row["id"])
        if lost:
            log.warning("jobs sent again rows=%d", len(lost))
        for pulse in self._pulses:
            if pulse not in self._pulsing or self._pulsing[pulse].done():
                self._pulsing[pulse] = self._start(pulse())

    async def listen(self) -> int:
        """Owe the tasks that listen to what happened; how many entries were read."""
        read = await value(LISTEN, READER, self._topics, self._listeners, self._pace.claimed_max)
        return int(read or 0)

    async def hand_out(self) -> int:
        """Put what is due into the queue; how many jobs.

        The claim is committed first, or a fast worker would come before it and find nothing to
        do. A kill in between leaves them sent to nowhere, until the sweep sends them again.
        """
        due = await self._claim(CLAIM_NOW, self._now_tasks) if self._now_tasks else []
        if self._time() < self._queue_left_alone_until:
            self._run(due)
            return len(due)
        due += await self._claim(CLAIM_ANY, self._pace.sent_max)
        if not due:
            return 0
        try:
            await self._queue.put(self._chunks(due))
        except QueueAway:
            self._leave_queue_alone()
            await self._take_back([row for row in due if row["task"] not in self._now_tasks])
            self._run([row for row in due if row["task"] in self._now_tasks])
        else:
            self._queue_failures = 0
        return len(due)

    async def _claim(self, sql: str, *args: object) -> list[Record]:
        return await rows(sql, self._pace.claimed_max, *args)

    async def _take_back(self, due: Sequence[Record]) -> None:
        await rows(TAKE_BACK, [row["id"] for row in due], [row["sends"] for row in due])

    def _leave_queue_alone(self) -> None:
        backoff_s = self._pace.backoff_s
        wait_s = backoff_s[min(self._queue_failures, len(backoff_s) - 1)]
        self._queue_failures += 1
        self._queue_left_alone_until = self._time() + wait_s
        log.warning("relay has no queue failures=%d", self._queue_failures)

    def _run(self, due: Sequence[Record]) -> None:
        """What cannot wait for Valkey runs here."""
        for chunk in self._chunks(due):
            self._start(self._runner.run(chunk))

    def _chunks(self, due: Sequence[Record]) -> list[Chunk]:
        return chunks(due, now_tasks=self._now_tasks)

    def _start(self, work: Awaitable[object]) -> asyncio.Future[object]:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Future[object]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("relay failed beside its ticks kind=%s", type(error).__name__)

    @staticmethod
    def _time() -> float:
        return asyncio.get_running_loop().time()


def chunks(due: Sequence[Record], *, now_tasks: Collection[str] = ()) -> list[Chunk]:
    """Cut what is due into chunks of one task and equal suspicion."""

    def company(row: Record) -> tuple[str, int]:
        return row["task"], min(row["starts"], len(CHUNKS) - 1)

    cut: list[Chunk] = []
    for (task, starts), each in groupby(sorted(due, key=company), company):
        together = list(each)
        size = CHUNKS[starts]
        for n in range(0, len(together), size):
            part = together[n : n + size]
            ids, sends = [row["id"] for row in part], [row["sends"] for row in part]
            cut.append(Chunk(task, ids, sends, alone=size == 1, first=task in now_tasks))
    return cut
