"""No open work is forgotten when an elder moves: a slice that keeps some has a line, or a reason.

A slice keeps open work when a table of its own has a status, or moves (`<thing>_moves`).
"""

import pytest

from backend.piccolo_app import APP_CONFIG
from backend.transfers import carry
from backend.transfers.lifecycle import Journey


def keeps_open_work() -> dict[str, set[str]]:
    """By slice, the tables that say that something may still be open."""
    found: dict[str, set[str]] = {}
    for table in APP_CONFIG.table_classes:
        names = {column._meta.name for column in table._meta.columns}
        tablename = table._meta.tablename
        if "status" in names or tablename.endswith("_moves"):
            found.setdefault(table.__module__.split(".")[1], set()).add(tablename)
    return found


@pytest.mark.parametrize("slice_", sorted(keeps_open_work()))
def test_a_slice_with_open_work_says_what_becomes_of_it_when_the_elder_moves(slice_: str) -> None:
    """Add a line to `backend/transfers/carry.py`, or to EXEMPT there with the reason."""
    carried = {line.slice for line in carry.LINES}
    assert slice_ in carried | carry.EXEMPT.keys()


def test_nothing_is_both_carried_and_exempt() -> None:
    assert {line.slice for line in carry.LINES} & carry.EXEMPT.keys() == set()


def test_every_line_speaks_of_every_journey_and_every_exemption_has_its_reason() -> None:
    for line in carry.LINES:
        assert line.by.keys() == set(Journey), line.what
    assert all(len(reason.split()) > 3 for reason in carry.EXEMPT.values())
