"""Which move leads from which status to which, and what a contract is by its dates."""

from datetime import date
from enum import StrEnum

from backend.core.problems import CannotMove


class Status(StrEnum):
    DRAFT = "DRAFT"
    NEGOTIATING = "NEGOTIATING"
    SIGNED = "SIGNED"
    TERMINATED = "TERMINATED"


class Move(StrEnum):
    EDIT = "edit"
    SIGN = "sign"
    TERMINATE = "terminate"
    RENEW = "renew"
    CHANGE_DOCTOR = "change_doctor"
    SUSPEND = "suspend"
    LIFT = "lift"


class Side(StrEnum):
    """Who signs: one of each pair."""

    RESIDENT = "resident"
    CENTER = "center"
    INSTITUTION = "institution"
    PROVIDER = "provider"


class Standing(StrEnum):
    """What a contract is on a day; never stored."""

    DRAFT = "DRAFT"
    NEGOTIATING = "NEGOTIATING"
    SIGNED = "SIGNED"
    ACTIVE = "ACTIVE"
    EXPIRING = "EXPIRING"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    RENEWED = "RENEWED"
    TERMINATED = "TERMINATED"


_BOTH = {
    (Status.DRAFT, Move.EDIT): Status.DRAFT,
    # Whoever edits takes back what was signed: a signature is under one version.
    (Status.NEGOTIATING, Move.EDIT): Status.DRAFT,
    (Status.DRAFT, Move.SIGN): Status.NEGOTIATING,
    (Status.NEGOTIATING, Move.SIGN): Status.SIGNED,
    (Status.DRAFT, Move.TERMINATE): Status.TERMINATED,
    (Status.NEGOTIATING, Move.TERMINATE): Status.TERMINATED,
    (Status.SIGNED, Move.TERMINATE): Status.TERMINATED,
}
OF_A_DOCTOR_CONTRACT = {
    **_BOTH,
    (Status.SIGNED, Move.RENEW): Status.SIGNED,
    (Status.SIGNED, Move.CHANGE_DOCTOR): Status.SIGNED,
}
OF_AN_INSTITUTION_CONTRACT = {
    **_BOTH,
    (Status.SIGNED, Move.SUSPEND): Status.SIGNED,
    (Status.SIGNED, Move.LIFT): Status.SIGNED,
}
PATHS = {**OF_A_DOCTOR_CONTRACT, **OF_AN_INSTITUTION_CONTRACT}


def after(status: Status, move: Move) -> Status:
    """Where a move leads.

    :raises CannotMove: when it leads nowhere from that status
    """
    try:
        return PATHS[status, move]
    except KeyError:
        raise CannotMove(status=status, move=move) from None


def standing(
    status: Status,
    *,
    on: date,
    valid_from: date,
    until_on: date,
    is_renewed: bool = False,
    is_suspended: bool = False,
    notice_days: int = 0,
) -> Standing:
    """What a contract is on that day; `until_on` is the first day on which it is no longer.

    One that was terminated is in force until its termination takes effect.
    """
    if status in (Status.DRAFT, Status.NEGOTIATING):
        return Standing(status)
    if on < valid_from:
        return Standing.TERMINATED if until_on <= valid_from else Standing.SIGNED
    if on >= until_on:
        return _over(status, is_renewed=is_renewed)
    if is_suspended:
        return Standing.SUSPENDED
    is_near = (until_on - on).days <= notice_days
    return Standing.EXPIRING if is_near and not is_renewed else Standing.ACTIVE


def _over(status: Status, *, is_renewed: bool) -> Standing:
    if status is Status.TERMINATED:
        return Standing.TERMINATED
    return Standing.RENEWED if is_renewed else Standing.EXPIRED
