"""What is asked here is asked in the world of the access tests."""

from tests.access.conftest import network, uncounted, world

__all__ = ["network", "uncounted", "world"]
