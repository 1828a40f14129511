"""Vital signs: which there are, in which unit, what is plausible and what is usual (EV-11)."""

import csv
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache
from importlib import resources

import msgspec

from backend.core.problems import Invalid


class VitalSign(StrEnum):
    """One word per vital sign; blood pressure is two of them."""

    TEMP = "temp"
    PULSE = "pulse"
    RESP = "resp"
    SBP = "sbp"
    DBP = "dbp"
    SPO2 = "spo2"
    GLU_FASTING = "glu_fasting"
    GLU_PP2H = "glu_pp2h"
    GLU_RANDOM = "glu_random"
    HBA1C = "hba1c"
    WEIGHT = "weight"
    HEIGHT = "height"
    BMI = "bmi"
    WAIST = "waist"
    PAIN_NRS = "pain_nrs"
    URINE_24H = "urine_24h"
    AVPU = "avpu"
    O2_FLOW = "o2_flow"
    PEAK_FLOW = "peak_flow"
    INR = "inr"
    CREATININE = "creatinine"
    POTASSIUM = "potassium"


GLUCOSE = frozenset({VitalSign.GLU_FASTING, VitalSign.GLU_PP2H, VitalSign.GLU_RANDOM})


class Level(StrEnum):
    """Level of consciousness, the ACVPU scale."""

    ALERT = "A"
    NEW_CONFUSION = "C"
    VOICE = "V"
    PAIN = "P"
    UNRESPONSIVE = "U"


class Flag(StrEnum):
    LOW = "LOW"
    HIGH = "HIGH"
    NOT_ALERT = "NOT_ALERT"


class Source(StrEnum):
    """Whose hands took the reading; FIELD_STAFF are therapists, TCM doctors, social workers."""

    GP = "GP"
    NURSE = "NURSE"
    INST_NURSE = "INST_NURSE"
    FIELD_STAFF = "FIELD_STAFF"
    DEVICE = "DEVICE"
    ELDER = "ELDER"
    RELATIVE = "RELATIVE"


# Domain 9.4: what relatives, elders and devices send alerts everybody, but closes no follow-up.
CLOSES_FOLLOW_UP = frozenset({Source.GP, Source.NURSE})


class Implausible(Invalid):
    code = "observation_implausible"
    title = "数值超出可能范围，请核对后重新录入"
    title_en = "The value is outside what is possible. Please check it and enter it again."
    rule = "EV-11"


class WrongUnit(Invalid):
    code = "observation_unit_wrong"
    title = "单位不正确"
    title_en = "The unit is not the one of this reading."
    rule = "EV-11"


class Vital(msgspec.Struct, frozen=True):
    """One row of the table. Bounds are inclusive; `None` means there is none."""

    code: VitalSign
    name: str
    name_en: str
    loinc: str
    unit: str
    plausible_min: Decimal | None
    plausible_max: Decimal | None
    usual_low: Decimal | None
    usual_high: Decimal | None
    step: Decimal | None

    def rounded(self, value: Decimal) -> Decimal:
        """Round half up to the step the sign is read in: 38.05 °C is judged as 38.1 °C.

        What was said is stored as it was said; only the judging of it rounds.
        """
        assert self.step is not None, "only measured signs are rounded"
        steps = (value / self.step).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return steps * self.step


@cache
def vitals() -> Mapping[VitalSign, Vital]:
    """The table of terminology/vitals_loinc.csv, read once."""
    file = resources.files("backend.policy") / "data" / "terminology" / "vitals_loinc.csv"
    lines = csv.DictReader(file.read_text("utf-8").splitlines())
    return {VitalSign(line["code"]): _vital(line) for line in lines}


def vital(code: VitalSign) -> Vital:
    return vitals()[code]


def flags_of(code: VitalSign, value: Decimal | Level, unit: str) -> tuple[Flag, ...]:
    """What is unusual about a reading.

    :raises WrongUnit: the UCUM unit is not the code's
    :raises Implausible: outside the plausible range, or not of the kind the code is
    """
    sign = vital(code)
    if unit != sign.unit:
        raise WrongUnit(observed=code, unit=unit, expected=sign.unit)
    if isinstance(value, Level) != (code is VitalSign.AVPU):
        raise Implausible(observed=code, value=str(value))
    if isinstance(value, Level):
        return () if value is Level.ALERT else (Flag.NOT_ALERT,)
    if not _within(value, sign.plausible_min, sign.plausible_max):
        raise Implausible(
            observed=code,
            value=str(value),
            minimum=str(sign.plausible_min),
            maximum=str(sign.plausible_max),
        )
    # EV-11: outside the usual range is flagged, never refused.
    judged = sign.rounded(value)
    if sign.usual_low is not None and judged < sign.usual_low:
        return (Flag.LOW,)
    if sign.usual_high is not None and judged > sign.usual_high:
        return (Flag.HIGH,)
    return ()


def _within(value: Decimal, minimum: Decimal | None, maximum: Decimal | None) -> bool:
    above = minimum is None or value >= minimum
    return above and (maximum is None or value <= maximum)


def _vital(line: Mapping[str, str]) -> Vital:
    def bound(column: str) -> Decimal | None:
        return Decimal(line[column]) if line[column] else None

    return Vital(
        code=VitalSign(line["code"]),
        name=line["name_zh"],
        name_en=line["name_en"],
        loinc=line["loinc"],
        unit=line["ucum"],
        plausible_min=bound("plausible_min"),
        plausible_max=bound("plausible_max"),
        usual_low=bound("usual_low"),
        usual_high=bound("usual_high"),
        step=bound("step"),
    )
