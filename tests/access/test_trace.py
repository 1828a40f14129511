"""S1: whoever reads or writes something of a person's health is in the audit, once, with why."""

from uuid import UUID

import httpx
import pytest

from backend.core.access import Role
from tests.access import cells, levels
from tests.access.scene import OPERATIONS
from tests.access.test_matrix import CLOSED, PERSONAL, UNTRACED
from tests.access.world import World, stands

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("name", sorted(set(CLOSED) - UNTRACED.keys()))
async def test_what_was_read_or_written_is_in_the_audit_once(
    world: World, network: httpx.AsyncClient, name: str
) -> None:
    for role in map(Role, OPERATIONS[name].allow):
        cell = await cells.cell(world, network, name, role, stands(role)[0])
        if not cell.answer.is_success or not cell.answer.content:
            continue
        if levels.highest(name, cell.answer.json()) < PERSONAL:
            continue
        rows = [words for words in cell.audited if set(words["persons"]) & about(cell)]
        whats = [words["what"] for words in rows]  # a write that shows the thing is read, too
        assert whats, role
        assert len(set(whats)) == len(whats), (role, whats)
        assert {words["role"] for words in rows} == {role.value}


def about(cell: cells.Cell) -> set[UUID]:
    """Whom the answer is about: her, or whomever it was traced for."""
    if cell.is_about_her:
        return {cell.elder}
    return {person for words in cell.audited for person in words["persons"]}
