"""A worker process of the tests: `python -m tests.workers.process '<pace as JSON>' [timer in ms]`.

Its clock is wrong by `SKEW_S` seconds.
"""

import logging
import os
import sys
import time
from datetime import timedelta

import arq.utils
import msgspec
import uvloop

from backend.core import clock, db
from tests.workers.tasks import TASKS
from workers import process
from workers.schedule import Timer, every
from workers.settings import Pace


def skew(seconds: float) -> None:
    """Be wrong about the time, wherever this process asks for it."""
    real_now, real_time = clock.now, time.time
    clock.now = lambda: real_now() + timedelta(seconds=seconds)
    setattr(arq.utils, "time", lambda: real_time() + seconds)  # noqa: B010 - not theirs to export


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
    skew(float(os.environ.get("SKEW_S", "0")))
    ticking = [Timer("note", every(int(ms) / 1000)) for ms in sys.argv[2:]]
    uvloop.run(main(msgspec.json.decode(sys.argv[1], type=Pace), ticking))
