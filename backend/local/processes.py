"""The processes that we started: only such a one is ever signalled, and each dies with us."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from backend.local import launch
from backend.local.places import Account, CannotStart, Place

PORTS_TRIED_MAX = 100


class Process:
    """Started with `start()` or `with`, and started again after it was stopped or killed.

    Start it from a thread that lives on: the kernel ends the process when that thread ends.
    """

    name = "process"
    farewell = signal.SIGTERM  # asks it to end in order
    stopped_within_s = 20.0

    def __init__(self, place: Place) -> None:
        self.place = place
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def log(self) -> Path:
        return self.place.logs / f"{self.name}.log"

    @property
    def account(self) -> Account:
        return Account()

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it.

        :raises CannotStart: with what it said
        """
        raise NotImplementedError

    def stop(self) -> None:
        """End in order, by force when that takes too long; does nothing when it is not running."""
        if not self.alive:
            return
        self.resume()
        os.kill(self.pid, self.farewell)
        try:
            self._wait(self.stopped_within_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        if self.alive:
            os.kill(self.pid, signal.SIGKILL)
        self._wait(None)

    def pause(self) -> None:
        """SIGSTOP it with its children: connections stay open, nothing answers."""
        for process in self._family():
            with suppress(psutil.NoSuchProcess):
                process.suspend()

    def resume(self) -> None:
        for process in self._family():
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def complaint(self, said: str) -> str:
        """Pick the sentence that matters out of what it logged."""
        return said.strip().rpartition("\n")[2] or "it said nothing."

    def said_since(self, offset: int) -> str:
        """Read what it logged after that many bytes."""
        with self.log.open("rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace")

    def logged_bytes(self) -> int:
        return self.log.stat().st_size if self.log.exists() else 0

    def launched(self, command: Sequence[str]) -> list[str]:
        words = (os.getpid(), int(self.farewell), self.account.uid, self.account.gid)
        launcher = [sys.executable, "-I", "-S", launch.__file__, *map(str, words)]
        return [*launcher, *self.account.through, *command]

    def spawn(
        self,
        command: Sequence[str],
        *,
        told: str = "",
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Run the command, tell it something over its standard input, and log what it says."""
        # A process group of its own: Ctrl-C at the terminal is for the supervisor alone.
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.launched(command), cwd=folder or self.place.folder, env=environment,
                umask=0o077, process_group=0, stdin=subprocess.PIPE, stdout=log, stderr=log,
            )  # fmt: skip
        assert self._process.stdin is not None
        with suppress(BrokenPipeError), self._process.stdin as stdin:  # it ended: its log says why
            stdin.write(told.encode())

    def _wait(self, timeout_s: float | None) -> None:
        if self._process is not None:
            self._process.wait(timeout_s)

    def _family(self) -> list[psutil.Process]:
        if not self.alive:
            return []
        process = psutil.Process(self.pid)
        return [process, *process.children(recursive=True)]


class Server(Process):
    """Listens on the loopback: `port` is a wish, the next free one is taken instead.

    None asks for any free port. A server that is started again keeps its port.
    """

    ready_within_s = 60.0

    def __init__(self, place: Place, *, port: int | None = None) -> None:
        super().__init__(place)
        self.port = 0
        self._wish = port

    @property
    def account(self) -> Account:
        return self.place.account

    def start(self) -> None:
        """Start, and return when the server answers."""
        assert not self.alive, "already started"
        self.prepare()
        for port in self._ports():
            logged = self.logged_bytes()
            self.spawn(self.command(port), told=self.configuration(port))
            if self._wait_until_ready(port):
                self.port = port
                return
            self.kill()
            said = self.said_since(logged)
            if "in use" not in said:
                raise CannotStart(f"{self.name} did not start: {self.complaint(said)}")
        raise CannotStart(f"{self.name} found no free port, tried from {self.port or self._wish}.")

    def prepare(self) -> None:
        """Do what must be done before each start."""

    def command(self, port: int) -> Sequence[str]:
        raise NotImplementedError

    def configuration(self, port: int) -> str:  # noqa: ARG002 - for those who need it
        """What the server is told over its standard input."""
        return ""

    def ready(self, port: int) -> bool:
        raise NotImplementedError

    def run(self, command: Sequence[str], *, told: str = "") -> None:
        """Run one of the server's own tools to its end, under the same account.

        :raises CannotStart: with what the tool said
        """
        ended = subprocess.run(
            self.launched(command), input=told.encode(), capture_output=True, check=False,
            cwd=self.place.folder, umask=0o077,
        )  # fmt: skip
        if ended.returncode != 0:
            raise CannotStart(f"{self.name} did not start: {self.complaint(ended.stderr.decode())}")

    def _wait_until_ready(self, port: int) -> bool:
        until = time.monotonic() + self.ready_within_s
        try:
            while self.alive and time.monotonic() < until:
                if self.ready(port):
                    return True
                time.sleep(0.005)
        except BaseException:
            self.stop()
            raise
        return False

    def _ports(self) -> Iterator[int]:
        if self.port:  # clients know it by now
            yield self.port
            return
        wishes = [0] * 5 if self._wish is None else range(self._wish, self._wish + PORTS_TRIED_MAX)
        for wish in wishes:
            if port := free_port(wish):
                yield port


def free_port(wish: int) -> int | None:
    """Say the port when nobody listens there on the loopback; 0 asks for any."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wish))
        except OSError:
            return None
        port: int = probe.getsockname()[1]
        return port
