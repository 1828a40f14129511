"""The numbers of the policy in force that day, as the proof needs them."""

from datetime import date, datetime
from functools import lru_cache

from backend import policy
from backend.core import calendar
from backend.visits.lifecycle.proof import Limits
from backend.visits.lifecycle.statuses import PlaceKind


def limits(moment: datetime, place: PlaceKind) -> Limits:
    """Of that day, for that kind of place."""
    return _limits(calendar.on(moment), place)


@lru_cache(maxsize=64)  # not policy: how many days are remembered
def _limits(on: date, place: PlaceKind) -> Limits:
    fence = "ev.geofence_home_m" if place is PlaceKind.HOME else "ev.geofence_institution_m"
    return Limits(
        fence_m=policy.whole(on, fence),
        accuracy_max_m=policy.whole(on, "ev.max_accuracy_m"),
        early=policy.span(on, "ev.checkin_early_min"),
        late=policy.span(on, "ev.checkin_late_grace_min"),
        skew_max=policy.span(on, "ev.clock_skew_max_s"),
        offline_max=policy.span(on, "ev.offline_max_hours"),
        speed_max_kmh=policy.number(on, "ev.max_speed_kmh"),
        shortest=policy.span(on, "ev.min_visit_min"),
        longest=policy.span(on, "ev.max_visit_min"),
    )
