"""S5: a name, a number, a sentence or a token stands nowhere but where it is sealed.

Canaries are sung into every field that takes words, in every operation, for good; then they are
looked for in logs, refusals, events, jobs, Valkey, and every column of the database.
"""

import logging
import re
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from backend.core import limiter
from backend.core.access import Role
from backend.core.db import rows
from backend.core.limiter import Limiter
from backend.settings import settings
from tests.access.scene import OPERATIONS, Scene
from tests.access.storms import ANSWERS_ANEW
from tests.access.world import CANARY_NAME, CANARY_PHONE, Standing, World, a_world
from tests.empty import empty_every_table
from tests.house.test_query_counts import counted

pytestmark = pytest.mark.anyio

SENTENCE = "金丝雀唱着肺炎与吗啡"
IDENTITY = re.compile(r"310999(19[345]\d{5})\d{3}[\dX]")
CANARIES = (CANARY_NAME, CANARY_PHONE, SENTENCE)
CHINESE = re.compile("[\u4e00-\u9fff]")
TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
SECRETS = {"a token": TOKEN, "an identity number": IDENTITY}
CURSOR = re.compile(r'"next":"([\w-]+)"')
# What an organization calls itself, and where it is, is for everybody.
PUBLIC = {"keep_organization"}
# Of organizations, and of what they agree with each other: about nobody.
PUBLIC_TABLES = {"organizations", "alliances", "institution_contracts", "contract_trainings"}
ROLES = counted()


@dataclass
class Sung:
    """What came of it."""

    refusals: list[str] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    succeeded: set[str] = field(default_factory=set)
    logged: str = ""


@pytest.fixture(scope="module")
async def sung(pool: None, network: httpx.AsyncClient) -> AsyncIterator[Sung]:
    """Every operation asked by one of her own and by a stranger, with canaries in it."""
    await empty_every_table()
    counting = Limiter(settings().redis_url)
    limiter.use(counting)
    world, found, listening = await a_world(), Sung(), _Listening()
    logging.getLogger().addHandler(listening)
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    for name in sorted(OPERATIONS):
        if name not in ANSWERS_ANEW:
            await _sing(world, network, name, found)
    logging.getLogger().setLevel(level)
    logging.getLogger().removeHandler(listening)
    found.logged = "\n".join(listening.lines)
    yield found
    await counting.close()
    await empty_every_table()


class _Listening(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(("httpx", "hypothesis")):
            self.lines.append(logging.Formatter().format(record))


async def _sing(world: World, network: httpx.AsyncClient, name: str, found: Sung) -> None:
    role = Role(ROLES[name][0] if name in ROLES else Role.GP)
    for standing in (Standing.OWN, Standing.FOREIGN):
        scene = Scene(world, network, role, standing)
        if (role, standing) not in world.callers:
            continue
        asked = await scene.asked(name)
        if name not in PUBLIC:
            asked = replace(asked, body=_with_canaries(asked.body))
        answer = await scene.send(name, asked)
        if answer.is_success:
            found.succeeded.add(name)
            found.cursors += CURSOR.findall(answer.text)
        else:
            found.refusals.append(answer.text)


def _with_canaries(said: Any) -> Any:
    """Wherever we would say a Chinese word ourselves, a sentence that must not get out."""
    if isinstance(said, dict):
        return {key: _with_canaries(value) for key, value in said.items()}
    if isinstance(said, list):
        return [_with_canaries(value) for value in said]
    return SENTENCE if isinstance(said, str) and CHINESE.search(said) else said


async def test_the_canaries_were_heard(sung: Sung) -> None:
    """Otherwise the silence below would prove nothing."""
    assert len(sung.succeeded) > len(OPERATIONS) * 0.9, sorted(OPERATIONS.keys() - sung.succeeded)
    assert len(sung.refusals) > 30


async def test_no_log_line_carries_one(sung: Sung) -> None:
    assert [canary for canary in CANARIES if canary in sung.logged] == []
    assert [what for what, secret in SECRETS.items() if secret.search(sung.logged)] == []


async def test_no_refusal_carries_one(sung: Sung) -> None:
    said = "\n".join(sung.refusals)
    assert [canary for canary in CANARIES if canary in said] == []
    assert [what for what, secret in SECRETS.items() if secret.search(said)] == []


async def test_no_cursor_in_an_address_carries_one(sung: Sung) -> None:
    for cursor in sung.cursors:
        opened = urlsafe_b64decode(cursor + "==").decode(errors="replace")
        assert [canary for canary in CANARIES if canary in opened] == []


async def test_no_column_keeps_one_in_the_clear(sung: Sung) -> None:
    tables = await rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = set()
    for (table,) in tables:
        if table in PUBLIC_TABLES:
            continue
        for (line,) in await rows(f'SELECT to_jsonb(t)::text FROM "{table}" AS t'):
            for canary in CANARIES:
                if canary in line or canary.encode().hex() in line:
                    found.add((table, canary))
            found |= {(table, what) for what, secret in SECRETS.items() if secret.search(line)}
    assert found == set()


async def test_valkey_knows_none(sung: Sung) -> None:
    valkey = Redis.from_url(settings().redis_url)
    async for key in valkey.scan_iter():
        content = key + (await valkey.dump(key) or b"")
        assert [canary for canary in CANARIES if canary.encode() in content] == []
    await valkey.aclose()
