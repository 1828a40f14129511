"""What crosses the wire about visits."""

from backend.visits.schemas.moves import CheckOut, MoveDetail
from backend.visits.schemas.resolving import ExceptionDetail
from backend.visits.schemas.rounds import EntryDetail, RoundDetail
from backend.visits.schemas.visits import VisitCard, VisitDetail

__all__ = [
    "CheckOut",
    "EntryDetail",
    "ExceptionDetail",
    "MoveDetail",
    "RoundDetail",
    "VisitCard",
    "VisitDetail",
]
