"""All that `make up` runs: started in order, started again when it dies, stopped in order."""

import os
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from backend.core import clock, keys
from backend.local import given
from backend.local.gateway.running import Providers
from backend.local.places import CannotStart, Place, taken, write_secret
from backend.local.postgres import Postgres
from backend.local.processes import Process, free_port
from backend.local.programs import Program, show
from backend.local.valkey import Valkey

POSTGRES_PORT, VALKEY_PORT = 54320, 63790
DISK_MIN_MB = 256
LIVE = "/health/live"
TICK_S = 0.1
INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
BACKOFF_S = (0.2, 1.0, 2.0, 5.0, 10.0)
CALM_AFTER_S = 60.0


def up(folder: Path) -> None:
    """Run Bedside until Ctrl-C or SIGTERM.

    :raises CannotStart: in one sentence
    """
    progress = _Progress()
    port = _port()
    with ExitStack() as stack:
        stack.enter_context(_interruptions())
        try:
            place = stack.enter_context(taken(folder))
            _check_disk(place.folder)
            addresses, kept = _servers(place, stack, progress)
            providers = stack.enter_context(Providers(place, folder, api_port=port))
            environment = _environment(folder, PORT=str(port), **addresses, **providers.told)
            _migrate(place, environment, progress)
            api = Program(place, "api", "backend.serve", environment=environment)
            worker = Program(place, "worker", "workers", environment=environment)
            stack.enter_context(api).wait_until_answers(port, LIVE)
            progress.say(f"the API answers on http://127.0.0.1:{port}")
            _seed(place, environment, progress)
            stack.enter_context(worker)
            providers.wait()
            _welcome(place, environment, port)
            _tend([Kept(process) for process in (*kept, providers, api, worker)])
        except KeyboardInterrupt:
            for number in INTERRUPTIONS:  # a second Ctrl-C would cut the stopping short
                signal.signal(number, signal.SIG_IGN)
            print("\nStopping ...", flush=True)
    print("Stopped. The data stays; `make clean` removes it.")


class Kept:
    """A process that is started again when it ends, later each time it ends soon."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._started = time.monotonic()
        self._ended: float | None = None
        self._deaths = 0

    def tend(self, now: float) -> None:
        if self._process.alive:
            return
        if self._ended is None:
            self._ended = now
            calm = now - self._started > CALM_AFTER_S
            self._deaths = 1 if calm else self._deaths + 1
            print(f"{self._process.name} ended; starting it again (see {self._process.log}).")
        if now - self._ended < BACKOFF_S[min(self._deaths, len(BACKOFF_S)) - 1]:
            return
        self._ended = None
        self._started = now
        try:
            self._process.start()
        except CannotStart as reason:
            print(reason)


class _Progress:
    def __init__(self) -> None:
        self._begun = time.monotonic()

    def say(self, sentence: str) -> None:
        print(f"{time.monotonic() - self._begun:6.1f} s  {sentence}", flush=True)


def _tend(kept: list[Kept]) -> None:
    while True:
        for one in kept:
            one.tend(time.monotonic())
        time.sleep(TICK_S)


def _port() -> int:
    said = os.environ.get("PORT") or "8000"
    if not said.isdecimal() or not 0 < int(said) < 2**16:
        raise CannotStart(f"PORT should be a number from 1 to 65535, not {said}.")
    if free_port(int(said)) is None:
        raise CannotStart(
            f"Port {said} of 127.0.0.1 is taken or not ours to use: name another one, "
            "for example `make up PORT=8001`."
        )
    return int(said)


def _check_disk(folder: Path) -> None:
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < DISK_MIN_MB:
        raise CannotStart(
            f"The disk of {folder} has {free_mb} MB left and Bedside needs {DISK_MIN_MB} MB."
        )


def _servers(
    place: Place, stack: ExitStack, progress: _Progress
) -> tuple[dict[str, str], list[Process]]:
    """Start what the environment does not give; answer where both are, and what to tend."""
    kept: list[Process] = []
    database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if redis_url:
        given.check_redis(redis_url)
    else:
        valkey = stack.enter_context(Valkey(place, port=VALKEY_PORT))
        progress.say(f"Valkey 8 answers on 127.0.0.1:{valkey.port}")
        redis_url = valkey.url
        kept.append(valkey)
    if database_url:
        given.check_database(database_url)
    else:
        if not (place.folder / "postgres").exists():
            progress.say("first start: making the database")
        postgres = stack.enter_context(Postgres(place, port=POSTGRES_PORT))
        progress.say(f"PostgreSQL 18 answers on 127.0.0.1:{postgres.port}")
        database_url = postgres.url
        kept.append(postgres)
    return {"DATABASE_URL": database_url, "REDIS_URL": redis_url}, kept


def _environment(folder: Path, **said: str) -> dict[str, str]:
    """What the programs are told; the file `environment` tells it to `make day` and others."""
    own = {
        **said,
        "KEYS_FOLDER": str(folder.resolve() / "keys"),
        "FILES_FOLDER": str(folder.resolve() / "files"),
        "MODE": "development",
        "TRUST_FIRST_DEVICE": "true",
    }
    keys.make(folder / "keys", now=clock.now())
    (folder / "files").mkdir(mode=0o700, exist_ok=True)
    lines = "".join(f"{name}={value}\n" for name, value in own.items())
    write_secret(folder / "environment", lines.encode())
    # Some images forbid Python to keep what it compiled: the next start would take twice as long.
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, **own}


def _migrate(place: Place, environment: Mapping[str, str], progress: _Progress) -> None:
    if not given.is_current(environment["DATABASE_URL"]):
        Program(place, "migrations", "backend.migrate", environment=environment).finish()
    progress.say("the schema is the newest one")


def _seed(place: Place, environment: Mapping[str, str], progress: _Progress) -> None:
    unfinished = place.folder / "seeding"  # it stays when seeding was cut short
    if unfinished.exists() or given.is_empty(environment["DATABASE_URL"]):
        progress.say("first start: seeding the town")
        unfinished.touch()
        Program(place, "seeds", "seeds", environment=environment).finish()
        unfinished.unlink()
        progress.say("the town is there")


def _welcome(place: Place, environment: Mapping[str, str], port: int) -> None:
    print(f"""
  Bedside      http://127.0.0.1:{port}
  to read      http://127.0.0.1:{port}/docs
  logs         {place.logs}
  login codes  tail -f {environment["FILES_FOLDER"]}/sms.log
  to pay       curl -X POST {environment["GATEWAY"]}/pay/<out_trade_no>
""")
    show(environment, "seeds", "cast")
    print("\nCtrl-C stops everything; the data stays.", flush=True)


@contextmanager
def _interruptions() -> Iterator[None]:
    """Let whoever asks us to end raise KeyboardInterrupt, as Ctrl-C does."""
    before = {number: signal.getsignal(number) for number in INTERRUPTIONS}
    for number in INTERRUPTIONS:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
