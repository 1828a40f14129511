"""What the clock asks for: each tick is owed once under its own key, whoever looks first.

The clock is the database's, so that workers whose clocks differ agree; a tick that was missed
while nobody ran is owed when somebody does, and acts on the present state.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import msgspec

from backend.core.calendar import SHANGHAI

MIDNIGHT = time()
MONDAY = 1


class Timer(msgspec.Struct, frozen=True):
    """`last_tick(now)` is the newest moment, not after now, at which the task was to run."""

    task: str
    last_tick: Callable[[datetime], datetime]


def every(span: timedelta) -> Callable[[datetime], datetime]:
    """At each whole multiple of the span, counted from a midnight in Shanghai."""
    start = datetime(2020, 1, 1, tzinfo=SHANGHAI)

    def last_tick(now: datetime) -> datetime:
        return (start + (now - start) // span * span).astimezone(UTC)

    return last_tick


def daily(at: time) -> Callable[[datetime], datetime]:
    """Each day at this time in Shanghai."""

    def last_tick(now: datetime) -> datetime:
        here = now.astimezone(SHANGHAI)
        tick = datetime.combine(here.date(), at, SHANGHAI)
        return (tick if tick <= here else tick - timedelta(days=1)).astimezone(UTC)

    return last_tick


def weekly(weekday: int, at: time) -> Callable[[datetime], datetime]:
    """Each week on this ISO weekday (1 = Monday) at this time in Shanghai."""

    def last_tick(now: datetime) -> datetime:
        tick = daily(at)(now)
        behind = (tick.astimezone(SHANGHAI).isoweekday() - weekday) % 7
        return tick - timedelta(days=behind)

    return last_tick


TIMERS: list[Timer] = []
