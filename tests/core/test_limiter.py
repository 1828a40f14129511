"""How often somebody may, counted by a real Valkey."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from time import perf_counter

import anyio
import pytest
from redis.asyncio import Redis

from backend.core import limiter
from backend.core.limiter import Breaker, InProcess, Limiter, Question
from backend.core.problems import TooMany
from backend.local import places
from backend.local.valkey import Valkey

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("keys")]

# One of several processes: says how many of its callers were let through.
PROCESS = """
import asyncio, sys
from backend.core import crypto
from backend.core.limiter import Limiter

async def main(url, callers, limit):
    crypto.use(crypto.Keys(data={1: b"1" * 32}, lookup=b"L" * 32))
    limiter = Limiter(url)
    await limiter.wait_s("warm", "up", limit=1, window_s=1)
    asks = (limiter.wait_s("login", "crowd", limit=limit, window_s=600) for _ in range(callers))
    print((await asyncio.gather(*asks)).count(0))
    await limiter.close()

asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Valkey]:
    with places.thrown_away() as place, Valkey(place) as valkey:
        yield valkey


@pytest.fixture
async def valkey(server: Valkey) -> AsyncIterator[Valkey]:
    """Running, and empty."""
    if not server.alive:
        server.start()
    async with Redis.from_url(server.url) as client:
        await client.flushall()
    yield server
    server.resume()


@pytest.fixture
async def limited(valkey: Valkey) -> AsyncIterator[Limiter]:
    made = Limiter(valkey.url)
    yield made
    await made.close()


async def passes(limited: Limiter, callers: int, *, limit: int, who: str = "somebody") -> int:
    asks = (limited.wait_s("login", who, limit=limit, window_s=60) for _ in range(callers))
    return (await asyncio.gather(*asks)).count(0)


async def test_exactly_so_many_pass_at_once(limited: Limiter) -> None:
    assert await passes(limited, 500, limit=50) == 50
    assert await passes(limited, 10, limit=50) == 0


async def test_exactly_so_many_pass_over_four_processes(valkey: Valkey) -> None:
    answers: list[int] = []

    async def process() -> None:
        ran = await anyio.run_process([sys.executable, "-c", PROCESS, valkey.url, "60", "100"])
        answers.append(int(ran.stdout))

    async with anyio.create_task_group() as processes:
        for _ in range(4):
            processes.start_soon(process)

    assert sum(answers) == 100


async def test_each_is_counted_alone(limited: Limiter) -> None:
    assert await passes(limited, 3, limit=2, who="one") == 2
    assert await passes(limited, 3, limit=2, who="another") == 2
    assert await limited.wait_s("another bucket", "one", limit=2, window_s=60) == 0


async def test_who_is_refused_hears_how_long_to_wait(limited: Limiter) -> None:
    await passes(limited, 2, limit=2)

    assert await limited.wait_s("login", "somebody", limit=2, window_s=60) == 60


async def test_a_place_is_free_again_when_its_window_has_passed(limited: Limiter) -> None:
    assert await limited.wait_s("login", "somebody", limit=1, window_s=1) == 0

    with anyio.fail_after(5):
        while await limited.wait_s("login", "somebody", limit=1, window_s=1):
            pass


async def test_valkey_holds_no_personal_data_and_forgets_by_itself(
    valkey: Valkey, limited: Limiter
) -> None:
    await limited.wait_s("login", "13800001234", limit=1, window_s=60)

    async with Redis.from_url(valkey.url) as client:
        keys = await client.keys()
        assert len(keys) == 1
        assert b"13800001234" not in keys[0]
        assert 0 < await client.pttl(keys[0]) <= 60_000


async def test_a_stopped_valkey_is_given_up_soon_and_then_left_alone(
    valkey: Valkey, limited: Limiter
) -> None:
    await limited.wait_s("login", "somebody", limit=1, window_s=60)
    valkey.pause()

    began = perf_counter()
    assert await limited.wait_s("login", "somebody", limit=1, window_s=60) == 0
    assert await limited.wait_s("login", "somebody", limit=1, window_s=60) > 0
    assert perf_counter() - began < 1

    for _ in range(limiter.FAILURES_MAX - 2):
        await limited.wait_s("login", "somebody", limit=1, window_s=60)
    began = perf_counter()
    assert await passes(limited, 100, limit=50, who="another") == 50
    assert perf_counter() - began < limiter.ANSWER_WITHIN_S


async def test_a_killed_valkey_is_done_without_and_taken_up_again(
    valkey: Valkey, limited: Limiter
) -> None:
    await limited.wait_s("login", "somebody", limit=1, window_s=60)
    valkey.kill()
    assert await passes(limited, 20, limit=5, who="another") == 5

    valkey.start()
    await limited.close()
    async with Redis.from_url(valkey.url) as client:
        with anyio.fail_after(10):
            while not await client.dbsize():
                await limited.wait_s("login", "a third", limit=100_000, window_s=60)


async def test_without_valkey_each_process_counts_for_itself() -> None:
    alone = Limiter(None)

    assert await passes(alone, 20, limit=5) == 5
    await alone.close()


async def test_a_refusal_says_when_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiter, "_limiter", Limiter(None))

    await limiter.admit("login", "somebody", limit=1, window_s=60)
    with pytest.raises(TooMany) as refused:
        await limiter.admit("login", "somebody", limit=1, window_s=60)

    assert refused.value.facts == {"retry_after_s": 60}


def test_the_count_in_memory_slides() -> None:
    now = 0.0
    memory = InProcess(lambda: now)
    question = Question("somebody", limit=2, window_s=60)

    assert memory.wait_s(question) == 0
    now = 30
    assert memory.wait_s(question) == 0
    assert memory.wait_s(question) == 30
    now = 60
    assert memory.wait_s(question) == 0
    assert memory.wait_s(question) == 30


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiter, "REMEMBERED_MAX", 3)
    memory = InProcess(lambda: 0.0)

    for who in "abcd":
        memory.wait_s(Question(who, limit=1, window_s=60))

    assert memory.wait_s(Question("d", limit=1, window_s=60)) == 60
    assert memory.wait_s(Question("a", limit=1, window_s=60)) == 0


def test_after_failures_in_a_row_one_tries_while_the_others_do_not() -> None:
    now = 0.0
    breaker = Breaker(lambda: now)

    for _ in range(limiter.FAILURES_MAX):
        assert breaker.lets_through()
        breaker.failed()
    assert not breaker.lets_through()

    now = limiter.LEAVE_ALONE_S
    assert breaker.lets_through()
    assert not breaker.lets_through()

    breaker.succeeded()
    assert breaker.lets_through()
    assert breaker.lets_through()
