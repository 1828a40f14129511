"""What may stand on a work list, and what comes first. Pure."""

from datetime import date
from enum import IntEnum, StrEnum, auto

from backend.core import calendar


class Kind(StrEnum):
    RESCUE_NOTE = "rescue_note"
    LATE_VISIT = "late_visit"
    UNCOVERED_VISIT = "uncovered_visit"
    OVERDUE_NOTE = "overdue_note"
    EXCEPTION_TO_DECIDE = "exception_to_decide"
    BREAK_GLASS_REVIEW = "break_glass_review"
    EXCEPTION_ASKED = "exception_asked"
    ADDRESS_CORRECTION = "address_correction"
    SCOPE_REQUEST = "scope_request"
    PLAN_TO_COUNTERSIGN = "plan_to_countersign"
    PLAN_TO_REVIEW = "plan_to_review"
    PLAN_TO_TAKE = "plan_to_take"
    UNCOVERED_CARE = "uncovered_care"
    HOME_SICKBED_TO_ASSIGN = "home_sickbed_to_assign"
    HOME_SICKBED_TO_ASSESS = "home_sickbed_to_assess"
    HOME_SICKBED_TO_OPEN = "home_sickbed_to_open"
    HOME_SICKBED_TO_CLOSE = "home_sickbed_to_close"
    HOME_SICKBED_EXTRA_ROUND = "home_sickbed_extra_round"
    HOME_SICKBED_LATE_ROUND = "home_sickbed_late_round"
    HOME_SICKBED_ROUND = "home_sickbed_round"
    HOME_SICKBED_AWAY_TOO_LONG = "home_sickbed_away_too_long"
    LATE_SUPERIOR_ROUND = "late_superior_round"
    SUPERIOR_ROUND = "superior_round"
    NOTE_TO_SIGN = "note_to_sign"
    VISIT = "visit"
    TRANSFER_TO_ANSWER = "transfer_to_answer"
    TRANSFER_FEEDBACK = "transfer_feedback"
    FIRST_VISIT = "first_visit"


class Priority(IntEnum):
    """What can harm somebody comes first, then what keeps others waiting, then the day's plan."""

    LIFE = auto()
    SAFETY = auto()
    WAITING = auto()
    TODAY = auto()


PRIORITIES = {
    Kind.RESCUE_NOTE: Priority.LIFE,
    Kind.LATE_VISIT: Priority.SAFETY,
    Kind.UNCOVERED_VISIT: Priority.SAFETY,
    Kind.UNCOVERED_CARE: Priority.SAFETY,
    Kind.OVERDUE_NOTE: Priority.SAFETY,
    Kind.EXCEPTION_TO_DECIDE: Priority.WAITING,
    Kind.BREAK_GLASS_REVIEW: Priority.WAITING,
    Kind.EXCEPTION_ASKED: Priority.WAITING,
    Kind.ADDRESS_CORRECTION: Priority.WAITING,
    Kind.SCOPE_REQUEST: Priority.WAITING,
    Kind.PLAN_TO_COUNTERSIGN: Priority.WAITING,
    Kind.PLAN_TO_REVIEW: Priority.WAITING,
    Kind.PLAN_TO_TAKE: Priority.SAFETY,
    Kind.HOME_SICKBED_TO_ASSIGN: Priority.WAITING,
    Kind.HOME_SICKBED_TO_ASSESS: Priority.WAITING,
    Kind.HOME_SICKBED_TO_OPEN: Priority.WAITING,
    Kind.HOME_SICKBED_TO_CLOSE: Priority.WAITING,
    Kind.HOME_SICKBED_EXTRA_ROUND: Priority.SAFETY,
    Kind.HOME_SICKBED_LATE_ROUND: Priority.SAFETY,
    Kind.LATE_SUPERIOR_ROUND: Priority.SAFETY,
    Kind.HOME_SICKBED_ROUND: Priority.TODAY,
    Kind.HOME_SICKBED_AWAY_TOO_LONG: Priority.WAITING,
    Kind.SUPERIOR_ROUND: Priority.TODAY,
    Kind.NOTE_TO_SIGN: Priority.TODAY,
    Kind.VISIT: Priority.TODAY,
    Kind.TRANSFER_TO_ANSWER: Priority.SAFETY,
    Kind.TRANSFER_FEEDBACK: Priority.WAITING,
    Kind.FIRST_VISIT: Priority.SAFETY,
}


def place_of(kind: Kind) -> int:
    """Where its lines begin: in each priority there is one more place behind, for who can wait."""
    return PRIORITIES[kind] * 2  # not policy: two places a priority


def still_in_time(today: date, workdays: int) -> date:
    """The first day since which so many working days have not passed."""
    first = today
    while calendar.add_working_days(first - date.resolution, workdays) >= today:
        first -= date.resolution
    return first
