"""The three times, at the edges of the calendar too."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.core.times import EARLIEST, Handshake, corrected
from tests.builders import TUESDAY_NINE

BEHIND = Handshake(TUESDAY_NINE - timedelta(days=1), -timedelta(minutes=7))
AHEAD = Handshake(TUESDAY_NINE - timedelta(days=1), timedelta(minutes=7))
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@pytest.mark.rule("EV-05")
@pytest.mark.parametrize("handshake", [BEHIND, AHEAD])
def test_a_clock_that_was_compared_is_corrected(handshake: Handshake) -> None:
    hour_ago = TUESDAY_NINE - timedelta(hours=1)
    times = corrected(client_time=hour_ago + handshake.skew, handshake=handshake, now=TUESDAY_NINE)
    assert (times.happened_at, times.skew) == (hour_ago, handshake.skew)


@pytest.mark.rule("EV-05")
@pytest.mark.parametrize("handshake", [None, BEHIND, AHEAD])
def test_nothing_happened_after_we_heard_of_it(handshake: Handshake | None) -> None:
    for said in (TUESDAY_NINE + timedelta(hours=1), LAST):
        times = corrected(client_time=said, handshake=handshake, now=TUESDAY_NINE)
        assert (times.client_time, times.happened_at) == (said, TUESDAY_NINE)


@pytest.mark.rule("EV-05")
def test_a_clock_from_the_beginning_of_time_is_put_where_clocks_begin() -> None:
    times = corrected(client_time=FIRST, handshake=None, now=TUESDAY_NINE)
    assert (times.client_time, times.happened_at) == (FIRST, EARLIEST)
