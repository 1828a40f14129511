"""The world of the access tests: an elder, and a caller of every role."""

from tests.access.conftest import network, uncounted, world

__all__ = ["network", "uncounted", "world"]
