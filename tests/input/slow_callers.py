"""L3: callers who say nothing, half a head, or a byte every now and then; and good ones beside."""

import asyncio
from dataclasses import dataclass, field

from tests.input.serving import Serving

HALF_HEAD = b"GET /health/live HTTP/1.1\r\nHost: bedside\r\nX-Slow:"
BODY_HEAD = (
    b"PUT /v1/persons/0 HTTP/1.1\r\nHost: bedside\r\nContent-Type: application/json\r\n"
    b"Content-Length: 4000\r\n\r\n{"
)
GOOD = b"GET /health/live HTTP/1.1\r\nHost: bedside\r\n\r\n"
DRIP_EVERY_S = 1.0
PATIENCE_S = 15.0
GIVEN_UP_AFTER_S = 40.0


@dataclass
class Told:
    """Seconds until each slow caller was let go, and until each good one was answered."""

    let_go: list[float] = field(default_factory=list)
    still_held: int = 0
    answered: list[float] = field(default_factory=list)


async def besiege(api: Serving, *, silent: int, half_heads: int, slow_bodies: int) -> Told:
    """Hold that many connections as long as they are suffered, with good traffic beside."""
    told = Told()
    slow = [
        *(_hold(api, b"", told) for _ in range(silent)),
        *(_hold(api, HALF_HEAD, told) for _ in range(half_heads)),
        *(_hold(api, BODY_HEAD, told) for _ in range(slow_bodies)),
    ]
    siege = asyncio.gather(*slow)
    while not siege.done():
        told.answered.append(await seconds_to_answer(api))
        await asyncio.sleep(0.05)
    await siege
    return told


async def seconds_to_answer(api: Serving) -> float:
    """How long a good caller waits, on a new connection."""
    begun = asyncio.get_running_loop().time()
    reader, writer = await api.connect()
    writer.write(GOOD)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    writer.close()
    return asyncio.get_running_loop().time() - begun


async def _hold(api: Serving, beginning: bytes, told: Told) -> None:
    reader, writer = await api.connect()
    begun = asyncio.get_running_loop().time()
    writer.write(beginning)
    ended = asyncio.create_task(reader.read())
    while (held := asyncio.get_running_loop().time() - begun) < GIVEN_UP_AFTER_S:
        done, _ = await asyncio.wait([ended], timeout=DRIP_EVERY_S)
        if done:
            ended.exception()
            told.let_go.append(held)
            break
        if beginning:
            writer.write(b"x")
    else:
        ended.cancel()
        told.still_held += 1
    writer.close()
