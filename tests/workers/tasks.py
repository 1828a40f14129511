"""Tasks that leave a trace, fail, hang, or take their process with them."""

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import msgspec

from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.problems import Busy, Missing
from workers.task import Outcome, Task

FAILURES: dict[str, BaseException] = {
    "connection": ConnectionResetError(),
    "deadlock": asyncpg.DeadlockDetectedError("of 王医生"),
    "serialization": asyncpg.SerializationError(""),
    "full": asyncpg.DiskFullError(""),
    "crash": asyncpg.CrashShutdownError(""),
    "timeout": TimeoutError(),
    "missing": Missing(),
    "unique": asyncpg.UniqueViolationError("name=王医生"),
    "bug": ZeroDivisionError("王医生"),
}
MAY_PASS = {"connection", "deadlock", "serialization", "full", "crash", "timeout"}


async def make_effects() -> None:
    await rows("CREATE TABLE IF NOT EXISTS effects (key text, pid int, at timestamptz)")
    await rows("DELETE FROM effects")


async def leave(key: str) -> None:
    await rows("INSERT INTO effects VALUES ($1, $2, clock_timestamp())", key, os.getpid())


async def note(*, key: str) -> None:
    await leave(key)


async def note_together(*, key: Sequence[str]) -> Sequence[Outcome]:
    await rows(
        "INSERT INTO effects SELECT key, $2, clock_timestamp() FROM unnest($1::text[]) AS k (key)",
        key,
        os.getpid(),
    )
    return [None for _ in key]


async def fail(*, kind: str, key: str, tries: int) -> None:
    await leave(f"{key}:{tries}")
    raise FAILURES[kind]


async def be_busy(*, key: str) -> None:
    """Our database is away, once."""
    await leave(key)
    if len(await rows("SELECT FROM effects WHERE key = $1", key)) == 1:
        raise Busy


async def poison(*, key: str) -> None:
    await leave(key)
    os._exit(1)


async def hang(*, key: str) -> None:
    await leave(f"{key}:began")
    await asyncio.sleep(60)


async def take_time(*, key: str) -> None:
    await asyncio.sleep(0.02)
    await leave(key)


async def come_back(*, now: datetime, key: str) -> datetime | None:
    await leave(key)
    found = await rows("SELECT FROM effects WHERE key = $1", key)
    return now + timedelta(milliseconds=50) if len(found) < 3 else None


def soon(_now: datetime) -> Sequence[timedelta]:
    return [timedelta(milliseconds=20)] * 2


TASKS: dict[str, Task] = {
    "note": Task(note, retries=soon),
    "note_together": Task(note_together, together=True),
    "note_now": Task(note, is_now=True),
    "fail": Task(fail, retries=soon),
    "be_busy": Task(be_busy, retries=lambda _now: ()),
    "poison": Task(poison),
    "hang": Task(hang, retries=soon),
    "take_time": Task(take_time),
    "come_back": Task(come_back),
}


async def owe(task: str, count: int = 1, *, in_s: float = 0.0, **args: Any) -> None:
    """Jobs of a task, due at one moment."""
    await rows(
        "INSERT INTO jobs (task, key, due_at, args)"
        " SELECT $1::text, concat_ws(':', $1::text, $2::text, n),"
        " now() + make_interval(secs => $3), $4::jsonb FROM generate_series(1, $5) AS n",
        task,
        str(uuid7()),
        in_s,
        msgspec.json.encode(args).decode(),
        count,
    )
