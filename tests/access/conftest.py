"""One world for all the tests of a module; a cell leaves nothing behind in it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from backend.app import create_app
from backend.core import limiter
from backend.core.door import Door
from backend.core.limiter import Limiter
from tests.access.world import World, a_world
from tests.empty import empty_every_table
from tests.payments import pretend


@pytest.fixture(scope="module")
async def world(pool: None) -> AsyncIterator[World]:
    await empty_every_table()
    pretend.use()  # whoever pays here pays a pretend channel
    yield await a_world()
    await empty_every_table()


@pytest.fixture(scope="module")
def network() -> httpx.AsyncClient:
    """Phones that nobody has signed in on."""
    transport = httpx.ASGITransport(Door(create_app(own_pool=False)))
    return httpx.AsyncClient(transport=transport, base_url="http://bedside")


@pytest.fixture(autouse=True)
def uncounted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is refused for what an earlier test has asked."""
    monkeypatch.setattr(limiter, "_limiter", Limiter(None))
