"""Lives: anything may happen in any order, said over HTTP to the application of this process."""

import os
from typing import Any

import httpx
from anyio import from_thread, to_thread
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from backend.core.access import Actor
from tests.builders import signed_in

Json = dict[str, Any]
STEPS = 30
# How many lives, and which; a proof says both.
LIVES = int(os.environ.get("LIVES", "15"))
SEED = int(os.environ.get("SEED", "20261124"))


def put(network: httpx.AsyncClient, who: Actor, path: str, said: Json) -> tuple[int, Any]:
    """Ask as this person, from the thread in which a life is drawn."""

    async def ask() -> httpx.Response:
        return await signed_in(network, who).put(f"/v1{path}", json=said)

    answer = from_thread.run(ask)
    return answer.status_code, answer.json()


async def live(life: type[RuleBasedStateMachine]) -> None:
    """Draw so many lives; each happens to rows of its own, for good."""
    drawn = settings(
        max_examples=LIVES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )
    await to_thread.run_sync(lambda: run_state_machine_as_test(seed(SEED)(life), settings=drawn))
