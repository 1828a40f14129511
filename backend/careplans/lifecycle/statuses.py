"""Which move leads from which status to which."""

from enum import StrEnum

from backend.core.problems import CannotMove


class PlanStatus(StrEnum):
    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


class PlanMove(StrEnum):
    WRITE = "write"
    COUNTERSIGN = "countersign"
    ACTIVATE = "activate"
    REVISE = "revise"
    END = "end"
    PAUSE = "pause"
    RESUME = "resume"
    HAND_OVER = "hand_over"
    TAKE_OVER = "take_over"


PATHS: dict[tuple[PlanStatus, PlanMove], PlanStatus] = {
    (PlanStatus.DRAFT, PlanMove.WRITE): PlanStatus.DRAFT,
    (PlanStatus.DRAFT, PlanMove.COUNTERSIGN): PlanStatus.DRAFT,
    (PlanStatus.DRAFT, PlanMove.ACTIVATE): PlanStatus.ACTIVE,
    (PlanStatus.DRAFT, PlanMove.END): PlanStatus.ENDED,
    (PlanStatus.DRAFT, PlanMove.HAND_OVER): PlanStatus.DRAFT,
    (PlanStatus.ACTIVE, PlanMove.REVISE): PlanStatus.ACTIVE,
    (PlanStatus.ACTIVE, PlanMove.PAUSE): PlanStatus.ACTIVE,
    (PlanStatus.ACTIVE, PlanMove.RESUME): PlanStatus.ACTIVE,
    (PlanStatus.ACTIVE, PlanMove.HAND_OVER): PlanStatus.ACTIVE,
    (PlanStatus.ACTIVE, PlanMove.END): PlanStatus.ENDED,
    # What was handed over is taken over by a doctor, whether it is in force yet or not.
    **{(status, PlanMove.TAKE_OVER): status for status in (PlanStatus.DRAFT, PlanStatus.ACTIVE)},
}


def after(status: PlanStatus, move: PlanMove) -> PlanStatus:
    """Where a move leads.

    :raises CannotMove: when it leads nowhere from that status
    """
    try:
        return PATHS[status, move]
    except KeyError:
        raise CannotMove(status=status, move=move) from None
