"""Questions about transfers. Every read that answers a caller is narrowed to what they may see."""

from backend.transfers.queries.held import (
    comment,
    comments,
    hold,
    is_consented,
    made,
    outcomes,
    receivers,
    run_by,
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

__all__ = [
    "Direction",
    "Seen",
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
]
