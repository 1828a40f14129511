"""Channels beside the town: the pretend providers, in the process that breaks the others."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from backend.local.gateway import keys
from backend.local.gateway.provider import Provider, opened
from backend.local.gateway.server import Gateway
from backend.settings import settings

# A callback that nobody took comes again sooner than in the world: a proof has no minutes.
PACE = 0.1


@asynccontextmanager
async def channels_at(api_port: int) -> AsyncIterator[tuple[Provider, Mapping[str, str]]]:
    """They call back to that API; gives their truth, and what our programs are told of them."""
    ours = Path(settings().keys_folder)
    provider = opened(":memory:", keys.make(ours, ours.parent / f"gateway-{os.getpid()}"))
    gateway = Gateway(provider, pace=PACE)
    logging.getLogger("backend.local.gateway").setLevel(logging.ERROR)  # whom it calls may be dead
    async with gateway.listening() as address:
        calling = asyncio.create_task(gateway.run())
        try:
            public = f"http://127.0.0.1:{api_port}"
            yield provider, {"PUBLIC_URL": public, **keys.settings(address)}
        finally:
            calling.cancel()
            with suppress(asyncio.CancelledError):
                await calling
            provider.memory.close()
