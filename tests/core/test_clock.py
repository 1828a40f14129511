"""The clock tells UTC."""

from datetime import timedelta

from backend.core import clock


def test_the_clock_tells_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)
