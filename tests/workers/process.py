"""A worker process of the tests: `python -m tests.workers.process '<pace as JSON>' [timer]`."""

import logging
import sys

import msgspec
import uvloop

from backend.core import db
from tests.workers.tasks import TASKS
from workers import process
from workers.schedule import Timer, every
from workers.settings import Pace


async def main(pace: Pace, timers: list[Timer]) -> None:
    stopping = process.stop_on_signals()
    await process.start_pool(pace, stopping)
    try:
        await process.run(stopping, tasks=TASKS, listeners={}, timers=timers, pulses=[], pace=pace)
    finally:
        await db.close_pool()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("arq").setLevel(logging.ERROR)
    ticking = [Timer("note", every(int(ms) / 1000)) for ms in sys.argv[2:]]
    uvloop.run(main(msgspec.json.decode(sys.argv[1], type=Pace), ticking))
