"""A town for each story."""

from collections.abc import AsyncIterator

import pytest

from backend.app import create_app
from backend.core import clock, sms
from backend.core.door import Door
from backend.settings import settings
from tests.journeys.hour import Hour
from tests.journeys.world import Town
from tests.people.phones import Inbox
from workers.dispatch import Queue
from workers.listeners import LISTENERS
from workers.relay import Relay
from workers.run import Runner
from workers.settings import Pace
from workers.tasks import TASKS


@pytest.fixture
async def town(db: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    hour, inbox, before = Hour(), Inbox(), sms._gateway
    monkeypatch.setattr(clock, "now", hour.now)
    sms.use(inbox)
    queue = Queue(settings().redis_url)
    relay = Relay(
        queue=queue,
        runner=Runner(TASKS, Pace()),
        tasks=TASKS,
        listeners=LISTENERS,
        timers=(),
        pace=Pace(),
    )
    town = Town(hour=hour, relay=relay, inbox=inbox, app=Door(create_app(own_pool=False)))
    await town.plant_places()
    yield town
    await queue.close()
    sms._gateway = before
