"""L3: callers who say nothing, half a head, or a byte every now and then; and good ones beside.

The slow ones are a process of their own (`python -m tests.input.slow_callers`), so that the good
ones wait for the API and not for them.
"""

import asyncio
import sys
from dataclasses import dataclass, field

import msgspec

from tests.input.serving import HOST, PROJECT, Serving

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
    numbers = map(str, (api.port, silent, half_heads, slow_bodies))
    slow = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, *numbers, cwd=PROJECT, stdout=asyncio.subprocess.PIPE
    )
    ended = asyncio.create_task(slow.communicate())
    answered = []
    while not ended.done():
        answered.append(await seconds_to_answer(api))
        await asyncio.sleep(0.05)
    said, _ = await ended
    told = msgspec.json.decode(said, type=Told)
    told.answered = answered
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


async def siege(port: int, silent: int, half_heads: int, slow_bodies: int) -> Told:
    """All of them at once."""
    told = Told()
    await asyncio.gather(
        *(_hold(port, b"", told) for _ in range(silent)),
        *(_hold(port, HALF_HEAD, told) for _ in range(half_heads)),
        *(_hold(port, BODY_HEAD, told) for _ in range(slow_bodies)),
    )
    return told


async def _hold(port: int, beginning: bytes, told: Told) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
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


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(siege(*map(int, sys.argv[1:])))))
