"""The words of people: kinds of organizations, relations, permissions on paper."""

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


# HC-03: who may hold a practising licence and send its own staff to homes.
MEDICAL = frozenset(
    {
        OrganizationKind.COMMUNITY_HEALTH_CENTER,
        OrganizationKind.DISTRICT_MEDICAL_CENTER,
        OrganizationKind.HOSPITAL,
        OrganizationKind.INHOUSE_MEDICAL_UNIT,
    }
)


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


# 近亲属, Civil Code art. 1045: who may ask for copies after a death (RC-08).
CLOSE_KIN = frozenset(Relation) - {Relation.SELF, Relation.OTHER}


class CareFlag(StrEnum):
    """What a carer must know before going alone (HC-09)."""

    LIVES_ALONE = "LIVES_ALONE"
    AGGRESSION = "AGGRESSION"


class Basis(StrEnum):
    """By which proof somebody is a guardian."""

    COURT = "court"
    CIVIL_AFFAIRS = "civil_affairs"
    NOTARISED_AGREEMENT = "notarised_agreement"


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
    FINGERPRINT = "fingerprint"  # 指印: of who cannot write, before a witness


class CorrectionStatus(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


def national_number(phone: str) -> str:
    """A mainland number as it is stored, hashed and dialled: eleven digits."""
    return phone.removeprefix("+86")
