"""What a reading, a symptom or a fall means for the next minutes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.records.lifecycle import alerts, incidents, red_signs
from backend.records.lifecycle.alerts import MEANINGS, AlertCode, Limits, Severity
from backend.records.lifecycle.incidents import EmergencyKind, IncidentKind
from backend.records.lifecycle.news2 import Band, News2
from backend.records.lifecycle.red_signs import RedSign, Symptom
from backend.records.lifecycle.vitals import GLUCOSE, Level, VitalSign

LIMITS = Limits(
    htn_sbp=Decimal(180),
    htn_dbp=Decimal(110),
    glucose_low=Decimal("3.9"),
    glucose_high=Decimal("16.7"),
    red=red_signs.Limits(
        sbp=Decimal(180),
        dbp=Decimal(110),
        glucose_low=Decimal("3.9"),
        glucose_high=Decimal("16.7"),
    ),
)
RED = [AlertCode(sign) for sign in RedSign]


def told(
    code: VitalSign, value: str | Level, *symptoms: Symptom, score: News2 | None = None
) -> list[AlertCode]:
    said = value if isinstance(value, Level) else Decimal(value)
    return alerts.of_reading(code, said, frozenset(symptoms), score=score, limits=LIMITS)


def a_score(band: Band) -> News2:
    return News2(total=6, band=band, points={}, scale=1)


@pytest.mark.rule("FU-03")
@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        (VitalSign.SBP, "179", []),
        (VitalSign.SBP, "180", [AlertCode.HTN_EMERGENCY]),
        (VitalSign.DBP, "109", []),
        (VitalSign.DBP, "110", [AlertCode.HTN_EMERGENCY]),
        (VitalSign.PULSE, "180", []),
    ],
)
def test_either_pressure_at_its_limit_is_an_emergency(
    code: VitalSign, value: str, expected: list[AlertCode]
) -> None:
    assert told(code, value) == expected


@pytest.mark.rule("FU-03")
def test_the_pressure_alert_names_its_rule_and_says_to_refer() -> None:
    meaning = MEANINGS[AlertCode.HTN_EMERGENCY]

    assert (meaning.rule, meaning.severity) == ("FU-03", Severity.EMERGENCY)
    assert "转诊" in meaning.text
    assert "refer" in meaning.text_en


@pytest.mark.rule("FU-03")
@pytest.mark.parametrize("symptom", sorted(red_signs.OF_HYPERTENSION - {Symptom.CHEST_PAIN}))
def test_the_symptoms_call_a_doctor_even_below_the_limits(symptom: Symptom) -> None:
    assert told(VitalSign.SBP, "150", symptom) == [AlertCode.HTN_SYMPTOMS]
    assert MEANINGS[AlertCode.HTN_SYMPTOMS].severity is Severity.URGENT


@pytest.mark.rule("FU-12")
@pytest.mark.parametrize("code", sorted(GLUCOSE))
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3.9", [AlertCode.GLUCOSE_LOW_EMERGENCY]),
        ("4.0", []),
        ("16.6", []),
        ("16.7", [AlertCode.GLUCOSE_HIGH_EMERGENCY]),
    ],
)
def test_glucose_at_either_limit_is_an_emergency(
    code: VitalSign, value: str, expected: list[AlertCode]
) -> None:
    assert told(code, value) == expected
    assert {MEANINGS[alert].rule for alert in expected} <= {"FU-12"}


@pytest.mark.rule("EM-02")
@pytest.mark.parametrize(("symptom", "sign"), red_signs.BY_THEMSELVES.items())
def test_some_symptoms_are_red_signs_whatever_is_measured(symptom: Symptom, sign: RedSign) -> None:
    assert told(VitalSign.TEMP, "36.5", symptom) == [AlertCode(sign)]


@pytest.mark.rule("EM-02")
@pytest.mark.parametrize(
    ("code", "value", "symptom", "sign"),
    [
        (VitalSign.SBP, "180", Symptom.SEVERE_HEADACHE, AlertCode.HIGH_PRESSURE),
        (VitalSign.DBP, "110", Symptom.BLURRED_VISION, AlertCode.HIGH_PRESSURE),
        (VitalSign.GLU_RANDOM, "3.9", Symptom.SWEATING, AlertCode.LOW_GLUCOSE),
        (VitalSign.GLU_RANDOM, "16.7", Symptom.VOMITING, AlertCode.HIGH_GLUCOSE),
        (VitalSign.GLU_FASTING, "20", Symptom.DROWSINESS, AlertCode.HIGH_GLUCOSE),
    ],
)
def test_an_emergency_figure_that_is_felt_is_a_red_sign_and_comes_first(
    code: VitalSign, value: str, symptom: Symptom, sign: AlertCode
) -> None:
    found = told(code, value, symptom)

    assert [alert for alert in found if alert in RED] == [sign]
    assert found[0] is sign
    assert len(found) == 2


@pytest.mark.rule("EM-02")
def test_high_glucose_with_another_symptom_is_no_red_sign() -> None:
    assert told(VitalSign.GLU_RANDOM, "16.7", Symptom.THIRST) == [AlertCode.GLUCOSE_HIGH_EMERGENCY]


@pytest.mark.rule("EM-02")
@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (Level.ALERT, []),
        (Level.NEW_CONFUSION, []),
        (Level.VOICE, []),
        (Level.PAIN, [AlertCode.UNCONSCIOUS]),
        (Level.UNRESPONSIVE, [AlertCode.UNCONSCIOUS]),
    ],
)
def test_answering_to_pain_alone_is_unconscious(level: Level, expected: list[AlertCode]) -> None:
    assert told(VitalSign.AVPU, level) == expected


@pytest.mark.rule("EM-01", "EM-02")
def test_every_alert_says_what_to_do_in_both_languages() -> None:
    assert set(MEANINGS) == set(AlertCode)
    assert set(RED) <= set(AlertCode)
    for code, meaning in MEANINGS.items():
        assert meaning.text
        assert meaning.text_en
        if code in RED:
            assert (meaning.rule, meaning.severity) == ("EM-02", Severity.EMERGENCY)
            assert "120" in meaning.text


@pytest.mark.rule("EM-02")
@given(
    code=st.sampled_from(sorted(GLUCOSE | {VitalSign.SBP, VitalSign.DBP, VitalSign.TEMP})),
    value=st.decimals(0, 300, places=1),
    symptoms=st.frozensets(st.sampled_from(Symptom)),
)
def test_one_more_symptom_never_silences_an_alert(
    code: VitalSign, value: Decimal, symptoms: frozenset[Symptom]
) -> None:
    def raised(by: frozenset[Symptom]) -> set[AlertCode]:
        return set(alerts.of_reading(code, value, by, score=None, limits=LIMITS))

    assert all(raised(symptoms) <= raised(symptoms | {symptom}) for symptom in Symptom)


@pytest.mark.rule("EM-01")
@pytest.mark.parametrize(
    ("band", "expected", "severity"),
    [
        (Band.HIGH, AlertCode.NEWS2_HIGH, Severity.EMERGENCY),
        (Band.MEDIUM, AlertCode.NEWS2_MEDIUM, Severity.URGENT),
        (Band.LOW_MEDIUM, AlertCode.NEWS2_SINGLE, Severity.URGENT),
    ],
)
def test_a_band_asks_for_120_or_for_a_call_in_time(
    band: Band, expected: AlertCode, severity: Severity
) -> None:
    assert told(VitalSign.RESP, "16", score=a_score(band)) == [expected]

    meaning = MEANINGS[expected]
    assert (meaning.severity, meaning.rule) == (severity, "EM-01")
    assert ("120" in meaning.text) is (severity is Severity.EMERGENCY)
    assert ("{minutes}" in meaning.text) is (severity is Severity.URGENT)


@pytest.mark.rule("EM-01")
def test_a_low_score_asks_for_nothing() -> None:
    assert told(VitalSign.RESP, "16", score=a_score(Band.LOW)) == []


@pytest.mark.rule("EM-02")
@pytest.mark.parametrize(
    ("symptoms", "on_anticoagulant", "is_red"),
    [
        ([], False, False),
        ([Symptom.SEVERE_DIZZINESS], False, False),
        ([], True, True),
        ([Symptom.SUSPECTED_FRACTURE], False, True),
        ([Symptom.HEAD_INJURY], False, True),
        ([Symptom.HEAD_INJURY], True, True),
    ],
)
def test_a_fall_is_a_red_sign_with_an_injury_or_on_an_anticoagulant(
    symptoms: list[Symptom], on_anticoagulant: bool, is_red: bool
) -> None:
    found = incidents.signs_of(
        IncidentKind.FALL, frozenset(symptoms), on_anticoagulant=on_anticoagulant
    )

    assert found == ({RedSign.FALL_INJURY} if is_red else set())


@pytest.mark.rule("EM-02")
def test_another_incident_is_a_red_sign_by_its_symptoms_alone() -> None:
    change = IncidentKind.CHANGE_OF_CONDITION

    stroke = frozenset({Symptom.STROKE_SIGNS})

    assert incidents.signs_of(change, frozenset(), on_anticoagulant=True) == set()
    assert incidents.signs_of(change, stroke, on_anticoagulant=False) == {RedSign.STROKE}


@pytest.mark.rule("EM-03")
def test_an_emergency_is_one_of_the_red_signs_or_something_else() -> None:
    assert {kind.value for kind in EmergencyKind} == {*RedSign} | {"OTHER"}
