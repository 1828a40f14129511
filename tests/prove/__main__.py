"""Run the proofs, each in a process of its own, and say what came of each in one line."""

import importlib
import os
import pkgutil
import random
import subprocess
import sys
import time

import tests.prove
from tests.prove.registry import Proof

NOT_PROOFS = {"__main__", "registry", "system"}


def proofs() -> list[Proof]:
    """All of them, by id."""
    found = [
        proof
        for module in pkgutil.iter_modules(tests.prove.__path__)
        if module.name not in NOT_PROOFS
        for proof in importlib.import_module(f"tests.prove.{module.name}").PROOFS
    ]
    return sorted(found, key=lambda proof: (proof.id[0], proof.id))


def one(id_: str, figure: int, seed: int) -> int:
    """Run one proof in this process, and print its line."""
    (proof,) = (each for each in proofs() if each.id == id_)
    began = time.monotonic()
    try:
        said, mark = proof.run(figure, seed), "holds"
    except AssertionError as error:
        said, mark = str(error) or "an assertion failed", "FELL SHORT"
    took = time.monotonic() - began
    print(f"{id_:4} {mark}  {proof.claim}: {said} (seed {seed}, {took:.0f} s)", flush=True)
    return mark != "holds"


def main() -> int:
    if sys.argv[1:2] == ["--one"]:
        return one(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    is_ci = "--ci" in sys.argv
    only = set(filter(None, os.environ.get("ONLY", "").split(",")))
    seed = int(os.environ.get("SEED", random.randrange(2**32)))
    chosen = [
        proof
        for proof in proofs()
        if (not only or proof.id in only) and not (is_ci and proof.ci is None)
    ]
    if not chosen:
        print(f"There is no proof {', '.join(sorted(only))}.")
        return 2
    failed = 0
    for proof in chosen:
        figure = str(proof.ci if is_ci else proof.full)
        command = [sys.executable, "-m", "tests.prove", "--one", proof.id, figure, str(seed)]
        failed += subprocess.run(command, check=False).returncode != 0
    print(f"proofs: {len(chosen) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
