"""Questions about visits. Every read that answers a caller is narrowed to what they may see."""

from backend.visits.queries.charges import seen_on, to_bill, visit_of
from backend.visits.queries.day import on
from backend.visits.queries.detail import one, round_with_residents
from backend.visits.queries.exceptions import exceptions, see_exception
from backend.visits.queries.held import hold, is_seen_on, made, times_of, unconsented
from backend.visits.queries.safety import absences, alarms, see_absence, see_alarm
from backend.visits.queries.stored import (
    absence,
    alarm,
    appeal,
    assignment,
    decision,
    entry,
    hold_exception,
    track,
)

__all__ = [
    "absence",
    "absences",
    "alarm",
    "alarms",
    "appeal",
    "assignment",
    "decision",
    "entry",
    "exceptions",
    "hold",
    "hold_exception",
    "is_seen_on",
    "made",
    "on",
    "one",
    "round_with_residents",
    "see_absence",
    "see_alarm",
    "see_exception",
    "seen_on",
    "times_of",
    "to_bill",
    "track",
    "unconsented",
    "visit_of",
]
