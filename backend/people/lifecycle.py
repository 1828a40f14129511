"""The words of people: kinds, ties, scopes, and what follows from dates. Pure."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum


class Sex(StrEnum):
    FEMALE = "F"
    MALE = "M"


class Datum(StrEnum):
    WGS84 = "wgs84"
    GCJ02 = "gcj02"


class OrganizationKind(StrEnum):
    COMMUNITY_HEALTH_CENTER = "COMMUNITY_HEALTH_CENTER"
    DISTRICT_MEDICAL_CENTER = "DISTRICT_MEDICAL_CENTER"
    HOSPITAL = "HOSPITAL"
    INTERNET_HOSPITAL = "INTERNET_HOSPITAL"
    ELDER_CARE_INSTITUTION = "ELDER_CARE_INSTITUTION"
    INHOUSE_MEDICAL_UNIT = "INHOUSE_MEDICAL_UNIT"
    PHARMACY = "PHARMACY"
    DELIVERY_COMPANY = "DELIVERY_COMPANY"
    MEDIATION_BODY = "MEDIATION_BODY"
    REGULATOR = "REGULATOR"
    STREET_OFFICE = "STREET_OFFICE"


class MemberKind(StrEnum):
    STAFF = "staff"
    ORGANIZATION = "organization"


class Tie(StrEnum):
    """Why somebody may see a person."""

    CONTRACT = "contract"
    HOME_SICKBED = "home_sickbed"
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


class Relation(StrEnum):
    """家庭关系代码 GB/T 4761, first digit."""

    SELF = "0"
    SPOUSE = "1"
    SON = "2"
    DAUGHTER = "3"
    GRANDCHILD = "4"
    PARENT = "5"
    GRANDPARENT = "6"
    SIBLING = "7"
    OTHER = "8"


class CareFlag(StrEnum):
    """What a carer must know before going alone (HC-09)."""

    LIVES_ALONE = "LIVES_ALONE"
    AGGRESSION = "AGGRESSION"


class Basis(StrEnum):
    """By which proof somebody is a guardian."""

    COURT = "court"
    CIVIL_AFFAIRS = "civil_affairs"
    NOTARISED_AGREEMENT = "notarised_agreement"


class CorrectionStatus(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


class UnitKind(StrEnum):
    OUTPATIENT_DEPT = "OUTPATIENT_DEPT"
    CLINIC = "CLINIC"
    INFIRMARY = "INFIRMARY"
    HEALTH_ROOM = "HEALTH_ROOM"
    NURSING_STATION = "NURSING_STATION"


class UnitStatus(StrEnum):
    PLANNED = "planned"
    FILED = "filed"
    OPERATING = "operating"
    RECTIFYING = "rectifying"
    CLOSED = "closed"


class SessionEnd(StrEnum):
    """Why a session ended before its time."""

    SIGNED_OUT = "signed_out"
    ENDED_BY_ADMIN = "ended_by_admin"
    LEFT = "left"
    ROLE_GONE = "role_gone"
    ROLE_SWITCHED = "role_switched"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a word, not a token
    DEVICE_WIPED = "device_wiped"


def national_number(phone: str) -> str:
    """A mainland number as it is stored, hashed and dialled: eleven digits."""
    return phone.removeprefix("+86")


def holds(scopes: Iterable[str], scope: Scope) -> bool:
    """Whether these scopes allow it: who may see all may see the summary."""
    return scope in scopes or (scope is Scope.VIEW_SUMMARY and Scope.VIEW_FULL in scopes)


def whole_years(since: date, on: date) -> int:
    """How many anniversaries have passed; none before the first day."""
    had_its_day = (on.month, on.day) >= (since.month, since.day)
    return max(on.year - since.year - (not had_its_day), 0)
