"""How often each route asks the database: written down, so that one more is a decision.

Asked in the world of the access tests, by the first role that is let through, with a session that
has to be looked up. `python -m pytest tests/access/settle.py` writes the numbers anew.
"""

import csv

import httpx
import pytest

from backend.core.access import Role
from tests.access import cells
from tests.access.cells import COUNTS
from tests.access.scene import OPERATIONS
from tests.access.world import World

pytestmark = pytest.mark.anyio

CLOSED = sorted(name for name, operation in OPERATIONS.items() if not operation.is_public)


def counted() -> dict[str, tuple[str, int]]:
    with COUNTS.open(encoding="utf-8") as file:
        lines = csv.DictReader(file, delimiter="\t")
        return {line["operation"]: (line["role"], int(line["queries"])) for line in lines}


def test_the_queries_of_every_operation_are_counted() -> None:
    assert sorted(counted()) == CLOSED


@pytest.mark.parametrize("name", CLOSED)
async def test_an_operation_asks_as_often_as_it_did(
    world: World, network: httpx.AsyncClient, name: str
) -> None:
    role, queries = counted()[name]
    statements = await cells.statements(world, network, name, Role(role))
    assert len(statements) == queries, "\n\n".join(statements)
