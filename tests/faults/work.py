"""Keeping writers at work while something is done to the system."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from backend.core import audit
from tests.faults.phone import Phone
from tests.faults.writer import Writer

# People rest between two acts: what piles up is what died with somebody, not what was too much.
REST_S = 0.1


@asynccontextmanager
async def at_work(writers: Sequence[Writer], phone: Phone) -> AsyncIterator[Callable[[], None]]:
    """All of them write until the end of the block; what it gives raises the error of one."""
    stopping = asyncio.Event()
    writing = [asyncio.create_task(_write(each, phone, stopping)) for each in writers]

    def check() -> None:
        for each in writing:
            if each.done():
                each.result()

    try:
        yield check
    except BaseException:
        for each in writing:
            each.cancel()
        await asyncio.gather(*writing, return_exceptions=True)
        raise
    stopping.set()
    await asyncio.gather(*writing)


async def wrong_after(writers: Sequence[Writer]) -> list[str]:
    """What was lost or doubled, of rows, audit, events and messages; whether every seal holds."""
    wrong = [line for each in writers for line in await each.wrong()]
    await audit.seal()
    if (seal := await audit.first_broken_seal()) is not None:
        wrong.append(f"seal {seal} does not hold")
    return wrong


async def _write(writer: Writer, phone: Phone, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        await writer.write(phone)
        await asyncio.sleep(writer.dice.uniform(0, REST_S))
