"""Asks the servers that `DATABASE_URL` and `REDIS_URL` name whether they answer."""

import asyncio
from typing import Any

import asyncpg
import redis

from backend.local.places import CannotStart
from backend.migrations import NEWEST

ANSWERS_WITHIN_S = 5.0
VERSION_MIN = 180_000  # uuidv7()


def check_database(url: str) -> None:
    """Ask PostgreSQL for its version.

    :raises CannotStart: it does not answer, or is too old
    """
    version = int(_value(url, "SELECT current_setting('server_version_num')"))
    if version < VERSION_MIN:
        raise CannotStart(f"DATABASE_URL names PostgreSQL {version // 10_000}: it should be 18.")


def is_empty(url: str) -> bool:
    """Whether nobody lives in the database yet."""
    return not _value(url, "SELECT EXISTS (SELECT FROM persons)")


def is_current(url: str) -> bool:
    """Whether the newest migration has run, so that none has to be looked for."""
    has_history = _value(url, "SELECT to_regclass('migration') IS NOT NULL")
    newest = f"SELECT EXISTS (SELECT FROM migration WHERE name = '{NEWEST}')"  # noqa: S608
    return bool(has_history and _value(url, newest))


def check_redis(url: str) -> None:
    """Ask Valkey, or what speaks its protocol, for a sign of life.

    :raises CannotStart: it does not answer
    """
    try:
        with redis.Redis.from_url(
            url, socket_timeout=ANSWERS_WITHIN_S, socket_connect_timeout=ANSWERS_WITHIN_S
        ) as client:
            client.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        raise CannotStart(f"REDIS_URL does not answer: {error}") from None


def _value(url: str, question: str) -> Any:
    async def ask() -> Any:
        connection = await asyncpg.connect(url, timeout=ANSWERS_WITHIN_S)
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    try:
        return asyncio.run(ask())
    except TimeoutError:
        raise CannotStart(
            f"DATABASE_URL does not answer within {ANSWERS_WITHIN_S:.0f} s."
        ) from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
        raise CannotStart(f"DATABASE_URL does not answer: {error}") from None
