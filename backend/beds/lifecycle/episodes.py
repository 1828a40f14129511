"""The home-sickbed episode: which move leads from which status to which (6.1)."""

from collections.abc import Collection
from enum import StrEnum

from backend.core.problems import CannotMove


class Status(StrEnum):
    DRAFT = "DRAFT"
    APPLIED = "APPLIED"
    ASSESSING = "ASSESSING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    OPEN = "OPEN"
    SUSPENDED = "SUSPENDED"
    CLOSING = "CLOSING"
    CLOSED = "CLOSED"


class Move(StrEnum):
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    ASSIGN_ASSESSOR = "assign_assessor"
    ASSIGN_TEAM = "assign_team"
    PASS = "pass"  # noqa: S105 - a word, not a secret
    FAIL = "fail"
    OPEN = "open"
    ORDER = "order"
    FILE_RECORD = "file_record"
    SUSPEND = "suspend"
    RESUME = "resume"
    BEGIN_CLOSING = "begin_closing"
    CLOSE = "close"


class Part(StrEnum):
    """Who does what in an episode."""

    ASSESSOR = "ASSESSOR"
    DOCTOR = "DOCTOR"
    NURSE = "NURSE"


class SuspensionReason(StrEnum):
    """住院、外出、其他."""

    INPATIENT = "INPATIENT"
    TRAVEL = "TRAVEL"
    OTHER = "OTHER"


class CloseReason(StrEnum):
    """HB-12."""

    RECOVERED = "RECOVERED"
    BEYOND_HOME = "BEYOND_HOME"
    FAMILY_ASKS = "FAMILY_ASKS"
    DEATH = "DEATH"
    MOVED = "MOVED"
    UNREACHABLE = "UNREACHABLE"
    REFUSES_OR_UNSAFE = "REFUSES_OR_UNSAFE"
    CYCLE_END = "CYCLE_END"
    AWAY_TOO_LONG = "AWAY_TOO_LONG"
    UNINSURED = "UNINSURED"


class Outcome(StrEnum):
    """HB-13: 治愈、好转、未愈、转院、死亡、其他."""

    CURED = "CURED"
    BETTER = "BETTER"
    NOT_CURED = "NOT_CURED"
    TRANSFERRED = "TRANSFERRED"
    DIED = "DIED"
    OTHER = "OTHER"


class Criterion(StrEnum):
    """HB-02: what must hold to be cared for at home."""

    CLEAR_DIAGNOSIS = "CLEAR_DIAGNOSIS"
    STABLE = "STABLE"
    FIT_FOR_HOME = "FIT_FOR_HOME"


class Exclusion(StrEnum):
    """HB-03: what shuts the door."""

    CRITICAL = "CRITICAL"
    ISOLATION = "ISOLATION"
    ACUTE_PSYCHOSIS = "ACUTE_PSYCHOSIS"
    UNSAFE_HOME = "UNSAFE_HOME"
    OUTSIDE_AREA = "OUTSIDE_AREA"


class RecordKind(StrEnum):
    """建床病历 (HB-06) and 阶段小结 (HB-10)."""

    OPENING = "OPENING"
    STAGE_SUMMARY = "STAGE_SUMMARY"


BEFORE = (Status.DRAFT, Status.APPLIED, Status.ASSESSING, Status.APPROVED)
IN_BED = (Status.OPEN, Status.SUSPENDED)  # HB-20: one of these a person, city-wide
FINAL = frozenset({Status.REJECTED, Status.WITHDRAWN, Status.CLOSED})

PATHS: dict[tuple[Status, Move], Status] = {
    (Status.DRAFT, Move.SUBMIT): Status.APPLIED,
    **{(status, Move.WITHDRAW): Status.WITHDRAWN for status in BEFORE},
    (Status.APPLIED, Move.ASSIGN_ASSESSOR): Status.ASSESSING,
    (Status.ASSESSING, Move.ASSIGN_ASSESSOR): Status.ASSESSING,
    **{
        (status, Move.ASSIGN_TEAM): status
        for status in (Status.ASSESSING, Status.APPROVED, *IN_BED)
    },
    (Status.ASSESSING, Move.PASS): Status.APPROVED,
    (Status.ASSESSING, Move.FAIL): Status.REJECTED,
    (Status.APPROVED, Move.OPEN): Status.OPEN,
    (Status.OPEN, Move.ORDER): Status.OPEN,
    **{(status, Move.FILE_RECORD): status for status in (*IN_BED, Status.CLOSING)},
    (Status.OPEN, Move.SUSPEND): Status.SUSPENDED,
    (Status.SUSPENDED, Move.RESUME): Status.OPEN,
    **{(status, Move.BEGIN_CLOSING): Status.CLOSING for status in IN_BED},
    **{(status, Move.CLOSE): Status.CLOSED for status in (*IN_BED, Status.CLOSING)},
}


def after(status: Status, move: Move) -> Status:
    """Where a move leads.

    :raises CannotMove: when it leads nowhere from that status
    """
    try:
        return PATHS[status, move]
    except KeyError:
        raise CannotMove(status=status, move=move) from None


def unmet(criteria: Collection[Criterion]) -> list[Criterion]:
    """What of HB-02 does not hold."""
    return [each for each in Criterion if each not in criteria]
