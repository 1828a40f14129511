"""A whole system for a proof: real servers, and this process or others working on them."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from backend import app, migrate
from backend.core import clock, db, keys
from backend.local.servers import Servers, throw_away_servers
from backend.settings import settings

ANSWERS_WITHIN_S = 30


@contextmanager
def prepared(*, durable: bool = True) -> Iterator[Servers]:
    """Servers with the newest schema, and an environment that points at them; once a process."""
    with ExitStack() as stack:
        servers = stack.enter_context(throw_away_servers(durable=durable))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bedside-proof-")))
        os.environ.update(
            MODE="test",
            DATABASE_URL=servers.database_url,
            REDIS_URL=servers.redis_url,
            KEYS_FOLDER=str(folder / "keys"),
            FILES_FOLDER=str(folder / "files"),
            TRUST_FIRST_DEVICE="",
        )
        migrate.run(servers.database_url)
        keys.make(folder / "keys", now=clock.now())
        app.hold_keys(settings().check())
        yield servers


@asynccontextmanager
async def pooled(connections: int = 16) -> AsyncIterator[None]:
    """This process works on the database itself."""
    await db.start_pool(connections=connections)
    try:
        yield
    finally:
        await db.close_pool()


class Process:
    """One of ours, in its own process group, that a proof may kill."""

    def __init__(self, *command: str, **variables: str) -> None:
        self.command, self.variables = command, variables
        self.start()

    def start(self) -> None:
        self.running = subprocess.Popen(
            [sys.executable, "-m", *self.command],
            env={**os.environ, **self.variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()

    def stop(self) -> None:
        if self.running.poll() is None:
            self.running.terminate()
            try:
                self.running.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def until_it_answers(port: int, path: str = "/health/live") -> float:
    """Wait for the first answer below 500; how many seconds it took."""
    began = time.monotonic()
    while time.monotonic() - began < ANSWERS_WITHIN_S:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2).close()
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return time.monotonic() - began
        except OSError:
            pass
        else:
            return time.monotonic() - began
        time.sleep(0.05)
    raise TimeoutError(f"nothing answered at port {port}")


@contextmanager
def api() -> Iterator[tuple[Process, int]]:
    """One API process that answers."""
    port = free_port()
    process = Process("backend.serve", PORT=str(port))
    try:
        until_it_answers(port)
        yield process, port
    finally:
        process.stop()
