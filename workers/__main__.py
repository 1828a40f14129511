"""`python -m workers`: run what is due until SIGTERM, whatever else comes and goes."""

import logging

import uvloop

from backend import app
from backend.core import db, logs, sms
from backend.notifications.transports import push
from backend.payments import channels
from backend.settings import Mode, settings
from workers import process
from workers.settings import Pace


async def main() -> None:
    stopping = process.stop_on_signals()
    await process.start_pool(Pace(), stopping)
    try:
        await process.run(stopping)
    finally:
        await push.gateway().close()
        await sms.gateway().close()
        await channels.close()
        await db.close_pool()


if __name__ == "__main__":
    logs.use(json=settings().mode is Mode.PRODUCTION)
    logging.getLogger("arq").setLevel(logging.ERROR)  # it would log each chunk
    app.hold_keys(settings().check())
    push.use(push.named(settings().push))
    uvloop.run(main())
