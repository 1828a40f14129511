"""A family that pays, and books that hold."""

from collections.abc import AsyncIterator

import pytest

from tests.payments import books
from tests.payments.family import Family, a_family


@pytest.fixture
async def family(db: None) -> Family:
    return await a_family()


@pytest.fixture
async def the_books_hold(db: None) -> AsyncIterator[None]:
    """C4, after every test."""
    yield
    assert await books.violations() == []
