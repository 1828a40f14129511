"""Questions about visits. Every read that answers a caller is narrowed to what they may see."""

from backend.visits.queries.day import on
from backend.visits.queries.detail import exceptions, one, round_with_residents
from backend.visits.queries.held import hold, made, times_of
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
    "alarm",
    "appeal",
    "assignment",
    "decision",
    "entry",
    "exceptions",
    "hold",
    "hold_exception",
    "made",
    "on",
    "one",
    "round_with_residents",
    "times_of",
    "track",
]
