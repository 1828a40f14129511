"""Which move leads from which status to which."""

from enum import StrEnum

from backend.core.problems import CannotMove


class Status(StrEnum):
    DRAFT = "DRAFT"
    ASSESSED = "ASSESSED"
    REQUESTED = "REQUESTED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    EMERGENCY_OPENED = "EMERGENCY_OPENED"
    IN_TRANSIT = "IN_TRANSIT"
    ARRIVED = "ARRIVED"
    FEEDBACK_DONE = "FEEDBACK_DONE"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


class Move(StrEnum):
    """`decline` asks the next receiver; `last_decline` leaves nobody to ask."""

    ASSESSMENT = "assessment"
    REQUEST = "request"
    ACCEPTANCE = "acceptance"
    DECLINE = "decline"
    LAST_DECLINE = "last_decline"
    ESCALATION = "escalation"
    PACKAGE = "package"
    DEPARTURE = "departure"
    ARRIVAL = "arrival"
    FEEDBACK = "feedback"
    CLOSURE = "closure"
    CANCELLATION = "cancellation"
    DEATH = "death"


class Decision(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"


BEFORE_DEPARTURE = (
    Status.DRAFT,
    Status.ASSESSED,
    Status.REQUESTED,
    Status.ACCEPTED,
    Status.EMERGENCY_OPENED,
)
UNDER_WAY = (Status.IN_TRANSIT, Status.ARRIVED, Status.FEEDBACK_DONE)
OPEN = (*BEFORE_DEPARTURE, *UNDER_WAY)
OVER = frozenset(Status) - {*OPEN}

PATHS: dict[tuple[Status, Move], Status] = {
    (Status.DRAFT, Move.ASSESSMENT): Status.ASSESSED,
    (Status.ASSESSED, Move.ASSESSMENT): Status.ASSESSED,
    (Status.ASSESSED, Move.REQUEST): Status.REQUESTED,
    (Status.REQUESTED, Move.ACCEPTANCE): Status.ACCEPTED,
    (Status.REQUESTED, Move.DECLINE): Status.REQUESTED,
    (Status.REQUESTED, Move.LAST_DECLINE): Status.DECLINED,
    (Status.REQUESTED, Move.ESCALATION): Status.REQUESTED,
    (Status.ACCEPTED, Move.PACKAGE): Status.ACCEPTED,
    (Status.ACCEPTED, Move.DEPARTURE): Status.IN_TRANSIT,
    (Status.EMERGENCY_OPENED, Move.ASSESSMENT): Status.EMERGENCY_OPENED,
    (Status.EMERGENCY_OPENED, Move.PACKAGE): Status.EMERGENCY_OPENED,
    (Status.EMERGENCY_OPENED, Move.DEPARTURE): Status.IN_TRANSIT,
    (Status.IN_TRANSIT, Move.ARRIVAL): Status.ARRIVED,
    (Status.ARRIVED, Move.FEEDBACK): Status.FEEDBACK_DONE,
    (Status.FEEDBACK_DONE, Move.CLOSURE): Status.CLOSED,
    **{(status, Move.CANCELLATION): Status.CANCELLED for status in BEFORE_DEPARTURE},
    **{(status, Move.DEATH): Status.CANCELLED for status in BEFORE_DEPARTURE},
    **{(status, Move.DEATH): Status.CLOSED for status in UNDER_WAY},
}
# FB-08: an emergency goes first and is written up afterwards; that changes no status.
BACK_FILLED: dict[tuple[Status, Move], Status] = {
    (status, move): status for status in UNDER_WAY for move in (Move.ASSESSMENT, Move.PACKAGE)
}


def after(status: Status, move: Move, *, is_emergency: bool = False) -> Status:
    """Where a move leads.

    :raises CannotMove: when it leads nowhere from that status
    """
    paths = {**PATHS, **BACK_FILLED} if is_emergency else PATHS
    try:
        return paths[status, move]
    except KeyError:
        raise CannotMove(status=status, move=move) from None
