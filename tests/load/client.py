"""A load generator small enough to share two cores: prepared requests over kept connections."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import cast


@dataclass
class Round:
    """What one round measured; `waits_s` holds the time each answer took."""

    answers: int = 0
    failures: int = 0
    seconds: float = 0.0
    waits_s: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.answers / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        waits = sorted(self.waits_s)
        return waits[min(int(len(waits) * share), len(waits) - 1)] if waits else 0.0


class _Caller(asyncio.Protocol):
    """One connection that asks, waits for the whole answer, and asks again."""

    def __init__(self, requests: Iterator[bytes], until: float, into: Round) -> None:
        self.requests, self.until, self.into = requests, until, into
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self.into.answers += 1
        self.into.failures += head[9:10] != b"2"
        self.into.waits_s.append(time.perf_counter() - self.asked_at)
        self.buffer = b""
        self._ask()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _ask(self) -> None:
        request = next(self.requests, None)
        if request is None or time.perf_counter() >= self.until:
            self.transport.close()
            return
        self.asked_at = time.perf_counter()
        self.transport.write(request)


def _itself(caller: _Caller) -> _Caller:
    return caller


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def load(port: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Round:
    """Ask over so many connections for so long, or until the requests run out."""
    loop, measured = asyncio.get_running_loop(), Round()
    began = time.perf_counter()
    callers = []
    for _ in range(connections):
        caller = _Caller(requests, began + seconds, measured)
        await loop.create_connection(partial(_itself, caller), "127.0.0.1", port)
        callers.append(caller)
    await asyncio.gather(*(caller.done for caller in callers))
    measured.seconds = time.perf_counter() - began
    return measured


def request(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    """One HTTP/1.1 request, ready to be sent."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
