"""`make bench`: the day list and the check-in beside the same routes by other means.

One run, one PostgreSQL, the same rows; rounds are interleaved, medians and ratios are quoted, and
the CPU a request costs stands beside them: a single run swings by a quarter.
"""

import asyncio
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
import psutil
import uvloop

from backend import migrate
from backend.core import clock, crypto, keys, tokens
from backend.core.calendar import on
from backend.local.servers import throw_away_servers
from backend.settings import Settings
from tests.load.client import Round, load, request
from tests.load.town import DOCTORS, Town, add_fresh, add_past, forever, plant
from tests.prove.system import free_port, until_it_answers

CONNECTIONS = 32
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("SECONDS", "3"))
PAST = int(os.environ.get("PAST_VISITS", "1000000"))
RESULTS = Path(__file__).parent / "RESULTS.md"
SIDES = {
    "bedside": [sys.executable, "-m", "backend.serve"],
    "bare ASGI + asyncpg": [sys.executable, "-m", "tests.load.twins.bare"],
    "FastAPI + SQLAlchemy ORM": [sys.executable, "-m", "tests.load.twins.fastapi_orm"],
    "FastAPI + SQLAlchemy tuned": [sys.executable, "-m", "tests.load.twins.fastapi_tuned"],
}
TARGETS = [
    ("day list", "FastAPI + SQLAlchemy ORM", 5.0),
    ("day list", "FastAPI + SQLAlchemy tuned", 4.0),
    ("check-in", "FastAPI + SQLAlchemy ORM", 4.0),
    ("check-in", "FastAPI + SQLAlchemy tuned", 3.0),
    ("day list", "bare ASGI + asyncpg", 0.5),
    ("check-in", "bare ASGI + asyncpg", 0.55),
]


@dataclass
class Side:
    """One server under load."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    rounds: dict[str, list[Round]] = field(default_factory=dict)
    cpu_us: dict[str, list[float]] = field(default_factory=dict)

    def rate(self, what: str) -> float:
        return statistics.median(each.rate for each in self.rounds[what])

    def cpu(self, what: str) -> float:
        return statistics.median(self.cpu_us[what])


@contextmanager
def serving(first_port: int, env: dict[str, str]) -> Iterator[list[Side]]:
    """All sides at once, each one process."""
    with ExitStack() as stack:
        sides = []
        for number, (name, command) in enumerate(SIDES.items()):
            port = first_port + number
            process = subprocess.Popen(
                [*command, str(port)],
                env={**env, "PORT": str(port)},
                stdout=subprocess.DEVNULL,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            sides.append(Side(name, port, process))
        yield sides


async def ready(side: Side, ask: bytes) -> None:
    """Wait until it answers; its first answer is not measured."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert side.process.poll() is None, f"{side.name} did not start"
        try:
            answered = await load(side.port, iter([ask]), connections=1, seconds=5)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        assert not answered.failures, f"{side.name} refused"
        return
    raise TimeoutError(side.name)


async def one_round(side: Side, what: str, requests: Iterator[bytes]) -> None:
    process = psutil.Process(side.process.pid)
    before = process.cpu_times()
    measured = await load(side.port, requests, connections=CONNECTIONS, seconds=SECONDS)
    after = process.cpu_times()
    assert not measured.failures, f"{side.name}: {measured.failures} failed answers in {what}"
    spent = after.user + after.system - before.user - before.system
    side.rounds.setdefault(what, []).append(measured)
    side.cpu_us.setdefault(what, []).append(spent / max(measured.answers, 1) * 1e6)


def check_ins(town: Town, fresh: list[tuple[UUID, int]], now: datetime) -> Iterator[bytes]:
    held = [town.token(doctor, now) for doctor in range(len(town.doctors))]
    point = {"lat": 31.2235, "lon": 121.4452, "datum": "wgs84", "accuracy_m": 15}
    body = msgspec.json.encode({"client_time": now, "method": "GPS", "point": point})
    for visit, doctor in fresh:
        yield request("PUT", f"/v1/visits/{visit}/check-in", held[doctor], body)


async def measure(sides: list[Side], database_url: str) -> dict[str, float]:
    now = clock.now()
    connection = await asyncpg.connect(database_url)
    town = await plant(connection, now)
    days = [
        request("GET", f"/v1/visits?assigned_to=me&on={on(now)}", town.token(doctor, now))
        for doctor in range(DOCTORS)
    ]
    for side in sides:
        await ready(side, days[0])
    for number in range(ROUNDS):
        for side in sides:
            await one_round(side, "day list", forever(days))
            fresh = await add_fresh(connection, town, int(SECONDS * 6_000), now)
            await one_round(side, "check-in", check_ins(town, fresh, now))
        print(f"  round {number + 1} of {ROUNDS} done", flush=True)
    small = statistics.median(r.percentile(0.99) for r in sides[0].rounds["day list"][1:])
    print(f"  growing the table by {PAST:,} visits …", flush=True)
    await add_past(connection, town, PAST, now)
    for _ in range(ROUNDS):
        await one_round(sides[0], "grown", forever(days))
    grown = statistics.median(r.percentile(0.99) for r in sides[0].rounds["grown"])
    await connection.close()
    memory = psutil.Process(sides[0].process.pid).memory_info().rss / 2**20
    return {"grown p99": grown / small, "memory MB": memory}


def report(sides: list[Side], others: dict[str, float]) -> tuple[list[str], bool]:
    """The lines to print and to keep, and whether every target was reached."""
    ours = sides[0]
    lines = ["| | day list /s | CPU µs | check-in /s | CPU µs |", "|---|---|---|---|---|"]
    lines += [
        f"| {side.name} | {side.rate('day list'):,.0f} | {side.cpu('day list'):.0f}"
        f" | {side.rate('check-in'):,.0f} | {side.cpu('check-in'):.0f} |"
        for side in sides
    ]
    lines += ["", "| target | wanted | measured | |", "|---|---|---|---|"]
    reached = True
    by_name = {side.name: side for side in sides}
    for what, name, wanted in TARGETS:
        ratio = statistics.median(
            mine.rate / theirs.rate
            for mine, theirs in zip(ours.rounds[what], by_name[name].rounds[what], strict=True)
        )
        reached &= ratio >= wanted
        lines.append(
            f"| {what} against {name} | >= {wanted}x | {ratio:.2f}x | {_mark(ratio >= wanted)} |"
        )
    grown, memory = others["grown p99"], others["memory MB"]
    reached &= grown <= 1.2 and memory <= 120
    mark = _mark(grown <= 1.2)
    lines.append(f"| day list p99 with {PAST:,} visits more | <= 1.2x | {grown:.2f}x | {mark} |")
    lines.append(
        f"| memory of one API process | <= 120 MB | {memory:.0f} MB | {_mark(memory <= 120)} |"
    )
    return lines, reached


def apart() -> list[tuple[str, str, str, bool]]:
    """What is measured by itself, after the others: jobs, and starting."""
    command = [sys.executable, "-m", "tests.workers.bench"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    took_s = float(re.findall(r"reminders in ([\d.]+) s", said)[0])
    idle, waiting = (float(ms) for ms in re.findall(r"p99 ([\d.]+) ms", said))
    first_s, later_s = starts()
    return [
        ("10,000 reminders due at one moment", "<= 5 s", f"{took_s:.1f} s", took_s <= 5),
        ("commit to task start, idle, p99", "<= 100 ms", f"{idle:.0f} ms", idle <= 100),
        ("the same, 1,000,000 jobs waiting", "<= 100 ms", f"{waiting:.0f} ms", waiting <= 100),
        ("first start to the first 200", "<= 5 s", f"{first_s:.1f} s", first_s <= 5),
        ("later starts to the first 200", "<= 3 s", f"{later_s:.1f} s", later_s <= 3),
    ]


def starts() -> list[float]:
    """Seconds from the command to the first 200, in an empty folder and once more."""
    took = []
    with tempfile.TemporaryDirectory(prefix="bedside-start-") as folder:
        for name in ("tests", "backend", "workers", "seeds", "piccolo_conf.py"):
            Path(folder, name).symlink_to(Path(name).resolve())
        for _ in range(2):
            port, began = free_port(), time.monotonic()
            command = [sys.executable, "-m", "backend.local"]
            env = {**os.environ, "PORT": str(port)}
            for name in ("DATABASE_URL", "REDIS_URL"):
                env.pop(name, None)
            with subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE) as up:
                until_it_answers(port)
                took.append(time.monotonic() - began)
                assert up.stdout is not None
                next(line for line in up.stdout if b"Ctrl-C" in line)
                up.terminate()
                up.stdout.read()
    return took


def _mark(reached: bool) -> str:
    return "reached" if reached else "**missed**"


def main() -> int:
    with ExitStack() as stack:
        servers = stack.enter_context(throw_away_servers())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bedside-bench-")))
        env = {
            **os.environ,
            "MODE": "development",
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "KEYS_FOLDER": str(folder / "keys"),
            "FILES_FOLDER": str(folder / "files"),
            "ISSUER": "https://bedside.local",
            "AUDIENCE": "bedside",
            "DATABASE_CONNECTIONS": str(Settings().database_connections),
        }
        os.environ.update(env)
        keys.make(folder / "keys", now=clock.now())
        crypto.use(crypto.read_keys(folder / "keys"))
        tokens.use(tokens.load(folder / "keys", issuer=env["ISSUER"], audience=env["AUDIENCE"]))
        migrate.run(servers.database_url)
        sides = stack.enter_context(serving(8800, env))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            others = runner.run(measure(sides, servers.database_url))
        lines, reached = report(sides, others)
    for what, at_most, measured, is_reached in apart():
        reached &= is_reached
        lines.append(f"| {what} | {at_most} | {measured} | {_mark(is_reached)} |")
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    title = (
        f"# Bench of {clock.now():%Y-%m-%d}\n\n{machine}, Python {platform.python_version()},"
        f" PostgreSQL 18 with fsync and synchronous_commit, one process a side, {CONNECTIONS}"
        f" connections, {ROUNDS} interleaved rounds of {SECONDS:g} s, medians."
        " Repeat: `make bench`.\n"
    )
    print("\n".join(lines))
    RESULTS.write_text(title + "\n" + "\n".join(lines) + "\n")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
