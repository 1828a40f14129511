"""What a proof is, and how one that consists of tests is run."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

PASSED = re.compile(r"(\d+) passed")


class Proof(NamedTuple):
    """`run(figure, seed)` answers a sentence with figures, or raises AssertionError.

    `ci` is the figure of every change, None where `make test` already runs these tests.
    """

    id: str
    claim: str
    ci: int | None
    full: int
    run: Callable[[int, int], str]


class Short(AssertionError):
    """The figure was not reached."""


def by_tests(*paths: str, figure_as: str | None = None) -> Callable[[int, int], str]:
    """A proof that is a set of tests; they read their figure from a variable, if they have one."""

    def run(figure: int, seed: int) -> str:
        env = {**os.environ, "SEED": str(seed)}
        if figure_as:
            env[figure_as] = str(figure)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *paths]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        passed = PASSED.search(done.stdout)
        if done.returncode or not passed:
            raise Short(done.stdout[-4_000:])
        each = f", {figure} examples each" if figure_as else ""
        return f"{passed.group(1)} tests passed{each}"

    return run
