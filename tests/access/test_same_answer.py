"""C1: whatever may be said, may be said again, by many at once: one effect, one answer."""

import os

import httpx
import pytest

from backend.core.access import Role
from tests.access.storms import WRITES, changed, scene_of, storm
from tests.access.world import World
from tests.house.test_query_counts import counted

pytestmark = pytest.mark.anyio

ROUNDS = int(os.environ.get("C1_ROUNDS", "1"))
CALLERS = int(os.environ.get("C1_CALLERS", "20"))
ROLES = counted()


@pytest.mark.parametrize("name", WRITES)
async def test_said_by_many_at_once_it_is_said_once(
    world: World, network: httpx.AsyncClient, name: str
) -> None:
    role = Role(ROLES[name][0])
    await storm(world, network, name, role, callers=1)  # the first of a day may find more
    alone = await storm(world, network, name, role, callers=1)
    for _ in range(ROUNDS):
        many = await storm(world, network, name, role, callers=CALLERS)

        assert many.statuses == [*[200] * (CALLERS - 1), alone.statuses[0]], many.bodies
        assert len(many.bodies) == 1
        assert (many.events, many.jobs) == (alone.events, alone.jobs)


@pytest.mark.parametrize("name", WRITES)
async def test_a_fact_that_is_stored_is_not_said_differently(
    world: World, network: httpx.AsyncClient, name: str
) -> None:
    role = Role(ROLES[name][0])
    stored = await storm(world, network, name, role, callers=1)
    if differs := changed(stored.asked):
        answer = await scene_of(world, network, role).send(name, differs)
        assert answer.status_code in (409, 428), answer.text
