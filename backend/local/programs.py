"""The parts of Bedside that `make up` runs, each a module of its own."""

import http.client
import subprocess
import sys
import time
from collections.abc import Mapping

from backend.local.places import PROJECT, CannotStart, Place
from backend.local.processes import Process

ANSWERS_WITHIN_S = 60.0


class Program(Process):
    """`python -m <module>` in the project's folder; what it says goes to its log."""

    def __init__(
        self, place: Place, name: str, *words: str, environment: Mapping[str, str]
    ) -> None:
        super().__init__(place)
        self.name = name
        self._words = words
        self._environment = environment

    def start(self) -> None:
        self.spawn(
            [sys.executable, "-m", *self._words], folder=PROJECT, environment=self._environment
        )

    def finish(self) -> None:
        """Run it to its end.

        :raises CannotStart: it failed
        """
        logged = self.logged_bytes()
        with self:
            self._wait(None)
        if self._process is not None and self._process.returncode != 0:
            said = self.complaint(self.said_since(logged))
            raise CannotStart(f"{self.name} failed: {said} (see {self.log})")

    def wait_until_answers(self, port: int, path: str) -> None:
        """Wait for the first 200 of what it serves.

        :raises CannotStart: it ended, or takes longer than a minute
        """
        logged = self.logged_bytes()
        until = time.monotonic() + ANSWERS_WITHIN_S
        while not _answers(port, path):
            if not self.alive or time.monotonic() > until:
                said = self.complaint(self.said_since(min(logged, self.logged_bytes())))
                raise CannotStart(f"{self.name} does not answer: {said} (see {self.log})")
            time.sleep(0.02)


def show(environment: Mapping[str, str], *words: str) -> None:
    """Run a module whose words are for the person at the terminal; its failure is only told."""
    ended = subprocess.run(
        [sys.executable, "-m", *words], cwd=PROJECT, env=environment, check=False
    )  # fmt: skip
    if ended.returncode != 0:
        print(f"python -m {' '.join(words)} failed.")


def _answers(port: int, path: str) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=1.0)
    try:
        line.request("GET", path)
        return line.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
