"""C3: every status x move x role, over HTTP."""

import httpx
import pytest

from backend.core.access import EVERYONE, Role
from tests.access import cells
from tests.access.cells import undone
from tests.access.scene import OPERATIONS, Scene
from tests.access.world import World, stands
from tests.state import machines
from tests.state.machines import BY_THEMSELVES, Machine
from tests.state.money import MONEY

pytestmark = pytest.mark.anyio

DECLARED = cells.declared()
MACHINES = (*machines.MACHINES, *MONEY)
REFUSED = {403, 404, 409}
CELLS = [
    pytest.param(machine, status, move, id=f"{machine.name}-{status}-{move}")
    for machine in MACHINES
    for status in machine.stands
    for move in machine.moves
]


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_the_tables_name_no_other_status_and_no_other_move(machine: Machine) -> None:
    # One machine's word for what happens by itself may be another's for what somebody says.
    named = {move for _, move in machine.paths} - (BY_THEMSELVES - set(machine.moves))
    if machine.name != "round":
        assert named == set(machine.moves)
    assert {status for status, _ in machine.paths} | set(machine.paths.values()) <= set(
        machine.stands
    )


@pytest.mark.parametrize(("machine", "status", "move"), CELLS)
async def test_a_move_leads_where_its_table_says_and_any_other_changes_nothing(
    world: World, network: httpx.AsyncClient, machine: Machine, status: str, move: str
) -> None:
    operation = machine.moves[move].operation
    for role in sorted(OPERATIONS[operation].allow):
        standing = stands(Role(role))[0]
        scene = Scene(world, network, Role(role), standing)
        may = DECLARED[operation, str(role), str(standing)].startswith("2xx")
        async with undone() as open_one:
            asked = await machine.moves[move].asks(scene)
            await machine.put_at(status, scene=scene, asked=asked)
            open_one.last_words.clear()
            before = await machine.digest()
            answer = await scene.send(operation, asked)
            what = f"{role}: {answer.status_code} {answer.text}"
            if may and (status, move) in machine.paths:
                assert answer.is_success, what
                assert await machine.status_of(asked) == machine.paths[status, move], what
                assert open_one.last_words, "a change without an audit row"
            else:
                assert await machine.digest() == before, what
                assert not open_one.last_words, what
                is_so_already = answer.status_code == 200 and status in machine.leads_to(move)
                assert answer.status_code in REFUSED or (may and is_so_already), what


@pytest.mark.parametrize(("machine", "status", "move"), CELLS)
async def test_a_role_that_the_route_does_not_name_changes_nothing(
    world: World, network: httpx.AsyncClient, machine: Machine, status: str, move: str
) -> None:
    operation = machine.moves[move].operation
    others = sorted(EVERYONE - set(OPERATIONS[operation].allow))
    if not others:
        return
    first = Role(others[0])
    async with undone() as open_one:
        scene = Scene(world, network, first, stands(first)[0])
        asked = await machine.moves[move].asks(scene)
        await machine.put_at(status, scene=scene, asked=asked)
        open_one.last_words.clear()
        before = await machine.digest()
        for role in others:
            caller = Scene(world, network, role, stands(role)[0])
            answer = await caller.send(operation, asked)
            assert answer.status_code == 403, f"{role}: {answer.text}"
        assert await machine.digest() == before
        assert not open_one.last_words
