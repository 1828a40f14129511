"""Questions about transfers. Every read that answers a caller is narrowed to what they may see."""

from backend.transfers.queries.held import (
    able_to_run,
    comment,
    comments,
    hold,
    is_consented,
    made,
    outcomes,
    receivers,
    tie_to,
    tie_to_held,
)
from backend.transfers.queries.reading import (
    Direction,
    Seen,
    assessment,
    is_sealed,
    listed,
    one,
    package,
)
from backend.transfers.queries.record import record_of
from backend.transfers.queries.running import run_by, tied_doctors

__all__ = [
    "Direction",
    "Seen",
    "able_to_run",
    "assessment",
    "comment",
    "comments",
    "hold",
    "is_consented",
    "is_sealed",
    "listed",
    "made",
    "one",
    "outcomes",
    "package",
    "receivers",
    "record_of",
    "run_by",
    "tie_to",
    "tie_to_held",
    "tied_doctors",
]
