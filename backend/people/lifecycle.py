"""The words of people: kinds, ties, scopes, and what follows from dates. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec


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


class SensitiveChapter(StrEnum):
    """RC-03: shut to relatives unless the elder ticked them."""

    MENTAL_HEALTH = "mental_health"
    HIV_STD = "hiv_std"
    DOMESTIC_VIOLENCE = "domestic_violence"


class Chapter(StrEnum):
    """A part of the record that can be copied (RC-06)."""

    NOTES = "notes"
    OBSERVATIONS = "observations"
    ASSESSMENTS = "assessments"
    VISITS = "visits"
    MEDICATIONS = "medications"
    CARE_PLANS = "care_plans"
    MENTAL_HEALTH = "mental_health"
    HIV_STD = "hiv_std"
    DOMESTIC_VIOLENCE = "domestic_violence"


class ConsentMethod(StrEnum):
    APP = "app"
    SIGNATURE = "signature"
    PAPER = "paper"
    RECORDING = "recording"


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


class Subject(StrEnum):
    """诊疗科目 that an in-house unit may file (IM-04)."""

    GENERAL_PRACTICE = "general_practice"
    INTERNAL_MEDICINE = "internal_medicine"
    SURGERY = "surgery"
    REHABILITATION = "rehabilitation"
    TRADITIONAL_CHINESE_MEDICINE = "traditional_chinese_medicine"
    PREVENTION = "prevention"
    IMAGING = "imaging"
    LABORATORY = "laboratory"


class UnitStatus(StrEnum):
    """IM-02: filed, not approved."""

    PLANNED = "planned"
    FILED = "filed"
    OPERATING = "operating"
    RECTIFYING = "rectifying"
    CLOSED = "closed"


class SessionEnd(StrEnum):
    """Why a session ended before its time."""

    SIGNED_OUT = "signed_out"
    ENDED_BY_ADMIN = "ended_by_admin"
    IDLE = "idle"
    LEFT = "left"
    ROLE_GONE = "role_gone"
    ROLE_SWITCHED = "role_switched"
    SIGNED_IN_AGAIN = "signed_in_again"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a word, not a token
    DEVICE_WIPED = "device_wiped"


class DeviceKey(msgspec.Struct, frozen=True):
    """A phone as it introduces itself: the id it chose, and the public half of its key."""

    id: UUID
    public_key: bytes
    platform: str


class Choice(msgspec.Struct, frozen=True):
    """Which of several people on one phone signs in, and in which of their roles; None: the first.

    The first role is that of an employment, if there is one.
    """

    person_id: UUID | None = None
    role: str | None = None
    organization_id: UUID | None = None


class Refresh(StrEnum):
    """What a refresh token that we know deserves."""

    ROTATE = "rotate"
    REPEAT = "repeat"
    REUSED = "reused"
    REFUSE = "refuse"


def judge(*, is_newest: bool, is_signed: bool, age: timedelta, again_within: timedelta) -> Refresh:
    """RFC 9700, 4.14.2: a token works once; shown again, a copy of it is about.

    Except to the phone that signs with its key within `again_within` of the refresh (`age` ago):
    its answer was lost on the way, and it gets the same once more.
    """
    if is_newest:
        return Refresh.ROTATE if is_signed else Refresh.REFUSE
    return Refresh.REPEAT if is_signed and age <= again_within else Refresh.REUSED


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


def months_later(on: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    years, month = divmod(on.month - 1 + months, 12)
    first = date(on.year + years, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=on.day - 1), following - timedelta(days=1))
