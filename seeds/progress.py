"""How far it is: one line a step, redrawn on a terminal, said once in a log."""

import sys
import time
from typing import Self

WIDTH = 30


class Step:
    """`with Step("persons", 120) as step:` and `step.did()` for each one done."""

    def __init__(self, what: str, of: int) -> None:
        self._what, self._of = what, of
        self._done = 0
        self._drawn = 0.0
        self._begun = time.monotonic()
        self._on_terminal = sys.stdout.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        if failed is None:
            self._draw(end="\n")

    def did(self, count: int = 1) -> None:
        self._done += count
        if self._on_terminal and time.monotonic() - self._drawn > 0.1:  # noqa: PLR2004 - ten a second
            self._drawn = time.monotonic()
            self._draw()

    def _draw(self, end: str = "") -> None:
        full = WIDTH * self._done // max(self._of, 1)
        bar = "█" * full + "░" * (WIDTH - full)
        seconds = time.monotonic() - self._begun
        start = "\r" if self._on_terminal else ""
        print(
            f"{start}  {self._what:<22} {bar} {self._done:>9,} / {self._of:,}  {seconds:.1f} s",
            end=end,
            flush=True,
        )
