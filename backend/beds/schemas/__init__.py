"""What crosses the wire about beds."""

from backend.beds.schemas.episodes import HomeSickbedDetail, HomeSickbedLine
from backend.beds.schemas.moves import AssessmentDetail, AssignmentDetail, MoveDetail
from backend.beds.schemas.stays import BedLedger, StayDetail, StayLine

__all__ = [
    "AssessmentDetail",
    "AssignmentDetail",
    "BedLedger",
    "HomeSickbedDetail",
    "HomeSickbedLine",
    "MoveDetail",
    "StayDetail",
    "StayLine",
]
