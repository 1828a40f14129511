"""R3: Valkey dies, forgets, hangs, or was never there; only pushes are late."""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable

import uvloop
from redis import Redis

from backend.core import crypto
from backend.core.db import value
from backend.local.servers import Servers
from tests.faults.phone import Phone
from tests.faults.town import Town, running
from tests.faults.work import at_work, wrong_after
from tests.faults.writers import WRITERS
from tests.prove.registry import Proof, Short
from tests.prove.system import prepared

SLOWER_S_MAX = 0.25
CODE_WITHIN_S = 10
BACK_WITHIN_S = 10

Fault = Callable[[Town, int], Awaitable[None]]


async def calm(_town: Town, _seconds: int) -> None:
    """What the others are measured by."""
    await asyncio.sleep(8)


async def flushed(town: Town, seconds: int) -> None:
    with Redis.from_url(town.servers.redis_url) as valkey:
        for _ in range(max(1, seconds // 2)):
            valkey.flushall()
            await asyncio.sleep(2)


async def killed(town: Town, seconds: int) -> None:
    town.servers.valkey.kill()
    await asyncio.sleep(seconds)
    await asyncio.to_thread(town.servers.valkey.start)


async def stopped(town: Town, seconds: int) -> None:
    town.servers.valkey.pause()
    await asyncio.sleep(seconds)
    town.servers.valkey.resume()


async def absent_at_start(town: Town, seconds: int) -> None:
    town.servers.valkey.kill()
    for each in town.workers:
        each.stop()
        each.start()
    await asyncio.sleep(seconds)
    await asyncio.to_thread(town.servers.valkey.start)


FAULTS: tuple[Fault, ...] = (calm, flushed, killed, stopped, absent_at_start)


async def _prove(servers: Servers, seconds: int, seed: int) -> str:
    dice = random.Random(seed)
    said: list[str] = []
    async with running(servers) as town, Phone(town.ports) as phone:
        writers = [kind(town.people, random.Random(dice.random())) for kind in WRITERS]
        usual_s = 0.0
        async with at_work(writers, phone) as check:
            for fault in FAULTS:
                phone.took_s.clear()
                signing_in = asyncio.create_task(_sign_in(phone, len(said)))
                await fault(town, seconds)
                check()
                code_s = await signing_in
                p99_s = statistics.quantiles(phone.took_s, n=100)[98]
                usual_s = usual_s or p99_s
                back_s = await _pushes_again()
                name = fault.__name__.replace("_", " ")
                _compare(name, p99_s, usual_s, code_s, back_s)
                said.append(f"{name} p99 {p99_s * 1000:.0f} ms, pushes back in {back_s:.0f} s")
        await town.drained()
        wrong = await wrong_after(writers)
        errors = {status: n for status, n in phone.answers.items() if status >= 300}
        if errors or phone.broken_lines:
            wrong.append(f"answers {errors}, {phone.broken_lines} broken lines")
    if wrong:
        raise Short(f"{len(wrong)} wrong, such as {'; '.join(wrong[:5])}")
    kept = sum(len(each.acknowledged) for each in writers)
    return f"{seconds} s each, {kept} of {kept} passed, 0 lost; {'; '.join(said)}"


def _compare(fault: str, p99_s: float, usual_s: float, code_s: float, back_s: float) -> None:
    if p99_s > usual_s + SLOWER_S_MAX:
        raise Short(f"{fault}: p99 {p99_s:.2f} s instead of {usual_s:.2f} s")
    if code_s > CODE_WITHIN_S:
        raise Short(f"{fault}: a login code took {code_s:.1f} s")
    if back_s > BACK_WITHIN_S:
        raise Short(f"{fault}: the worker was back after {back_s:.1f} s")


async def _sign_in(phone: Phone, number: int) -> float:
    """Somebody new asks for a code: how long until it is on its way."""
    await asyncio.sleep(1)
    began = time.monotonic()
    said = f"140{number:08}"
    await phone.post("/login-codes", {"phone": said})
    key = crypto.lookup(said, "persons.phone")
    waits = "SELECT count(*) FROM login_codes WHERE phone_key = $1 AND code_sealed IS NOT NULL"
    while await value(waits, key):  # noqa: ASYNC110 - the worker sends it
        await asyncio.sleep(0.02)
    return time.monotonic() - began


async def _pushes_again() -> float:
    """How long until something that became due after the fault is done."""
    began = time.monotonic()
    due = await value("SELECT now()")
    done = (
        "SELECT count(*) FROM jobs WHERE recorded_at > $1 AND status = 'done' AND task LIKE 'push%'"
    )
    while not await value(done, due):
        if time.monotonic() - began > 4 * BACK_WITHIN_S:
            break
        await asyncio.sleep(0.05)
    return time.monotonic() - began


def prove(seconds: int, seed: int) -> str:
    with prepared() as servers:
        return uvloop.run(_prove(servers, seconds, seed))


PROOFS = [Proof("R3", "without Valkey everything works, only pushes are late", 8, 60, prove)]
