"""R2: PostgreSQL dies under writers and comes back; the APIs wait for it, and nothing is lost."""

import asyncio
import random
import time

import uvloop

from backend.core.db import value
from backend.local.servers import Servers
from tests.faults.phone import Phone
from tests.faults.town import Town, running
from tests.faults.work import at_work, wrong_after
from tests.faults.writers import WRITERS
from tests.prove.registry import Proof, Short
from tests.prove.system import prepared

BACK_WITHIN_S = 5
IDLE_IN_TRANSACTION = (
    "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
)


async def _prove(servers: Servers, kills: int, seed: int) -> str:
    dice = random.Random(seed)
    slowest_s = 0.0
    async with running(servers) as town, Phone(town.ports) as phone:
        writers = [kind(town.people, random.Random(dice.random())) for kind in WRITERS]
        before = [each.running.pid for each in town.processes]
        async with at_work(writers, phone) as check:
            for _ in range(kills):
                await asyncio.sleep(dice.uniform(0.5, 3))
                servers.postgres.kill()
                await asyncio.sleep(dice.uniform(0, 1))
                await asyncio.to_thread(servers.postgres.start)
                slowest_s = max(slowest_s, await _first_acknowledged(phone))
                check()
        drained_s = await town.drained()
        wrong = await wrong_after(writers)
        wrong += _restarted(town, before)
        if await value(IDLE_IN_TRANSACTION):
            wrong.append("a connection is left idle in a transaction")
    if slowest_s > BACK_WITHIN_S:
        wrong.append(f"the first acknowledgement came after {slowest_s:.1f} s")
    if wrong:
        raise Short(f"{len(wrong)} wrong after {kills} kills, such as {'; '.join(wrong[:5])}")
    kept = sum(len(each.acknowledged) for each in writers)
    return (
        f"{kills} kills, {kept} acknowledged, {phone.answers[503]} times 503 and no other error:"
        f" 0 lost, back within {slowest_s:.1f} s, drained in {drained_s:.0f} s, nothing restarted"
    )


async def _first_acknowledged(phone: Phone) -> float:
    """How long after PostgreSQL is up somebody's writing is kept again."""
    began, before = time.monotonic(), len(phone.took_s)
    while len(phone.took_s) == before:
        if time.monotonic() - began > BACK_WITHIN_S * 4:
            raise Short(f"nothing was acknowledged for {BACK_WITHIN_S * 4} s")
        await asyncio.sleep(0.02)
    return time.monotonic() - began


def _restarted(town: Town, before: list[int]) -> list[str]:
    alive = [
        each.running.pid == pid and each.running.poll() is None
        for each, pid in zip(town.processes, before, strict=True)
    ]
    return [] if all(alive) else ["a process did not live through it"]


def prove(kills: int, seed: int) -> str:
    with prepared() as servers:
        return uvloop.run(_prove(servers, kills, seed))


PROOFS = [
    Proof(
        "R2", "kill -9 of PostgreSQL loses nothing acknowledged and needs no restart", 5, 50, prove
    )
]
