"""Red signs: what means 120 at once, whoever sees it (EM-02)."""

from decimal import Decimal
from enum import StrEnum

import msgspec

from backend.records.lifecycle.vitals import GLUCOSE, Level, VitalSign


class Symptom(StrEnum):
    """What the elder complains of, or what somebody beside the bed sees."""

    CHEST_PAIN = "CHEST_PAIN"
    STROKE_SIGNS = "STROKE_SIGNS"
    SEVERE_DYSPNOEA = "SEVERE_DYSPNOEA"
    UNCONSCIOUS = "UNCONSCIOUS"
    SEIZURE = "SEIZURE"
    MAJOR_BLEEDING = "MAJOR_BLEEDING"
    SUICIDAL_INTENT = "SUICIDAL_INTENT"
    ALTERED_CONSCIOUSNESS = "ALTERED_CONSCIOUSNESS"
    DROWSINESS = "DROWSINESS"
    SEVERE_HEADACHE = "SEVERE_HEADACHE"
    SEVERE_DIZZINESS = "SEVERE_DIZZINESS"
    NAUSEA = "NAUSEA"
    VOMITING = "VOMITING"
    BLURRED_VISION = "BLURRED_VISION"
    EYE_PAIN = "EYE_PAIN"
    PALPITATIONS = "PALPITATIONS"
    CHEST_TIGHTNESS = "CHEST_TIGHTNESS"
    CANNOT_LIE_FLAT = "CANNOT_LIE_FLAT"
    SWEATING = "SWEATING"
    TREMBLING = "TREMBLING"
    HUNGER = "HUNGER"
    BEHAVIOUR_CHANGE = "BEHAVIOUR_CHANGE"
    ACETONE_BREATH = "ACETONE_BREATH"
    THIRST = "THIRST"
    POLYURIA = "POLYURIA"
    ABDOMINAL_PAIN = "ABDOMINAL_PAIN"
    DEEP_BREATHING = "DEEP_BREATHING"
    FLUSHED_SKIN = "FLUSHED_SKIN"
    SUSPECTED_FRACTURE = "SUSPECTED_FRACTURE"
    HEAD_INJURY = "HEAD_INJURY"


class RedSign(StrEnum):
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


# Each of these is a red sign by itself, whatever is measured.
BY_THEMSELVES = {
    Symptom.CHEST_PAIN: RedSign.CHEST_PAIN,
    Symptom.STROKE_SIGNS: RedSign.STROKE,
    Symptom.SEVERE_DYSPNOEA: RedSign.SEVERE_DYSPNOEA,
    Symptom.UNCONSCIOUS: RedSign.UNCONSCIOUS,
    Symptom.SEIZURE: RedSign.SEIZURE,
    Symptom.MAJOR_BLEEDING: RedSign.MAJOR_BLEEDING,
    Symptom.SUICIDAL_INTENT: RedSign.SUICIDAL_INTENT,
}

# FU-03: the symptoms that make hypertension an emergency, the numbers apart.
OF_HYPERTENSION = frozenset(
    {
        Symptom.ALTERED_CONSCIOUSNESS,
        Symptom.DROWSINESS,
        Symptom.SEVERE_HEADACHE,
        Symptom.SEVERE_DIZZINESS,
        Symptom.NAUSEA,
        Symptom.VOMITING,
        Symptom.BLURRED_VISION,
        Symptom.EYE_PAIN,
        Symptom.PALPITATIONS,
        Symptom.CHEST_TIGHTNESS,
        Symptom.CANNOT_LIE_FLAT,
        Symptom.CHEST_PAIN,
    }
)

OF_HIGH_GLUCOSE = frozenset(
    {
        Symptom.VOMITING,
        Symptom.DROWSINESS,
        Symptom.ALTERED_CONSCIOUSNESS,
        Symptom.UNCONSCIOUS,
    }
)


class Limits(msgspec.Struct, frozen=True):
    """From where a figure that is felt is a red sign."""

    sbp: Decimal
    dbp: Decimal
    glucose_low: Decimal
    glucose_high: Decimal


def seen(symptoms: frozenset[Symptom]) -> frozenset[RedSign]:
    """The red signs that the symptoms are by themselves."""
    return frozenset(sign for symptom, sign in BY_THEMSELVES.items() if symptom in symptoms)


def read(
    code: VitalSign, value: Decimal | Level, symptoms: frozenset[Symptom], limits: Limits
) -> frozenset[RedSign]:
    """The red signs of a reading, together with the symptoms told with it."""
    if isinstance(value, Level):
        # Answering to pain alone, or not at all, is unconscious on the scale that nurses use.
        is_unconscious = value in (Level.PAIN, Level.UNRESPONSIVE)
        return frozenset({RedSign.UNCONSCIOUS} if is_unconscious else ())
    is_high_pressure = (code is VitalSign.SBP and value >= limits.sbp) or (
        code is VitalSign.DBP and value >= limits.dbp
    )
    is_glucose = code in GLUCOSE
    found = {
        RedSign.HIGH_PRESSURE: is_high_pressure and symptoms,
        RedSign.LOW_GLUCOSE: is_glucose and value <= limits.glucose_low and symptoms,
        RedSign.HIGH_GLUCOSE: is_glucose
        and value >= limits.glucose_high
        and symptoms & OF_HIGH_GLUCOSE,
    }
    return frozenset(sign for sign, is_there in found.items() if is_there)


def of_fall(symptoms: frozenset[Symptom], *, on_anticoagulant: bool) -> frozenset[RedSign]:
    """Whether a fall is a red sign.

    The rule's sentence can be read as asking for an injury *and* an anticoagulant; we read it the
    careful way: on an anticoagulant a bleed may show hours later, and at these ages a broken hip
    or a blow to the head needs a hospital without one.
    """
    injured = symptoms & {Symptom.SUSPECTED_FRACTURE, Symptom.HEAD_INJURY}
    return frozenset({RedSign.FALL_INJURY} if injured or on_anticoagulant else ())
