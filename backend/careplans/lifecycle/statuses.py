"""Which move leads from which status to which."""

from enum import StrEnum

from backend.core.problems import CannotMove


class Status(StrEnum):
    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


class Move(StrEnum):
    WRITE = "write"
    COUNTERSIGN = "countersign"
    ACTIVATE = "activate"
    REVISE = "revise"
    END = "end"
    PAUSE = "pause"
    RESUME = "resume"
    HAND_OVER = "hand_over"


PATHS: dict[tuple[Status, Move], Status] = {
    (Status.DRAFT, Move.WRITE): Status.DRAFT,
    (Status.DRAFT, Move.COUNTERSIGN): Status.DRAFT,
    (Status.DRAFT, Move.ACTIVATE): Status.ACTIVE,
    (Status.DRAFT, Move.END): Status.ENDED,
    (Status.DRAFT, Move.HAND_OVER): Status.DRAFT,
    (Status.ACTIVE, Move.REVISE): Status.ACTIVE,
    (Status.ACTIVE, Move.PAUSE): Status.ACTIVE,
    (Status.ACTIVE, Move.RESUME): Status.ACTIVE,
    (Status.ACTIVE, Move.HAND_OVER): Status.ACTIVE,
    (Status.ACTIVE, Move.END): Status.ENDED,
}


def after(status: Status, move: Move) -> Status:
    """Where a move leads.

    :raises CannotMove: when it leads nowhere from that status
    """
    try:
        return PATHS[status, move]
    except KeyError:
        raise CannotMove(status=status, move=move) from None
