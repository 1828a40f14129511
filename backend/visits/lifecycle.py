"""The statuses and moves of a visit. Pure."""

from enum import StrEnum


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
    PLANNED = "PLANNED"
    ON_THE_WAY = "ON_THE_WAY"
    CHECKED_IN = "CHECKED_IN"
    CHECKED_OUT = "CHECKED_OUT"
    CANCELLED = "CANCELLED"
    REFUSED = "REFUSED"
    NO_ACCESS = "NO_ACCESS"
    MISSED = "MISSED"
    ABORTED_EMERGENCY = "ABORTED_EMERGENCY"


class Move(StrEnum):
    BAG_CHECK = "bag_check"
    DEPARTURE = "departure"
    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"
    ATTESTATION = "attestation"
    REFUSAL = "refusal"
    NO_ACCESS = "no_access"
    CANCELLATION = "cancellation"
    MISS = "miss"
    ABORT = "abort"


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
