"""Pretend providers, and what is owed run to its end at a chosen moment."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

import msgspec
import pytest

from backend.core import sms
from backend.core.db import rows
from backend.notifications.transports import push
from tests.gateways.provider import Provider
from workers.task import Begun
from workers.tasks import TASKS

Run = Callable[[datetime], Awaitable[None]]


@pytest.fixture
async def phones(db: None) -> AsyncIterator[Provider]:
    """The provider of pushes."""
    provider = Provider()
    async with provider.listening() as address:
        gateway = push.HttpGateway(address)
        push.use(gateway)
        yield provider
        push.use(push.InboxOnly())
        await gateway.close()


@pytest.fixture
async def texts(db: None) -> AsyncIterator[Provider]:
    """The provider of text messages."""
    provider = Provider()
    before = sms._gateway
    async with provider.listening() as address:
        gateway = sms.HttpGateway(address)
        sms.use(gateway)
        yield provider
        sms._gateway = before
        await gateway.close()


@pytest.fixture
def owed(db: None) -> Run:
    """Run every job that is due at a moment, and what it makes due, as a worker would."""

    async def run(now: datetime) -> None:
        while due := await rows(
            "SELECT id, task, key, tries, args FROM jobs WHERE status = 'pending' AND due_at <= $1"
            " ORDER BY due_at, id LIMIT 1",
            now,
        ):
            await _run(due[0], now)

    return run


async def _run(due, now: datetime) -> None:
    task = TASKS[due["task"]]
    job = Begun(due["id"], due["key"], due["tries"], msgspec.json.decode(due["args"]), now)
    try:
        again = (await task.run_together([job]))[0] if task.together else await task.run(job)
    except Exception as error:  # noqa: BLE001 - judged below
        again = error
    if isinstance(again, BaseException):
        wait = task.retries(now)[job.tries]
        sql = "UPDATE jobs SET tries = tries + 1, due_at = $2 WHERE id = $1"
        await rows(sql, job.id, now + wait)
    elif again is not None:
        await rows("UPDATE jobs SET due_at = $2 WHERE id = $1", job.id, again)
    else:
        await rows("UPDATE jobs SET status = 'done' WHERE id = $1", job.id)
