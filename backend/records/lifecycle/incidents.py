"""Incidents and emergencies: what happened, and the red signs in it (EM-02, EM-03)."""

from enum import StrEnum

from backend.records.lifecycle import red_signs
from backend.records.lifecycle.red_signs import RedSign, Symptom


class IncidentKind(StrEnum):
    """跌倒、病情变化、走失、噎食、压力性损伤、其他."""

    FALL = "FALL"
    CHANGE_OF_CONDITION = "CHANGE_OF_CONDITION"
    MISSING_PERSON = "MISSING_PERSON"
    CHOKING = "CHOKING"
    PRESSURE_INJURY = "PRESSURE_INJURY"
    OTHER = "OTHER"


class EmergencyKind(StrEnum):
    """The red sign that was seen. A courier is not asked which: OTHER is enough (EM-03)."""

    CHEST_PAIN = "CHEST_PAIN"
    STROKE = "STROKE"
    SEVERE_DYSPNOEA = "SEVERE_DYSPNOEA"
    UNCONSCIOUS = "UNCONSCIOUS"
    SEIZURE = "SEIZURE"
    MAJOR_BLEEDING = "MAJOR_BLEEDING"
    FALL_INJURY = "FALL_INJURY"
    LOW_GLUCOSE = "LOW_GLUCOSE"
    HIGH_GLUCOSE = "HIGH_GLUCOSE"
    HIGH_PRESSURE = "HIGH_PRESSURE"
    SUICIDAL_INTENT = "SUICIDAL_INTENT"
    OTHER = "OTHER"


def signs_of(
    kind: IncidentKind, symptoms: frozenset[Symptom], *, on_anticoagulant: bool
) -> frozenset[RedSign]:
    """The red signs of an incident."""
    found = red_signs.seen(symptoms)
    if kind is IncidentKind.FALL:
        found |= red_signs.of_fall(symptoms, on_anticoagulant=on_anticoagulant)
    return found
