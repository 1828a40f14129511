"""Why somebody may see a person, and what a delegation holds."""

from collections.abc import Iterable
from enum import StrEnum


class MemberKind(StrEnum):
    STAFF = "staff"
    ORGANIZATION = "organization"


class Tie(StrEnum):
    """Why somebody may see a person."""

    CONTRACT = "contract"
    HOME_SICKBED = "home_sickbed"
    CARE_PLAN = "care_plan"
    VISIT = "visit"
    ROUND = "round"
    RESIDENCE = "residence"
    REGISTRATION = "registration"
    DELIVERY = "delivery"
    TRANSFER = "transfer"
    EMERGENCY = "emergency"
    BREAK_GLASS = "break_glass"


class Scope(StrEnum):
    """What a delegation may hold (RC-03): these seven are the list everywhere."""

    VIEW_SUMMARY = "VIEW_SUMMARY"
    VIEW_FULL = "VIEW_FULL"
    PAY = "PAY"
    NOTIFY = "NOTIFY"
    RECEIVE_GOODS = "RECEIVE_GOODS"
    REQUEST_SERVICE = "REQUEST_SERVICE"
    UPLOAD_READINGS = "UPLOAD_READINGS"


class SensitiveChapter(StrEnum):
    """RC-03: shut to relatives unless the elder ticked them."""

    MENTAL_HEALTH = "mental_health"
    HIV_STD = "hiv_std"
    DOMESTIC_VIOLENCE = "domestic_violence"


def holds(scopes: Iterable[str], scope: Scope) -> bool:
    """Whether these scopes allow it: who may see all may see the summary."""
    return scope in scopes or (scope is Scope.VIEW_SUMMARY and Scope.VIEW_FULL in scopes)
