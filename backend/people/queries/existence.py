"""Whether what a body names exists, asked before the database would refuse it."""

from uuid import UUID

from backend.core.db import value
from backend.people.problems import UnknownReference


async def check_persons(**named: UUID | None) -> None:
    """:raises UnknownReference: naming the first field whose person is not registered"""
    await _check("SELECT array_agg(id) FROM persons WHERE id = ANY ($1::uuid[])", named)


async def check_organizations(**named: UUID | None) -> None:
    """:raises UnknownReference: naming the first field whose organization is not registered"""
    await _check("SELECT array_agg(id) FROM organizations WHERE id = ANY ($1::uuid[])", named)


async def _check(sql: str, named: dict[str, UUID | None]) -> None:
    asked = {field: each for field, each in named.items() if each is not None}
    if not asked:
        return
    known = await value(sql, list(asked.values())) or []
    for field, each in asked.items():
        if each not in known:
            raise UnknownReference(field=field)
