"""When somebody may be disturbed. Pure."""

from datetime import datetime, time

import msgspec

from backend.core import calendar
from backend.core.calendar import SHANGHAI
from backend.notifications.lifecycle import Urgency
from backend.notifications.lifecycle.kinds import Kind


class Hours(msgspec.Struct, frozen=True):
    """Quiet from `start` to `end` in Shanghai, over midnight when it begins later than it ends.

    `digest_at`: routine messages come together, once a day.
    """

    start: time
    end: time
    digest_at: time | None = None


def due_at(now: datetime, kind: Kind, hours: Hours) -> datetime:
    """When to push what becomes known now."""
    if kind.urgency is Urgency.ROUTINE and hours.digest_at is not None:
        return next_(hours.digest_at, now)
    return quiet_until(now, kind, hours) or now


def quiet_until(now: datetime, kind: Kind, hours: Hours) -> datetime | None:
    """The end of the quiet hours, when it is quiet and this can wait (BG-24)."""
    at = now.astimezone(SHANGHAI).time()
    over_midnight = hours.start > hours.end
    after, before = at >= hours.start, at < hours.end
    is_quiet = (after or before) if over_midnight else (after and before)
    return next_(hours.end, now) if is_quiet and not kind.any_hour else None


def next_(at: time, now: datetime) -> datetime:
    """The next moment at which clocks in Shanghai show this time."""
    today = calendar.on(now)
    moment = datetime.combine(today, at, SHANGHAI)
    if moment > now:
        return moment
    _, midnight = calendar.day(today)
    return datetime.combine(calendar.on(midnight), at, SHANGHAI)
