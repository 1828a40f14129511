"""How often somebody may: exactly so many in any window, over all processes.

Valkey counts; everybody who waits in a process asks it in one round trip. When it is away, each
process counts for itself, so that at most so many times the number of processes pass.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from secrets import token_hex
from typing import NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.core import crypto
from backend.core.problems import TooMany

ANSWER_WITHIN_S = 0.2
FAILURES_MAX = 5
LEAVE_ALONE_S = 2.0
ASKED_AT_ONCE_MAX = 200
REMEMBERED_MAX = 20_000

# The passes of a window stand in a sorted set by the microsecond of Valkey's own clock. One script
# serves everybody who waits; ARGV is a word that no other call has, then limit and window of each.
COUNT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local waits = {}
for n, key in ipairs(KEYS) do
  local limit, window = tonumber(ARGV[2 * n]), tonumber(ARGV[2 * n + 1])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  local passed = redis.call('ZCARD', key)
  if passed < limit then
    redis.call('ZADD', key, now, ARGV[1] .. n)
    redis.call('PEXPIRE', key, window / 1000)
    waits[n] = 0
  else
    local hindmost = redis.call('ZRANGE', key, passed - limit, passed - limit, 'WITHSCORES')
    waits[n] = hindmost[2] + window - now
  end
end
return waits
"""

Time = Callable[[], float]


class Question(NamedTuple):
    """May this one pass? The key is a hash: Valkey holds no personal data."""

    key: str
    limit: int
    window_s: int


class Limiter:
    """Counts in Valkey, and by itself when that is away or was not given."""

    def __init__(self, url: str | None) -> None:
        self._counting = InValkey(url) if url else None
        self._breaker = Breaker()
        self._alone = InProcess()

    async def wait_s(self, bucket: str, who: str, *, limit: int, window_s: int) -> int:
        """0 lets through and counts; otherwise in how many seconds to come again, uncounted.

        `bucket` names what is limited, `who` whom: an address, a phone, a person.
        """
        assert limit > 0, "a limit lets somebody through"
        key = f"limit:{bucket}:{crypto.lookup(who, 'limiter')[:16].hex()}"
        question = Question(key, limit, window_s)
        if self._counting is not None and self._breaker.lets_through():
            try:
                wait_s = await self._counting.wait_s(question)
            except (RedisError, OSError, TimeoutError):
                self._breaker.failed()
            else:
                self._breaker.succeeded()
                return math.ceil(wait_s)
        return math.ceil(self._alone.wait_s(question))

    async def close(self) -> None:
        if self._counting is not None:
            await self._counting.close()


class InValkey:
    """One question at a time, in which everybody asks who came while the last one was answered."""

    def __init__(self, url: str) -> None:
        self._valkey = Redis.from_url(url)
        self._waiting: list[tuple[Question, asyncio.Future[float]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def wait_s(self, question: Question) -> float:
        """:raises RedisError: :raises OSError: :raises TimeoutError: it did not answer in time."""
        answered: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answered))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return await answered

    async def close(self) -> None:
        await self._valkey.aclose()

    async def _ask(self) -> None:
        while self._waiting:
            asked = self._waiting[:ASKED_AT_ONCE_MAX]
            del self._waiting[:ASKED_AT_ONCE_MAX]
            questions = [question for question, _ in asked]
            try:
                waits = await self._count(questions)
            except Exception as error:  # noqa: BLE001 - each who waits gets the error
                for _, answered in asked:
                    if not answered.done():
                        answered.set_exception(error)
            else:
                for (_, answered), wait_s in zip(asked, waits, strict=True):
                    if not answered.done():
                        answered.set_result(wait_s)

    async def _count(self, questions: list[Question]) -> list[float]:
        arguments = [number for each in questions for number in (each.limit, each.window_s * 10**6)]
        keys = [question.key for question in questions]
        async with asyncio.timeout(ANSWER_WITHIN_S):
            waits = await self._valkey.eval(COUNT, len(keys), *keys, token_hex(8), *arguments)
        return [wait / 10**6 for wait in waits]


class InProcess:
    """The same count in memory; of very many, those that came longest ago are forgotten."""

    def __init__(self, time: Time | None = None) -> None:
        self._time = time or _monotonic
        self._passes: dict[str, deque[float]] = {}

    def wait_s(self, question: Question) -> float:
        now = self._time()
        passes = self._passes.pop(question.key, None) or deque()
        self._passes[question.key] = passes  # it came last
        if len(self._passes) > REMEMBERED_MAX:
            del self._passes[next(iter(self._passes))]
        while passes and passes[0] <= now - question.window_s:
            passes.popleft()
        if len(passes) >= question.limit:
            return passes[-question.limit] + question.window_s - now
        passes.append(now)
        return 0


class Breaker:
    """After some failures in a row Valkey is left alone for a while; then one may try."""

    def __init__(self, time: Time | None = None) -> None:
        self._time = time or _monotonic
        self._failures = 0
        self._left_alone_until = 0.0

    def lets_through(self) -> bool:
        if self._failures < FAILURES_MAX:
            return True
        if self._time() < self._left_alone_until:
            return False
        self._left_alone_until = self._time() + LEAVE_ALONE_S
        return True

    def failed(self) -> None:
        self._failures += 1
        self._left_alone_until = self._time() + LEAVE_ALONE_S

    def succeeded(self) -> None:
        self._failures = 0


def _monotonic() -> float:
    return asyncio.get_running_loop().time()


_limiter: Limiter | None = None


def use(limiter: Limiter) -> None:
    """Say at the start of a process who counts."""
    global _limiter  # noqa: PLW0603 - a process belongs to one deployment
    _limiter = limiter


async def close() -> None:
    """Let go of who counts, at the end of a process."""
    if _limiter is not None:
        await _limiter.close()


async def admit(bucket: str, who: str, *, limit: int, window_s: int) -> None:
    """Let through and count, or refuse.

    :raises TooMany: with the seconds to wait
    """
    assert _limiter is not None, "limiter.use(limiter) comes first"
    if wait_s := await _limiter.wait_s(bucket, who, limit=limit, window_s=window_s):
        raise TooMany(retry_after_s=wait_s)
