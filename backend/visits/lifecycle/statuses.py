"""Which move leads from which status to which."""

from enum import StrEnum

from backend.core.problems import CannotMove


class Kind(StrEnum):
    WARD_ROUND = "WARD_ROUND"
    HOMEBED_ROUND = "HOMEBED_ROUND"
    SUPERIOR_ROUND = "SUPERIOR_ROUND"
    ASSESSMENT = "ASSESSMENT"
    NURSING = "NURSING"
    FOLLOW_UP = "FOLLOW_UP"
    EXAM = "EXAM"
    PALLIATIVE = "PALLIATIVE"


class PlaceKind(StrEnum):
    HOME = "home"
    INSTITUTION = "institution"


class Status(StrEnum):
    """In this order what was done outweighs what was meant, and the later outweighs the earlier."""

    PLANNED = "PLANNED"
    ON_THE_WAY = "ON_THE_WAY"
    CANCELLED = "CANCELLED"
    MISSED = "MISSED"
    NO_ACCESS = "NO_ACCESS"
    CHECKED_IN = "CHECKED_IN"
    CHECKED_OUT = "CHECKED_OUT"
    REFUSED = "REFUSED"
    ABORTED_EMERGENCY = "ABORTED_EMERGENCY"


class Move(StrEnum):
    BAG_CHECK = "bag_check"
    DEPARTURE = "departure"
    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"
    ATTESTATION = "attestation"
    REFUSAL = "refusal"
    NO_ACCESS = "no_access"
    ABORT = "abort"
    CANCELLATION = "cancellation"
    MISS = "miss"


class ExceptionStatus(StrEnum):
    OPEN = "open"
    ASKED = "asked"
    APPROVED = "approved"
    REJECTED = "rejected"
    CLEARED = "cleared"


class EntryStatus(StrEnum):
    EXPECTED = "expected"
    SEEN = "seen"
    REFUSED = "refused"
    AWAY = "away"


# What a carer did, wherever the visit stood: it lands from every status (EV-03), and moves that
# arrive late and in any order from a phone without signal lead to the same status.
DONE = {
    Move.DEPARTURE: Status.ON_THE_WAY,
    Move.NO_ACCESS: Status.NO_ACCESS,
    Move.CHECK_IN: Status.CHECKED_IN,
    Move.CHECK_OUT: Status.CHECKED_OUT,
    Move.REFUSAL: Status.REFUSED,
    Move.ABORT: Status.ABORTED_EMERGENCY,
}
# What an office, or the end of the day, decides: only about a visit that has not been lived.
DECIDED = {Move.CANCELLATION: Status.CANCELLED, Move.MISS: Status.MISSED}
NOTED = (Move.BAG_CHECK, Move.ATTESTATION)

_order = list(Status)
NOT_YET = (Status.PLANNED, Status.ON_THE_WAY)
ENDED = frozenset(Status) - {*NOT_YET, Status.CHECKED_IN}

PATHS: dict[tuple[Status, Move], Status] = {
    **{
        (status, move): max(status, to, key=_order.index)
        for status in Status
        for move, to in DONE.items()
    },
    **{(status, move): to for status in NOT_YET for move, to in DECIDED.items()},
    **{(status, move): status for status in Status for move in NOTED},
}


def after(status: Status, move: Move) -> Status:
    """Where a move leads.

    :raises CannotMove: when it leads nowhere from that status
    """
    try:
        return PATHS[status, move]
    except KeyError:
        raise CannotMove(status=status, move=move) from None
