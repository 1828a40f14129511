"""The statuses and moves of a visit, and what follows from them. Pure."""

from backend.visits.lifecycle import token
from backend.visits.lifecycle.preparation import Journey, missing_from_bag, needs_two
from backend.visits.lifecycle.proof import (
    CLEARS,
    RULES,
    Code,
    Finding,
    Limits,
    Plan,
    Proof,
    Seen,
    distance_m,
    end_findings,
    findings,
)
from backend.visits.lifecycle.statuses import (
    ENDED,
    PATHS,
    EntryStatus,
    ExceptionStatus,
    Kind,
    Move,
    PlaceKind,
    Status,
    after,
)

__all__ = [
    "CLEARS",
    "ENDED",
    "PATHS",
    "RULES",
    "Code",
    "EntryStatus",
    "ExceptionStatus",
    "Finding",
    "Journey",
    "Kind",
    "Limits",
    "Move",
    "PlaceKind",
    "Plan",
    "Proof",
    "Seen",
    "Status",
    "after",
    "distance_m",
    "end_findings",
    "findings",
    "missing_from_bag",
    "needs_two",
    "token",
]
