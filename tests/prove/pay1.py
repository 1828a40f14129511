"""PAY1: forged callbacks against the running API: none taken, no 500, nobody asked, all fast."""

import asyncio
import os
import random
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import uvloop

from backend import app
from backend.core.db import rows
from backend.local.gateway import keys
from backend.local.gateway.provider import Provider, opened
from backend.local.gateway.server import Gateway
from backend.payments.lifecycle.orders import PayWith
from backend.settings import settings
from tests.payments import forgeries
from tests.payments.family import ROUND, a_bill, a_family
from tests.payments.forgeries import Forgery
from tests.payments.way import ordered
from tests.prove.registry import Proof, Short
from tests.prove.system import api, pooled, prepared

FEN = 8000
ANSWERED_WITHIN_MS = 200
AT_ONCE = 4


def forged(figure: int, seed: int) -> str:
    """So many times each of them, in any order, a few at once."""
    with prepared():
        return uvloop.run(_forged(figure, random.Random(seed)))


async def _forged(times: int, dice: random.Random) -> str:
    folder = Path(settings().keys_folder)
    provider = opened(":memory:", keys.make(folder, folder.parent / "gateway"))
    async with Gateway(provider).listening() as address, pooled():
        _tell(address)
        app.hold_keys(settings().check())
        found = await _made(provider, times)
    dice.shuffle(found)
    async with _silent() as (address, asked), pooled():
        _tell(address)
        with api() as (_, port):
            took = await _send(f"http://127.0.0.1:{port}/v1/payment-notices", found)
        moved = await rows(
            "SELECT 1 FROM payment_orders WHERE status <> 'CREATED'"
            " UNION ALL SELECT 1 FROM ledger_postings WHERE why <> 'bill'"
        )
    p99 = statistics.quantiles(took, n=100)[98]
    if moved or asked or p99 > ANSWERED_WITHIN_MS:
        raise Short(f"{len(moved)} moved, {len(asked)} questions, p99 {p99:.0f} ms")
    return f"{len(found)} sent, 0 taken, 0 x 500, 0 outbound calls, p99 {p99:.1f} ms"


async def _made(provider: Provider, times: int) -> list[Forgery]:
    """Each of them, so many times, about an order that waits at its channel."""
    family = await a_family()
    app.hold_keys(settings().check())
    number = {
        channel: (await ordered(family, await a_bill(family, ROUND), channel=channel)).hex
        for channel in (PayWith.WECHAT, PayWith.ALIPAY)
    }
    return [
        each
        for _ in range(times)
        for each in (
            *forgeries.of_wechat(provider.keys, number=number[PayWith.WECHAT], fen=FEN),
            *forgeries.of_alipay(provider.keys, number=number[PayWith.ALIPAY], fen=FEN),
        )
    ]


async def _send(url: str, found: Sequence[Forgery]) -> list[float]:
    """Milliseconds each took.

    :raises Short: one was taken, or answered with 500
    """
    left, took = list(found), list[float]()

    async def one_after_another(session: aiohttp.ClientSession) -> None:
        while left:
            each = left.pop()
            began = time.perf_counter()
            async with session.post(
                f"{url}/{each.channel}", data=each.body, headers=each.headers
            ) as answer:
                said = await answer.read()
            took.append((time.perf_counter() - began) * 1000)
            is_taken = answer.status < 300 and (each.channel == "wechat" or said == b"success")
            if is_taken or answer.status >= 500:
                raise Short(f"{each.name} was answered {answer.status}")

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(one_after_another(session) for _ in range(AT_ONCE)))
    return took


@asynccontextmanager
async def _silent() -> AsyncIterator[tuple[str, list[str]]]:
    """Where the API believes its channels; whoever comes is written down."""
    asked: list[str] = []

    async def heard(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readline()).decode(errors="replace"))
        writer.close()

    server = await asyncio.start_server(heard, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


def _tell(address: str) -> None:
    os.environ.update({"PUBLIC_URL": "http://127.0.0.1:1", **keys.settings(address)})
    settings.cache_clear()


PROOFS = [
    Proof("PAY1", "forged, altered, stale, replayed callbacks move nothing", 2, 20, forged),
]
