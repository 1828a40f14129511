"""`python -m tests.workers.bench`: how soon a job starts, and how long 10,000 reminders take."""

import asyncio
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import msgspec
import psutil

from backend.core import clock, crypto
from backend.core.access import Role
from backend.core.db import rows, value
from tests.builders import a_person, acting
from tests.prove.system import Process, pooled, prepared
from tests.workers.conftest import nothing_waits, until
from tests.workers.tasks import make_effects, owe
from workers.settings import Pace

REMINDERS = 10_000
TRIALS = 200
WAITING = 1_000_000

# Nobody has quiet hours, so that it measures the same at night.
PEOPLE = """
WITH told AS (
  INSERT INTO persons (id, name, name_key, sex, lacks_capacity, version, fingerprint, recorded_at)
  SELECT uuidv7(), p.name, p.name_key, 'F', false, 1, '', now()
    FROM persons p, generate_series(1, $2) WHERE p.id = $1
  RETURNING id
), phones AS (
  INSERT INTO devices (id, person, public_key, platform, registered_at, trusted_at, fingerprint)
  SELECT uuidv7(), id, uuid_send(id), 'test', now(), now(), '' FROM told
  RETURNING id, person
), signed_in AS (
  INSERT INTO sessions (id, person, device, role, refresh_digest, refreshed_at, started_at,
                        expires_at)
  SELECT uuidv7(), person, id, 'ELDER', uuid_send(id), now(), now(),
         now() + make_interval(days => 1) FROM phones
), registered AS (
  INSERT INTO push_registrations (device, person, transport, token, registered_at, fingerprint)
  SELECT id, person, 'huawei', $3, now(), '' FROM phones
), awake AS (
  INSERT INTO notification_preferences (person, muted, quiet_start, quiet_end, version, fingerprint)
  SELECT person, '{}', '00:00', '00:00', 1, '' FROM phones
), notified AS (
  INSERT INTO notifications (id, recipient, kind, event_key, person_id, urgency, details,
                             recorded_at)
  SELECT uuidv7(), person, 'visit_reminder', 'bench', person, 'routine',
         jsonb_build_object('when', now()), now() FROM phones
  RETURNING id
)
INSERT INTO jobs (task, key, due_at, args)
SELECT 'push_notification', 'push_notification:' || id, $4,
       jsonb_build_object('notification_id', id) FROM notified
"""


@contextmanager
def a_provider(delay_ms: int) -> Iterator[str]:
    """In a process of its own; gives its address."""
    command = [sys.executable, "-m", "tests.gateways", str(delay_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as provider:
        assert provider.stdout is not None
        try:
            yield provider.stdout.readline().strip()
        finally:
            provider.kill()


async def reminders() -> str:
    """All due at one moment; the provider answers after 20 ms."""
    with a_provider(20) as address:
        worker = Process("workers", PUSH=address)
        try:
            elder = await a_person()
            await acting(elder, Role.ELDER)
            due_at = clock.now() + timedelta(seconds=6)
            token = crypto.seal("token", "push_registrations.token")
            await rows(PEOPLE, elder, REMINDERS, token, due_at)
            await rows("ANALYZE")
            used = psutil.Process(worker.running.pid)
            await asyncio.sleep((due_at - clock.now()).total_seconds())
            before = used.cpu_times()
            await until(nothing_waits, within_s=120)
            took = (clock.now() - due_at).total_seconds()
            cpu, memory = used.cpu_times(), used.memory_info().rss / 2**20
            counted = urllib.request.urlopen(address, timeout=5).read()
            dead = await value("SELECT count(*) FROM jobs WHERE status <> 'done'")
        finally:
            worker.kill()
    cpu_s = cpu.user + cpu.system - before.user - before.system
    return (
        f"{REMINDERS} reminders in {took:.1f} s ({REMINDERS / took:.0f}/s), not done {dead},"
        f" worker {cpu_s:.1f} s of cpu, {memory:.0f} MB; {counted.decode()}"
    )


async def begun(key: str) -> datetime | None:
    """When the task of this job started."""
    at: datetime | None = await value("SELECT max(at) FROM effects WHERE key = $1", key)
    return at


async def latency(waiting: int) -> str:
    """From the commit that owes a job to the start of its task, in an idle worker."""
    await make_effects()
    await rows("DELETE FROM jobs")
    if waiting:
        await owe("note", waiting, in_s=86_400)
        await rows("ANALYZE jobs")
    worker = Process("tests.workers.process", msgspec.json.encode(Pace()).decode())
    try:
        await asyncio.sleep(3)
        took_ms: list[float] = []
        for n in range(TRIALS):
            await rows(
                "INSERT INTO jobs (task, key, due_at, args) VALUES ('note', $1, now(), '{}')",
                f"latency:{n}",
            )
            began = clock.now()
            await until(partial(begun, f"latency:{n}"))
            at = await begun(f"latency:{n}")
            assert at is not None
            took_ms.append((at - began).total_seconds() * 1000)
            await asyncio.sleep(0.003 * (n % 20))
        idle = psutil.Process(worker.running.pid).cpu_percent(2)
    finally:
        worker.kill()
    cuts = statistics.quantiles(took_ms, n=100)
    return f"{waiting} waiting: p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms; idle cpu {idle:.1f} %"


async def main() -> None:
    async with pooled():
        print(await reminders(), flush=True)
        print(await latency(0), flush=True)
        print(await latency(WAITING), flush=True)


if __name__ == "__main__":
    began = time.monotonic()
    with prepared():
        asyncio.run(main())
    print(f"{time.monotonic() - began:.0f} s")
