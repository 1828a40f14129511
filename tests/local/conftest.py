"""A place of its own for each test that asks, reachable for an unprivileged server."""

from collections.abc import Iterator

import pytest

from backend.local.places import Place, thrown_away


@pytest.fixture
def place() -> Iterator[Place]:
    with thrown_away() as place:
        yield place
