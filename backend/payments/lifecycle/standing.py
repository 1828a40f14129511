"""白名单代付 (PY-12): when a standing payer pays without being asked. Pure."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

import msgspec

from backend.payments.lifecycle.statuses import StandingStatus
from backend.people.lifecycle import months_later


class Standing(StrEnum):
    """What a standing payer is today; it follows from the facts."""

    PENDING = "PENDING"
    LAPSED = "LAPSED"  # the elder did not say yes in time
    NOT_YET = "NOT_YET"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"  # the delegation has ended, or the resident has moved out
    ENDED = "ENDED"
    REVOKED = "REVOKED"


class WhyNot(StrEnum):
    """Why a standing payer does not pay this bill."""

    OTHER_CLASS = "other_class"
    OVER_SINGLE = "over_single"
    OVER_MONTH = "over_month"
    NOTHING_LEFT = "nothing_left"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """`has_tie`: a relative's live PAY delegation; an institution's residence."""

    status: StandingStatus
    approve_by: datetime
    valid_from: date
    until_on: date
    has_tie: bool


def standing(facts: Facts, *, now: datetime, on: date) -> Standing:
    match facts.status:
        case StandingStatus.REVOKED:
            return Standing.REVOKED
        case StandingStatus.PENDING:
            return Standing.LAPSED if now >= facts.approve_by else Standing.PENDING
    if on >= facts.until_on:
        return Standing.ENDED
    if facts.status is StandingStatus.SUSPENDED or not facts.has_tie:
        return Standing.SUSPENDED
    return Standing.NOT_YET if on < facts.valid_from else Standing.ACTIVE


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    scopes: Collection[str]
    single_fen: int
    month_fen: int


def why_not(
    caps: Caps, *, classes: Collection[str], cash_fen: int, spent_fen: int
) -> WhyNot | None:
    """Why it does not pay so much cash for these classes; `spent_fen` is the month's until now."""
    if not set(classes) <= set(caps.scopes):
        return WhyNot.OTHER_CLASS
    if cash_fen > caps.single_fen:
        return WhyNot.OVER_SINGLE
    if spent_fen + cash_fen > caps.month_fen:
        return WhyNot.OVER_MONTH
    return None


def month_of(on: date) -> tuple[date, date]:
    """The first day of the month, and of the one after it."""
    first = on.replace(day=1)
    return first, months_later(first, 1)
