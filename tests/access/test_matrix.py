"""Z1, Z2, Z3, S1: every operation, in every role, from every standing, answers as declared.

Changed on purpose? `python -m pytest tests/access/settle.py` writes it anew: read the diff.
"""

import httpx
import pytest

from backend.core.access import Role
from tests.access import cells, levels
from tests.access.bodies import BODIES
from tests.access.scene import OPERATIONS
from tests.access.world import CANARY_NAME, CANARY_PHONE, Standing, World

pytestmark = pytest.mark.anyio

DECLARED = cells.declared()
PERSONAL = 4
# What identifies a person and tells nothing of their health: read without a trace, and why.
UNTRACED = {
    "get_me": "one's own",
    "list_delegations": "given or received by oneself",
    "get_delegation": "given or received by oneself",
    "get_staff": "the name of a carer, not of somebody cared for",
    "list_staff": "the same",
    "keep_staff": "the same",
}
CLOSED = sorted(name for name, operation in OPERATIONS.items() if not operation.is_public)


def test_the_matrix_speaks_of_every_operation_and_of_no_other() -> None:
    assert sorted(BODIES) == sorted(OPERATIONS)
    assert sorted({name for name, _, _ in DECLARED}) == CLOSED


@pytest.mark.parametrize("name", CLOSED)
async def test_everybody_is_answered_as_declared(
    world: World, network: httpx.AsyncClient, name: str
) -> None:
    said = {}
    for role, standing in cells.callers(name):
        cell = await cells.cell(world, network, name, role, standing)
        if role not in OPERATIONS[name].allow:
            assert cell.outcome == "403 forbidden", role
            continue
        said[name, str(role), str(standing)] = cell.outcome
        if cell.answer.is_success:
            assert is_traced(cell) or name in UNTRACED, f"{name} {role}: seen by nobody's leave"
        else:
            assert CANARY_NAME not in cell.answer.text
            assert CANARY_PHONE not in cell.answer.text
    assert said == {key: outcome for key, outcome in DECLARED.items() if key[0] == name}


@pytest.mark.parametrize("name", CLOSED)
async def test_nobody_is_heard_without_a_session(
    world: World, network: httpx.AsyncClient, name: str
) -> None:
    role = Role(OPERATIONS[name].allow[0])
    for standing in (Standing.NOBODY, Standing.ENDED):
        cell = await cells.cell(world, network, name, role, standing)
        assert cell.outcome == "401 unauthenticated"


@pytest.mark.parametrize(
    "name", sorted({name for (name, _, _), said in DECLARED.items() if said == "404 missing"})
)
async def test_what_is_not_yours_looks_like_what_does_not_exist(
    world: World, network: httpx.AsyncClient, name: str
) -> None:
    for asked, role, standing in DECLARED:
        if asked == name and DECLARED[asked, role, standing] == "404 missing":
            hers, nothing = await cells.missing_instead(
                world, network, name, Role(role), Standing(standing)
            )
            assert without_trace(hers) == without_trace(nothing), (role, standing)


def is_traced(cell: cells.Cell) -> bool:
    """S1, Z3: what says something of a person's health is in the audit, with that person."""
    if not cell.answer.content or levels.highest(cell.name, cell.answer.json()) < PERSONAL:
        return True
    traced = {person for words in cell.audited for person in words["persons"]}
    return cell.elder in traced if cell.is_about_her else bool(traced)


def without_trace(answer: httpx.Response) -> tuple[object, ...]:
    body = {key: value for key, value in answer.json().items() if key != "trace_id"}
    headers = {
        key: value for key, value in answer.headers.items() if key not in ("x-trace-id", "date")
    }
    return answer.status_code, body, headers
