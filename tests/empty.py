"""Empty tables between tests: DELETE, children first, beats TRUNCATE twenty times."""

from functools import cache

from piccolo.table import sort_table_classes

from backend.core.db import engine
from backend.people import queries as people
from backend.piccolo_app import APP_CONFIG


@cache
def _statements() -> str:
    children_first = reversed(sort_table_classes(APP_CONFIG.table_classes))
    return "; ".join(f'DELETE FROM "{table._meta.tablename}"' for table in children_first)


async def empty_every_table() -> None:
    """Forget every row, and what this process remembers of them."""
    pool = engine().pool
    assert pool is not None
    async with pool.acquire() as connection:
        await connection.execute(_statements())
    people.forget_sessions()
