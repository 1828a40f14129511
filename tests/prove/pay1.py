"""PAY1: forged callbacks against the running API: none taken, none a 500, nobody asked, all fast."""

import asyncio
import os
import statistics
import time
from pathlib import Path

import aiohttp
import msgspec
import uvloop

from backend import app
from backend.core.db import rows, value
from backend.local.gateway import keys
from backend.local.gateway.provider import opened
from backend.local.gateway.server import Gateway
from backend.local.processes import free_port
from backend.payments.lifecycle.orders import PayWith
from backend.settings import settings
from tests.payments import forgeries
from tests.payments.way import ordered
from tests.payments.world import ROUND, a_bill, a_family
from tests.prove.registry import Proof, Short
from tests.prove.system import pooled, prepared, serving

FEN = 8000
ANSWERED_WITHIN_S = 0.2
AT_ONCE = 8


def run(figure: int, _seed: int) -> str:
    with prepared():
        return uvloop.run(_run(figure))


async def _run(rounds: int) -> str:
    folder = Path(settings().keys_folder)
    provider = opened(":memory:", keys.make(folder, folder.parent / "gateway"))
    gateway, asked = Gateway(provider), 0
    async with gateway.listening() as address, pooled():
        os.environ.update({"PUBLIC_URL": "http://127.0.0.1:1", **keys.settings(address)})
        settings.cache_clear()
        app.hold_keys(settings().check())
        family = await a_family(pretending=False)
        orders = {
            channel: await ordered(family, await a_bill(family, ROUND), channel=channel)
            for channel in (PayWith.WECHAT, PayWith.ALIPAY)
        }
        asked = gateway.requests
        with serving() as url:
            took = [
                second
                for _ in range(rounds)
                for second in await _one(url, gateway, orders)
            ]
        for order in orders.values():
            if await value("SELECT status FROM payment_orders WHERE id = $1", order) != "CREATED":
                raise Short("a forged callback moved an order")
        if await rows("SELECT 1 FROM ledger_postings WHERE why <> 'bill'"):
            raise Short("a forged callback was booked")
        if gateway.requests != asked:
            raise Short(f"{gateway.requests - asked} questions were asked because of them")
    p99 = statistics.quantiles(took, n=100)[98]
    if p99 > ANSWERED_WITHIN_S:
        raise Short(f"p99 {p99 * 1000:.0f} ms")
    return (
        f"{len(took)} forged callbacks, 0 taken, 0 answered with 500, 0 questions asked, "
        f"p99 {p99 * 1000:.1f} ms"
    )
