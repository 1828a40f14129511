"""What is said about an exception, and what is stored. Pure."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from backend.core.problems import CannotMove
from backend.core.wire import Code, Request, Text200
from backend.visits.lifecycle.statuses import ExceptionStatus


class Decision(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    ASK = "ask"


class DecisionSaid(Request):
    """Approve (it counts), reject (it is not billable) or ask the carer (EV-09)."""

    decision: Decision
    reason_code: Code
    reason: Text200 | None = None


class AppealSaid(Request):
    reason: Text200


class DecisionMade(msgspec.Struct, frozen=True):
    id: UUID
    exception_id: UUID
    decision: Decision
    reason_code: str
    decided_by: UUID
    recorded_at: datetime
    fingerprint: bytes


class Appeal(msgspec.Struct, frozen=True):
    exception_id: UUID
    appealed_by: UUID
    recorded_at: datetime
    fingerprint: bytes


class HeldException(msgspec.Struct, frozen=True):
    id: UUID
    visit: UUID
    person: UUID | None
    author: UUID
    organization: UUID
    status: str
    decided_at: datetime | None
    appeal_until: datetime | None
    last_decided_by: UUID | None


UNDECIDED = (ExceptionStatus.OPEN, ExceptionStatus.ASKED)
PATHS: dict[tuple[ExceptionStatus, str], ExceptionStatus] = {
    **{(status, Decision.APPROVE): ExceptionStatus.APPROVED for status in UNDECIDED},
    **{(status, Decision.REJECT): ExceptionStatus.REJECTED for status in UNDECIDED},
    **{(status, Decision.ASK): ExceptionStatus.ASKED for status in UNDECIDED},
    **{(status, "clear"): ExceptionStatus.CLEARED for status in UNDECIDED},
    (ExceptionStatus.REJECTED, "appeal"): ExceptionStatus.OPEN,
}


def after(status: ExceptionStatus, move: str) -> ExceptionStatus:
    """Where a decision or an appeal leads.

    :raises CannotMove: when it leads nowhere from that status
    """
    try:
        return PATHS[status, move]
    except KeyError:
        raise CannotMove(status=status, move=move) from None
