"""R6: every process is told to end and started again, in turn, under writers; nobody notices."""

import asyncio
import random

import uvloop

from backend.local.servers import Servers
from tests.faults.phone import Phone
from tests.faults.town import running
from tests.faults.work import at_work, wrong_after
from tests.faults.writers import WRITERS
from tests.prove.registry import Proof, Short
from tests.prove.system import prepared, until_it_answers


async def _prove(servers: Servers, restarts: int, seed: int) -> str:
    dice = random.Random(seed)
    async with running(servers) as town, Phone(town.ports) as phone:
        writers = [kind(town.people, random.Random(dice.random())) for kind in WRITERS]
        async with at_work(writers, phone) as check:
            for n in range(restarts):
                process = town.processes[n % len(town.processes)]
                await asyncio.to_thread(process.stop)
                process.start()
                if process in town.apis:
                    port = town.ports[town.apis.index(process)]
                    await asyncio.to_thread(until_it_answers, port)
                else:
                    await asyncio.sleep(dice.uniform(0.5, 2))
                check()
        drained_s = await town.drained()
        wrong = await wrong_after(writers)
        asked, keys = town.pushed()
    errors = {status: n for status, n in phone.answers.items() if status >= 300}
    if errors or phone.broken_lines:
        wrong.append(f"answers {errors}, {phone.broken_lines} requests were cut off")
    if asked != keys:
        wrong.append(f"{keys} messages were handed over {asked} times")
    if wrong:
        raise Short(f"{len(wrong)} wrong, such as {'; '.join(wrong[:5])}")
    return (
        f"{restarts} restarts, {phone.answers.total()} requests: 0 failed,"
        f" 0 jobs lost or run twice, drained in {drained_s:.0f} s"
    )


def prove(restarts: int, seed: int) -> str:
    with prepared() as servers:
        return uvloop.run(_prove(servers, restarts, seed))


PROOFS = [Proof("R6", "restarts in turn fail no request and lose no job", None, 20, prove)]
