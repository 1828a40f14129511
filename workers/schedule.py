"""What the clock asks for: each tick is owed once under its own key, whoever looks first.

The clock is the database's, so that workers whose clocks differ agree; a tick that was missed
while nobody ran is owed when somebody does, and acts on the present state.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, time, timedelta

import msgspec

from backend import policy
from backend.core import audit, calendar
from backend.core.calendar import SHANGHAI

LastTick = Callable[[datetime], datetime]
Pulse = Callable[[], Awaitable[object]]

_A_MIDNIGHT = datetime(2020, 1, 1, tzinfo=SHANGHAI)  # not policy: any one will do
_DAYS_OF_A_WEEK = 7  # not policy: so it is
_MONDAY = 1


class Timer(msgspec.Struct, frozen=True):
    """`last_tick(now)` is the newest moment, not after now, at which the task was to run."""

    task: str
    last_tick: LastTick


def every(seconds: float) -> LastTick:
    """At each whole multiple of so many seconds, counted from a midnight in Shanghai."""
    span = timedelta(seconds=seconds)

    def last_tick(now: datetime) -> datetime:
        return (_A_MIDNIGHT + (now - _A_MIDNIGHT) // span * span).astimezone(UTC)

    return last_tick


def daily(hour: int, minute: int = 0) -> LastTick:
    """Each day at this time in Shanghai."""

    def last_tick(now: datetime) -> datetime:
        today = calendar.on(now)
        tick = datetime.combine(today, time(hour, minute), SHANGHAI)
        if tick > now:
            midnight, _ = calendar.day(today)
            yesterday = calendar.on(midnight - midnight.resolution)
            tick = datetime.combine(yesterday, time(hour, minute), SHANGHAI)
        return tick.astimezone(UTC)

    return last_tick


def weekly(weekday: int, hour: int, minute: int = 0) -> LastTick:
    """Each week on this ISO weekday (1 = Monday) at this time in Shanghai."""

    def last_tick(now: datetime) -> datetime:
        tick = daily(hour, minute)(now)
        days = (calendar.on(tick).isoweekday() - weekday) % _DAYS_OF_A_WEEK
        return tick - timedelta(days=days)

    return last_tick


def sunday_evening(now: datetime) -> datetime:
    """BG-18: when both sides of an institution contract are told how the week went."""
    (at,) = policy.times(now, "bg.weekly_fulfilment_at")
    weekday = policy.whole(now, "bg.weekly_fulfilment_weekday")
    return weekly(weekday, at.hour, at.minute)(now)


def night_of_the_books(now: datetime) -> datetime:
    """BG-16: when the channels' bills of the day before are to be had."""
    (at,) = policy.times(now, "py.reconcile_at")
    return daily(at.hour, at.minute)(now)


# Hours at which little else happens; those of care are policy, kept with the rows they concern.
TIMERS = (
    Timer("let_leavers_go", daily(0, minute=5)),  # not policy: soon after midnight
    Timer("expand_care_plans", daily(0, minute=20)),  # not policy: soon after midnight
    Timer("look_for_stuck_payments", every(300)),  # not policy: as often as an order is asked after
    Timer("forget_done_jobs", daily(4)),  # not policy: at night
    Timer("retain_people", daily(2)),  # not policy: at night
    Timer("reconcile_channels", night_of_the_books),
    Timer("tell_of_statements", daily(8)),  # not policy: in the morning
    Timer("forget_tracks", weekly(_MONDAY, 3)),  # not policy: BG-25 says weekly
    Timer("plan_agreed_rounds", daily(5)),  # not policy: before anybody sets out
    Timer("tell_of_weeks", sunday_evening),
    Timer("tell_of_endings", daily(8)),  # not policy: BG-17 says daily
    Timer("look_for_calendar", daily(9)),  # not policy: in office hours
)

# What each relay does every second, and what is safe to do twice at once.
PULSES: Sequence[Pulse] = (audit.seal,)
