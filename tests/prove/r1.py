"""R1: API and workers die at random under writers; nothing acknowledged is lost or doubled."""

import asyncio
import random
from collections import Counter

import uvloop

from backend.local.servers import Servers
from tests.faults.phone import Phone
from tests.faults.town import Logged, running
from tests.faults.work import at_work, wrong_after
from tests.faults.writers import WRITERS
from tests.prove.registry import Proof, Short
from tests.prove.system import prepared

PAUSE_S = (0.2, 2.4)
DRAIN_S = 30


async def _prove(servers: Servers, kills: int, seed: int) -> str:
    dice = random.Random(seed)
    async with running(servers) as town, Phone(town.ports) as phone:
        writers = [kind(town.people, random.Random(dice.random())) for kind in WRITERS]
        async with at_work(writers, phone) as check:
            for _ in range(kills):
                await asyncio.sleep(dice.uniform(*PAUSE_S))
                # One of the two that have lived longest: who only just starts has nothing to lose.
                victim = dice.choice(sorted(town.processes, key=_started)[:2])
                victim.kill()
                await asyncio.sleep(dice.choice((0, 0.1)))
                victim.start()
                check()
        drained_s = await town.drained(DRAIN_S)
        wrong = await wrong_after(writers)
        asked, keys = town.pushed()
    if wrong:
        raise Short(f"{len(wrong)} wrong after {kills} kills, such as {'; '.join(wrong[:5])}")
    kept = Counter({type(each).__name__.lower(): len(each.acknowledged) for each in writers})
    each = ", ".join(f"{name} {many}" for name, many in kept.items())
    return (
        f"{kills} kills, {kept.total()} acknowledged ({each}), {phone.broken_lines} broken lines:"
        f" 0 lost, 0 doubled,"
        f" drained in {drained_s:.0f} s; {keys} messages handed over {asked} times"
    )


def _started(process: Logged) -> int:
    return process.running.pid


def prove(kills: int, seed: int) -> str:
    with prepared() as servers:
        return uvloop.run(_prove(servers, kills, seed))


PROOFS = [
    Proof("R1", "kill -9 of API, worker and relay loses and doubles nothing", 60, 1000, prove)
]
