"""`python -m pytest tests/access/settle.py`: write down what the API answers and asks now.

Not a test, and run by nobody but a person, who then reads the diff.
"""

import httpx
import pytest

from tests.access import cells
from tests.access.scene import OPERATIONS
from tests.access.world import World

pytestmark = pytest.mark.anyio


async def test_settle(world: World, network: httpx.AsyncClient) -> None:
    matrix: cells.Matrix = {}
    counts: dict[str, tuple[str, int]] = {}
    for name, operation in OPERATIONS.items():
        for role, standing in cells.callers(name):
            if role not in operation.allow or operation.is_public:
                continue
            found = await cells.cell(world, network, name, role, standing)
            matrix[name, str(role), str(standing)] = found.outcome
            if name not in counts and found.answer.is_success:
                asked = await cells.statements(world, network, name, role)
                counts[name] = (str(role), len(asked))
    cells.write(matrix)
    cells.write_counts(counts)
