"""Real servers for the whole run, and an empty, migrated database for each test that asks."""

import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from backend import app, migrate
from backend.core import clock, keys, limiter
from backend.core import db as database
from backend.core.access import Actor
from backend.core.door import Door
from backend.local.servers import Servers, throw_away_servers
from backend.payments import channels
from backend.settings import settings
from tests.builders import signed_in
from tests.empty import empty_every_table
from tests.gateways.money import Money, money

STACK = ExitStack()
RUNNING: list[Servers] = []


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers before anything of ours reads the environment."""
    if config.option.collectonly:
        return
    servers = STACK.enter_context(throw_away_servers(durable=False))
    RUNNING.append(servers)
    folder = Path(STACK.enter_context(tempfile.TemporaryDirectory(prefix="bedside-test-")))
    os.environ.update(
        MODE="test",
        DATABASE_URL=servers.database_url,
        REDIS_URL=servers.redis_url,
        KEYS_FOLDER=str(folder / "keys"),
        FILES_FOLDER=str(folder / "files"),
        TRUST_FIRST_DEVICE="",
        POLICY_PROFILE="shanghai",
    )


def pytest_unconfigure() -> None:
    STACK.close()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def servers() -> Servers:
    return RUNNING[0]


@pytest.fixture(scope="session")
def ready(servers: Servers) -> Iterator[None]:
    """The schema is the newest, and this process holds the keys."""

    migrate.run(servers.database_url)
    keys.make(Path(settings().keys_folder), now=clock.now())
    app.hold_keys(settings().check())
    yield


@pytest.fixture(scope="session")
async def pool(ready: None, anyio_backend: str) -> AsyncIterator[None]:

    await database.start_pool(connections=16)
    yield
    await database.close_pool()
    await limiter.close()


@pytest.fixture(scope="session")
async def opened_money(ready: None, anyio_backend: str) -> AsyncIterator[Money]:
    """The pretend providers, once for the run."""

    async with money() as opened:
        yield opened


@pytest.fixture
def gateway(opened_money: Money) -> Iterator[Money]:
    """微信支付, 支付宝 and 医保 as `make up` has them; they know of no order yet."""

    opened_money.forget()
    opened_money.use()
    yield opened_money
    channels.use({}, insurance=None)


@pytest.fixture
async def db(pool: None) -> None:
    """An empty, migrated database. Commits are real."""

    await empty_every_table()


@pytest.fixture
def client(db: None) -> httpx.AsyncClient:
    """A phone that has not signed in."""

    transport = httpx.ASGITransport(Door(app.create_app(own_pool=False)))
    return httpx.AsyncClient(transport=transport, base_url="http://bedside")


@pytest.fixture
def client_for(client: httpx.AsyncClient) -> Callable[[Actor], httpx.AsyncClient]:
    """A phone on which somebody has signed in: `client_for(actor)`."""

    return lambda actor: signed_in(client, actor)
