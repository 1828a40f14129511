"""F1, F2, L1, L3, S7: what comes in, and what is not let in."""

import asyncio
import math
from collections.abc import Sequence

from tests.input.serving import serving
from tests.input.slow_callers import PATIENCE_S, besiege, seconds_to_answer
from tests.prove.registry import Proof, Short, by_tests
from tests.prove.system import prepared

HALF, BODIES_OF_TEN = 1.0, 0.4  # of 500 silent ones: 500 half heads and 200 slow bodies
CALM_CALLS = 200
SLOWER_MAX, NOT_WORTH_MEASURING_S = 2.0, 0.05


def slow_callers(silent: int, _seed: int) -> str:
    """Good callers are answered in calm, then beside the slow ones."""
    with prepared(durable=False):
        return asyncio.run(_slow_callers(silent))


async def _slow_callers(silent: int) -> str:
    async with serving() as api:
        calm = [await seconds_to_answer(api) for _ in range(CALM_CALLS)]
        told = await besiege(
            api,
            silent=silent,
            half_heads=int(silent * HALF),
            slow_bodies=int(silent * BODIES_OF_TEN),
        )
    before, beside = p99(calm), p99(told.answered)
    slowest = max(told.let_go)
    said = (
        f"{len(told.let_go)} slow callers let go within {slowest:.1f} s, "
        f"good ones p99 {before * 1000:.0f} ms before and {beside * 1000:.0f} ms beside them"
    )
    if told.still_held or slowest > PATIENCE_S:
        raise Short(f"{said}; {told.still_held} still held")
    if beside > max(before * SLOWER_MAX, NOT_WORTH_MEASURING_S):
        raise Short(said)
    return said


def p99(seconds: Sequence[float]) -> float:
    return sorted(seconds)[math.ceil(len(seconds) * 0.99) - 1]


PROOFS = [
    Proof(
        "F1",
        "whatever is said, nothing breaks and nothing invalid is kept",
        100,
        500,
        by_tests("tests/input/test_fuzz.py", "tests/core/test_strict.py", figure_as="F1_EXAMPLES"),
    ),
    Proof(
        "F2",
        "odd frames, paths, types and sizes get the right refusal",
        None,
        1,
        by_tests("tests/input/test_transport.py", "tests/core/test_door.py"),
    ),
    Proof(
        "L1",
        "of N + k callers over four processes exactly N pass",
        None,
        1,
        by_tests("tests/core/test_limiter.py"),
    ),
    Proof("L3", "who speaks too slowly is let go", 100, 500, slow_callers),
    Proof("S7", "what is unsafe does not start", None, 1, by_tests("tests/core/test_serve.py")),
]
