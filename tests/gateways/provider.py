"""A provider of pushes or text messages, in this process or one of its own."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web


class Provider:
    """Takes JSON; `statuses` are given out first, then `status` for ever."""

    def __init__(self, *, delay_s: float = 0.0) -> None:
        self.status = 202
        self.statuses: list[int] = []
        self.delay_s = delay_s
        self.taken: list[dict[str, Any]] = []
        self.asked: Counter[str] = Counter()

    async def take(self, request: web.Request) -> web.Response:
        said = await request.json()
        self.asked[request.headers["Idempotency-Key"]] += 1
        await asyncio.sleep(self.delay_s)
        status = self.statuses.pop(0) if self.statuses else self.status
        if status < 300:
            self.taken.append(said)
        return web.Response(status=status)

    async def count(self, _request: web.Request) -> web.Response:
        """How many were asked for, and how many different ones."""
        return web.json_response({"asked": self.asked.total(), "keys": len(self.asked)})

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator[str]:
        """On the loopback; gives its address."""
        application = web.Application()
        application.router.add_post("/", self.take)
        application.router.add_get("/", self.count)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        host, taken_port = runner.addresses[0][:2]
        try:
            yield f"http://{host}:{taken_port}/"
        finally:
            await runner.cleanup()
