"""The tests of the house that ask the API do so in the world of the access tests."""

from tests.access.conftest import network, uncounted, world

__all__ = ["network", "uncounted", "world"]
