"""`python -m workers`: run what is due until SIGTERM, whatever else comes and goes."""

import asyncio
import logging
import sys

from backend import app
from backend.core import db
from backend.settings import settings
from workers import process
from workers.settings import Pace


async def main() -> None:
    stopping = process.stop_on_signals()
    await process.start_pool(Pace(), stopping)
    try:
        await process.run(stopping)
    finally:
        await db.close_pool()


if __name__ == "__main__":
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stdout,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    logging.getLogger("arq").setLevel(logging.ERROR)  # it would log each chunk
    app.hold_keys(settings().check())
    asyncio.run(main())
