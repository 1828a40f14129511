"""Why somebody moves, where that may lead, and what kind of journey it is."""

from collections.abc import Mapping
from enum import StrEnum

from backend.beds.lifecycle import LAYERS, BedKind, Layer
from backend.beds.lifecycle.beds import OF_HOSPICE
from backend.transfers.problems import WrongTarget


class Reason(StrEnum):
    """住养环境变化、病情变化、好转、临终关怀、急诊急救."""

    ENVIRONMENT = "ENVIRONMENT"
    WORSE = "WORSE"
    BETTER = "BETTER"
    TERMINAL = "TERMINAL"
    EMERGENCY = "EMERGENCY"


class Urgency(StrEnum):
    ROUTINE = "ROUTINE"
    URGENT = "URGENT"
    EMERGENCY = "EMERGENCY"


PLACES = frozenset(kind for kind, layer in LAYERS.items() if layer is Layer.PLACE)
# FB-04 to FB-07: the four triggers of the five beds, and where each leads.
TARGETS: Mapping[Reason, frozenset[BedKind]] = {
    Reason.ENVIRONMENT: PLACES,
    Reason.WORSE: frozenset({BedKind.HOME_SICK, BedKind.HOSPITAL}),
    Reason.BETTER: PLACES | {BedKind.HOME_SICK},
    Reason.TERMINAL: OF_HOSPICE,
    Reason.EMERGENCY: frozenset({BedKind.HOSPITAL}),
}
RULES: Mapping[Reason, str] = {
    Reason.ENVIRONMENT: "FB-04",
    Reason.WORSE: "FB-05",
    Reason.BETTER: "FB-06",
    Reason.TERMINAL: "FB-07",
    Reason.EMERGENCY: "FB-08",
}

MEDICAL = frozenset({"COMMUNITY_HEALTH_CENTER", "DISTRICT_MEDICAL_CENTER", "HOSPITAL"})
IN_HOUSE = frozenset({"INHOUSE_MEDICAL_UNIT"})
HOUSES = frozenset({"ELDER_CARE_INSTITUTION"})
# Which kinds of organization run which beds (five_bed.json, `run_by`); at one's own home the
# health center receives.
RUN_BY: Mapping[BedKind, frozenset[str]] = {
    BedKind.HOME_CARE: HOUSES,
    BedKind.INSTITUTION: HOUSES,
    BedKind.OWN_HOME: frozenset({"COMMUNITY_HEALTH_CENTER"}),
    BedKind.HOME_SICK: MEDICAL | IN_HOUSE,
    BedKind.HOME_HOSPICE: MEDICAL | IN_HOUSE,
    BedKind.HOSPITAL: MEDICAL,
    BedKind.HOSPICE: MEDICAL | HOUSES,
}


def check_reason(reason: Reason, to: BedKind) -> None:
    """:raises WrongTarget: the reason leads to other beds"""
    if to not in TARGETS[reason]:
        raise WrongTarget(rule=RULES[reason], reason=reason, to=sorted(TARGETS[reason]))


def is_hurried(reason: Reason, urgency: Urgency) -> bool:
    """FB-07: who is dying is admitted first, however the request was marked."""
    return urgency is not Urgency.ROUTINE or reason is Reason.TERMINAL


class Journey(StrEnum):
    """What a move is to the open work of the elder."""

    ADMITTED = "admitted"  # into a hospital or a hospice
    ONWARD = "onward"  # from one inpatient bed to another
    BACK = "back"  # home again from an inpatient bed
    MOVED = "moved"  # from one place to another
    OVERLAID = "overlaid"  # a medical bed is laid over the place


class Outcome(StrEnum):
    """What becomes of something open: it goes on, or to others, or waits, or ends."""

    CONTINUE = "continue"
    HAND_OVER = "hand_over"
    SUSPEND = "suspend"
    CANCEL = "cancel"


OPEN_OUTCOMES = frozenset(Outcome) - {Outcome.CANCEL}


def journey(*, was_inpatient: bool, to: BedKind) -> Journey:
    match LAYERS[to]:
        case Layer.INPATIENT:
            return Journey.ONWARD if was_inpatient else Journey.ADMITTED
        case Layer.PLACE:
            return Journey.BACK if was_inpatient else Journey.MOVED
    return Journey.BACK if was_inpatient else Journey.OVERLAID
