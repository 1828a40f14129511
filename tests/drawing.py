"""Properties over the database: hypothesis draws, the test's event loop checks."""

import os
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from anyio import from_thread, to_thread
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")
DRAWN = int(os.environ.get("DRAWN", "12"))


async def for_all(
    drawn: SearchStrategy[T], check: Callable[[T], Coroutine[Any, Any, None]], *, many: int = DRAWN
) -> None:
    """Check so many, the same ones each time; each makes rows of its own, for good."""

    @settings(
        max_examples=many,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],  # to shrink takes minutes here; the first that fails says enough
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn)
    def each(said: T) -> None:
        from_thread.run(check, said)

    await to_thread.run_sync(each)
