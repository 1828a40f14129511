"""Alerts: what a reading means for the next minutes, and what to do (FU-03, FU-12, EM-01, EM-02).

Every source alerts, a relative's cuff like a doctor's; who may close a follow-up is another
question (`vitals.CLOSES_FOLLOW_UP`).
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum

import msgspec

from backend.records.lifecycle import red_signs
from backend.records.lifecycle.news2 import Band, News2
from backend.records.lifecycle.red_signs import RedSign, Symptom
from backend.records.lifecycle.vitals import GLUCOSE, Level, VitalSign


class Severity(StrEnum):
    """EMERGENCY tells the family and the doctor at once; URGENT asks for a doctor's call."""

    URGENT = "URGENT"
    EMERGENCY = "EMERGENCY"


class AlertCode(StrEnum):
    """The red signs first, then the limits, then the scores: the gravest stands first."""

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
    NEWS2_HIGH = "NEWS2_HIGH"
    HTN_EMERGENCY = "HTN_EMERGENCY"
    GLUCOSE_LOW_EMERGENCY = "GLUCOSE_LOW_EMERGENCY"
    GLUCOSE_HIGH_EMERGENCY = "GLUCOSE_HIGH_EMERGENCY"
    NEWS2_MEDIUM = "NEWS2_MEDIUM"
    NEWS2_SINGLE = "NEWS2_SINGLE"
    HTN_SYMPTOMS = "HTN_SYMPTOMS"


class Meaning(msgspec.Struct, frozen=True):
    """What an alert says, and to do: to whoever holds the phone, in both languages.

    `{minutes}` stands for the time in which a doctor calls back.
    """

    rule: str
    severity: Severity
    text: str
    text_en: str


class Limits(msgspec.Struct, frozen=True):
    """The figures in force on the day of the reading, from policy."""

    htn_sbp: Decimal
    htn_dbp: Decimal
    glucose_low: Decimal
    glucose_high: Decimal
    red: red_signs.Limits


def _red(text: str, text_en: str) -> Meaning:
    return Meaning(
        rule="EM-02",
        severity=Severity.EMERGENCY,
        text=f"{text}：{CALL_120}",
        text_en=f"{text_en}: {CALL_120_EN}",
    )


CALL_120 = "请立即拨打120，守护在旁直至交接，并通知紧急联系人"
CALL_120_EN = "call 120, stay until hand-over, tell the emergency contacts"
CALL_BACK = "请医生在{minutes}分钟内回电评估，考虑转诊"
CALL_BACK_EN = "a doctor calls back within {minutes} minutes; consider referral"
REFER = "请立即处置并紧急转诊，不适加重时拨打120"
REFER_EN = "treat and refer urgently; call 120 if it gets worse"

MEANINGS: Mapping[AlertCode, Meaning] = {
    AlertCode.CHEST_PAIN: _red("胸痛", "Chest pain"),
    AlertCode.STROKE: _red(
        "疑似脑卒中（口角歪斜、一侧肢体无力或言语不清）", "Signs of stroke: face, arm or speech"
    ),
    AlertCode.SEVERE_DYSPNOEA: _red("严重呼吸困难", "Severe dyspnoea"),
    AlertCode.UNCONSCIOUS: _red("意识丧失", "Unconscious"),
    AlertCode.SEIZURE: _red("抽搐", "Seizure"),
    AlertCode.MAJOR_BLEEDING: _red("大出血", "Major bleeding"),
    AlertCode.FALL_INJURY: _red(
        "跌倒且疑似骨折、头部受伤或正在服用抗凝药",
        "Fall with a suspected fracture, a head injury or an anticoagulant",
    ),
    AlertCode.LOW_GLUCOSE: _red(
        "低血糖伴症状，清醒者先进食糖类", "Low glucose with symptoms, sugar by mouth if awake"
    ),
    AlertCode.HIGH_GLUCOSE: _red("高血糖伴呕吐或嗜睡", "High glucose with vomiting or drowsiness"),
    AlertCode.HIGH_PRESSURE: _red("血压极高伴症状", "Very high blood pressure with symptoms"),
    AlertCode.SUICIDAL_INTENT: _red("有自杀意图", "Suicidal intent"),
    AlertCode.NEWS2_HIGH: Meaning(
        rule="EM-01",
        severity=Severity.EMERGENCY,
        text=f"NEWS2高危：{CALL_120}",
        text_en=f"NEWS2 high: {CALL_120_EN}",
    ),
    AlertCode.HTN_EMERGENCY: Meaning(
        rule="FU-03",
        severity=Severity.EMERGENCY,
        text=f"血压达到危急值：{REFER}",
        text_en=f"Blood pressure at the emergency limit: {REFER_EN}",
    ),
    AlertCode.GLUCOSE_LOW_EMERGENCY: Meaning(
        rule="FU-12",
        severity=Severity.EMERGENCY,
        text=f"血糖达到危急低值，清醒者先进食糖类：{REFER}",
        text_en=f"Glucose at the low emergency limit, sugar by mouth if awake: {REFER_EN}",
    ),
    AlertCode.GLUCOSE_HIGH_EMERGENCY: Meaning(
        rule="FU-12",
        severity=Severity.EMERGENCY,
        text=f"血糖达到危急高值：{REFER}",
        text_en=f"Glucose at the high emergency limit: {REFER_EN}",
    ),
    AlertCode.NEWS2_MEDIUM: Meaning(
        rule="EM-01",
        severity=Severity.URGENT,
        text=f"NEWS2中危：{CALL_BACK}",
        text_en=f"NEWS2 medium: {CALL_BACK_EN}",
    ),
    AlertCode.NEWS2_SINGLE: Meaning(
        rule="EM-01",
        severity=Severity.URGENT,
        text=f"NEWS2单项最高分：{CALL_BACK}",
        text_en=f"One NEWS2 parameter at its highest: {CALL_BACK_EN}",
    ),
    # FU-03: the symptoms count without the figures if this person is hypertensive; that is the
    # doctor's to say, so the doctor is called rather than the family alarmed.
    AlertCode.HTN_SYMPTOMS: Meaning(
        rule="FU-03",
        severity=Severity.URGENT,
        text="伴有高血压危急症状：请医生立即评估，高血压患者应紧急转诊",
        text_en="Symptoms of a hypertensive emergency: a doctor judges at once",
    ),
}

OF_BAND = {
    Band.HIGH: AlertCode.NEWS2_HIGH,
    Band.MEDIUM: AlertCode.NEWS2_MEDIUM,
    Band.LOW_MEDIUM: AlertCode.NEWS2_SINGLE,
}


def of_reading(
    code: VitalSign,
    value: Decimal | Level,
    symptoms: frozenset[Symptom],
    *,
    score: News2 | None,
    limits: Limits,
) -> list[AlertCode]:
    """What a reading, the symptoms told with it and the score ask for, the gravest first."""
    found = of_signs(red_signs.seen(symptoms) | red_signs.read(code, value, symptoms, limits.red))
    if isinstance(value, Decimal):
        found += _of_pressure(code, value, symptoms, limits) + _of_glucose(code, value, limits)
    if score is not None and score.band in OF_BAND:
        found.append(OF_BAND[score.band])
    return in_order(found)


def of_signs(signs: frozenset[RedSign]) -> list[AlertCode]:
    return in_order(AlertCode(sign) for sign in signs)


def in_order(codes: Iterable[AlertCode]) -> list[AlertCode]:
    return sorted(codes, key=list(AlertCode).index)


def severities(codes: Iterable[AlertCode]) -> set[Severity]:
    return {MEANINGS[code].severity for code in codes}


def _of_pressure(
    code: VitalSign, value: Decimal, symptoms: frozenset[Symptom], limits: Limits
) -> list[AlertCode]:
    limit = {VitalSign.SBP: limits.htn_sbp, VitalSign.DBP: limits.htn_dbp}.get(code)
    if limit is None:
        return []
    if value >= limit:
        return [AlertCode.HTN_EMERGENCY]
    return [AlertCode.HTN_SYMPTOMS] if symptoms & red_signs.OF_HYPERTENSION else []


def _of_glucose(code: VitalSign, value: Decimal, limits: Limits) -> list[AlertCode]:
    if code not in GLUCOSE:
        return []
    if value >= limits.glucose_high:
        return [AlertCode.GLUCOSE_HIGH_EMERGENCY]
    return [AlertCode.GLUCOSE_LOW_EMERGENCY] if value <= limits.glucose_low else []
