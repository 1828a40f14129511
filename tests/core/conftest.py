"""What tests of the core lean on."""

from collections.abc import Iterator

import pytest

from backend.core import crypto


@pytest.fixture
def keys() -> Iterator[None]:
    """Keys of this test's own."""
    held = crypto._keys
    crypto.use(crypto.Keys(data={1: b"1" * 32}, lookup=b"L" * 32))
    yield
    crypto._keys = held
