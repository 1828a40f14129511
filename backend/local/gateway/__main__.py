"""`python -m backend.local.gateway <port> <folder>`: the pretend providers until SIGTERM."""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from backend.local.gateway import keys
from backend.local.gateway.provider import opened
from backend.local.gateway.server import Gateway, serve


async def main(port: int, folder: Path) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    held = keys.make(Path(os.environ["KEYS_FOLDER"]), folder)
    provider = opened(folder / "memory.sqlite", held)
    try:
        await serve(
            Gateway(provider, pace=float(os.environ.get("GATEWAY_PACE", "1"))), port, stopping
        )
    finally:
        provider.memory.close()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
