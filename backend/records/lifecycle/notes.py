"""Notes: what is written about a visit or a round, when it is complete, and when it is late.

    DRAFT ──sign──▶ SIGNED

A signed note is never changed (RC-06): an amendment is a new note with `amends` and a reason.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from backend.core import calendar
from backend.core.problems import CannotMove, Invalid


class NoteStatus(StrEnum):
    DRAFT = "DRAFT"
    SIGNED = "SIGNED"


class Move(StrEnum):
    SIGN = "SIGN"


PATHS: Mapping[tuple[NoteStatus, Move], NoteStatus] = {
    (NoteStatus.DRAFT, Move.SIGN): NoteStatus.SIGNED
}


class NoteKind(StrEnum):
    """访视记录、查床记录、上级查床记录、护理记录、抢救记录、血氧目标医嘱（下达、停止）."""

    VISIT = "VISIT"
    ROUND = "ROUND"
    SUPERIOR_ROUND = "SUPERIOR_ROUND"
    NURSING = "NURSING"
    RESCUE = "RESCUE"
    SPO2_TARGET = "SPO2_TARGET"
    SPO2_TARGET_END = "SPO2_TARGET_END"


class Lateness(StrEnum):
    """EV-05: the two times may fall on different sides of a limit; that is said, not decided."""

    IN_TIME = "IN_TIME"
    RECEIVED_LATE = "RECEIVED_LATE"
    LATE = "LATE"


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """The parts of a note beside its text, as far as its kind has them (HB-09)."""

    complaint: str | None = None
    examination: str | None = None
    assessment: str | None = None
    orders_changed: str | None = None
    drugs_given: str | None = None
    education: str | None = None
    present: str | None = None
    next_round_on: date | None = None


# HB-09: a round's record names these; vitals, times and the signature are facts of their own.
# EM-04: a rescue note names who took part.
NEEDED: Mapping[NoteKind, tuple[str, ...]] = {
    NoteKind.ROUND: ("complaint", "examination", "assessment"),
    NoteKind.SUPERIOR_ROUND: ("complaint", "examination", "assessment"),
    NoteKind.RESCUE: ("present",),
}

# EM-01: scale 2 of NEWS2 stands on these, and only a doctor orders a target of 88 to 92 %.
DOCTORS_ONLY = frozenset({NoteKind.SPO2_TARGET, NoteKind.SPO2_TARGET_END})
SAME_DAY = frozenset({NoteKind.VISIT, NoteKind.ROUND, NoteKind.SUPERIOR_ROUND, NoteKind.NURSING})


class NoteIncomplete(Invalid):
    code = "note_incomplete"
    title = "记录内容不完整，不能签名"
    title_en = "The note lacks a part that must be there before it is signed."
    rule = "HB-09"


class WrongAmendment(Invalid):
    code = "amendment_wrong"
    title = "修正须指向同一人的同类已签名记录，并说明原因"
    title_en = "An amendment names a signed note of the same person and kind, and a reason."
    rule = "RC-06"


class NoteSigned(CannotMove):
    code = "note_signed"
    title = "记录已签名，不能修改；请另写修正记录"
    title_en = "The note is signed and never changes; write an amendment."
    rule = "RC-06"


def after(status: NoteStatus, move: Move) -> NoteStatus:
    """:raises NoteSigned:"""
    if (status, move) not in PATHS:
        raise NoteSigned(status=status, move=move)
    return PATHS[status, move]


def check_complete(kind: NoteKind, content: Content) -> None:
    """A draft may be anything; what is signed must be whole.

    :raises NoteIncomplete: naming what is missing
    """
    missing = [part for part in NEEDED.get(kind, ()) if not (getattr(content, part) or "").strip()]
    if missing:
        raise NoteIncomplete(missing=missing)


def check_amendment(
    *, status: NoteStatus, kind: NoteKind, same_person: bool, amending: NoteKind, reason: str | None
) -> None:
    """RC-06: what may be amended, by what. `status` and `kind` are the amended note's.

    :raises WrongAmendment:
    """
    if not (status is NoteStatus.SIGNED and same_person and kind is amending and reason):
        raise WrongAmendment(status=status, kind=kind)


def due_at(kind: NoteKind, happened_at: datetime, *, rescue_within: timedelta) -> datetime | None:
    """The moment from which the note of what happened then is late, if it can be.

    EM-04: a rescue note within hours. KP-04: the note of a visit or round on the same day.
    """
    if kind is NoteKind.RESCUE:
        return happened_at + rescue_within
    if kind in SAME_DAY:
        _, midnight = calendar.day(calendar.on(happened_at))
        return midnight
    return None


def lateness(*, due_at: datetime | None, signed_at: datetime, recorded_at: datetime) -> Lateness:
    """Whether a signature came in time, by the signer's corrected time and by ours.

    The limit itself is still in time.
    """
    if due_at is None or recorded_at <= due_at:
        return Lateness.IN_TIME
    return Lateness.RECEIVED_LATE if signed_at <= due_at else Lateness.LATE
