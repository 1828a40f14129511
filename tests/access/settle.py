"""`python -m pytest tests/access/settle.py`: write the matrix as the API answers now.

Not a test, and run by nobody but a person, who then reads the diff.
"""

import httpx
import pytest

from tests.access import cells
from tests.access.bodies import BODIES
from tests.access.scene import OPERATIONS
from tests.access.world import World

pytestmark = pytest.mark.anyio


async def test_settle(world: World, network: httpx.AsyncClient) -> None:
    matrix = {}
    for name, operation in OPERATIONS.items():
        for role, standing in cells.callers(name):
            if name in BODIES and role in operation.allow and not operation.is_public:
                found = await cells.cell(world, network, name, role, standing)
                matrix[name, str(role), str(standing)] = found.outcome
    cells.write(matrix)
