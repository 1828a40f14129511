"""运行状态: whether this process lives, whether it can work, and with which keys it signs."""

import contextlib
from typing import Any

from litestar import get
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.core import tokens
from backend.core.db import value
from backend.core.problems import Busy, Problem
from backend.core.wire import Response
from backend.migrations import NEWEST
from backend.settings import settings

VALKEY_ANSWERS_WITHIN_S = 0.2  # not policy: as long as the limiter waits for it


class NotReady(Problem):
    """`facts.wrong` names what is away or behind."""

    status = 503
    code = "not_ready"
    title = "服务尚未就绪"
    title_en = "Not ready to work."


class Alive(Response):
    """The process is up."""

    status: str = "alive"


class Ready(Response):
    """It can work; `wrong` names what is away and is not needed for that."""

    status: str = "ready"
    wrong: list[str] = []


@get("/health/live", public=True)
async def get_liveness() -> Alive:
    """See that the process is up."""
    return Alive()


@get("/health/ready", public=True)
async def get_readiness() -> Ready:
    """See whether it can work. Without Valkey it can: only pushes are late."""
    if wrong := await _what_stops_us():
        raise NotReady(wrong=[wrong], retry_after_s=1)
    return Ready(wrong=[] if await _valkey_answers() else ["valkey"])


@get("/.well-known/jwks.json", public=True)
async def get_keys() -> dict[str, list[dict[str, Any]]]:
    """Fetch the public keys of our access tokens (RFC 7517)."""
    return tokens.jwks()


async def _what_stops_us() -> str | None:
    try:
        migrated = await value("SELECT EXISTS (SELECT FROM migration WHERE name = $1)", NEWEST)
    except Busy:
        return "database"
    return None if migrated else "migrations"


async def _valkey_answers() -> bool:
    valkey = Redis.from_url(
        settings().redis_url,
        socket_timeout=VALKEY_ANSWERS_WITHIN_S,
        socket_connect_timeout=VALKEY_ANSWERS_WITHIN_S,
    )
    async with contextlib.aclosing(valkey):
        try:
            return bool(await valkey.ping())
        except (RedisError, OSError):
            return False


ROUTES = [get_liveness, get_readiness, get_keys]
