"""The words of transfers, and what follows from them. Pure."""

from backend.transfers.lifecycle.journeys import (
    OPEN_OUTCOMES,
    TARGETS,
    Journey,
    Outcome,
    Reason,
    Urgency,
    check_reason,
    is_hurried,
    journey,
)
from backend.transfers.lifecycle.statuses import (
    BACK_FILLED,
    BEFORE_DEPARTURE,
    OPEN,
    OVER,
    PATHS,
    Decision,
    Move,
    Status,
    after,
)

__all__ = [
    "BACK_FILLED",
    "BEFORE_DEPARTURE",
    "OPEN",
    "OPEN_OUTCOMES",
    "OVER",
    "PATHS",
    "TARGETS",
    "Decision",
    "Journey",
    "Move",
    "Outcome",
    "Reason",
    "Status",
    "Urgency",
    "after",
    "check_reason",
    "is_hurried",
    "journey",
]
