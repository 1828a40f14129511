"""R7: three workers, two of them five minutes wrong, make each tick of a timer once."""

import asyncio
from collections import Counter

import msgspec
import uvloop

from backend.core.db import rows, value
from tests.prove.registry import Proof, Short
from tests.prove.system import Process, pooled, prepared
from tests.workers.tasks import make_effects
from workers.settings import Pace

SKEWS_S = (-300, 0, 300)
EVERY_MS = 100
PACE = Pace(sweep_s=0.02)


async def _prove(ticks: int, _seed: int) -> str:
    async with pooled(4):
        await make_effects()
        pace = msgspec.json.encode(PACE).decode()
        workers = [
            Process("tests.workers.process", pace, str(EVERY_MS), SKEW_S=str(skew_s))
            for skew_s in SKEWS_S
        ]
        try:
            while await value("SELECT count(*) FROM effects") < ticks:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        finally:
            for each in workers:
                each.stop()
        made = Counter(each["key"] for each in await rows("SELECT key FROM effects"))
        pids = await value("SELECT count(DISTINCT pid) FROM effects")
        owed = await value("SELECT count(*) FROM jobs WHERE status = 'done'")
    if set(made.values()) != {1} or len(made) != owed:
        raise Short(f"{len(made)} ticks, at most {max(made.values())} times each, {owed} owed")
    return f"{len(made)} ticks by {pids} workers, each once"


def prove(ticks: int, seed: int) -> str:
    with prepared(durable=False):
        return uvloop.run(_prove(ticks, seed))


PROOFS = [Proof("R7", "each tick takes effect exactly once", None, 2000, prove)]
