"""Vital signs: plausible, usual, in their unit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.records.lifecycle.vitals import (
    CLOSES_FOLLOW_UP,
    Flag,
    Implausible,
    Level,
    Source,
    VitalSign,
    WrongUnit,
    flags_of,
    vital,
    vitals,
)

MEASURED = [code for code in VitalSign if code is not VitalSign.AVPU]
USUALLY_BOUND = [code for code in MEASURED if vital(code).usual_low is not None]


def said(code: VitalSign, value: str) -> tuple[Flag, ...]:
    return flags_of(code, Decimal(value), vital(code).unit)


def test_every_code_has_a_row_with_a_loinc_code_and_a_unit() -> None:
    assert set(vitals()) == set(VitalSign)
    assert all(sign.loinc and sign.unit and sign.name for sign in vitals().values())


@pytest.mark.rule("EV-11")
@pytest.mark.parametrize("code", MEASURED)
def test_a_value_outside_the_plausible_range_is_refused_and_its_bounds_are_not(
    code: VitalSign,
) -> None:
    sign = vital(code)
    assert sign.plausible_min is not None
    assert sign.plausible_max is not None

    for bound in (sign.plausible_min, sign.plausible_max):
        flags_of(code, bound, sign.unit)
    for beyond in (sign.plausible_min - Decimal("0.1"), sign.plausible_max + Decimal("0.1")):
        with pytest.raises(Implausible) as refusal:
            flags_of(code, beyond, sign.unit)
        assert refusal.value.facts["observed"] == code


@pytest.mark.rule("EV-11")
@pytest.mark.parametrize("code", USUALLY_BOUND)
def test_a_value_outside_the_usual_range_is_flagged_and_its_bounds_are_not(code: VitalSign) -> None:
    sign = vital(code)
    assert sign.usual_low is not None
    assert sign.usual_high is not None
    assert sign.step is not None

    assert flags_of(code, sign.usual_low, sign.unit) == ()
    assert flags_of(code, sign.usual_high, sign.unit) == ()
    if sign.usual_high != sign.plausible_max:
        assert flags_of(code, sign.usual_high + sign.step, sign.unit) == (Flag.HIGH,)
    if sign.usual_low != sign.plausible_min:
        assert flags_of(code, sign.usual_low - sign.step, sign.unit) == (Flag.LOW,)


@pytest.mark.rule("EV-11")
def test_between_two_steps_the_nearer_one_is_judged_and_the_half_goes_up() -> None:
    assert said(VitalSign.TEMP, "37.24") == ()
    assert said(VitalSign.TEMP, "37.25") == (Flag.HIGH,)
    assert vital(VitalSign.TEMP).rounded(Decimal("38.05")) == Decimal("38.1")
    assert vital(VitalSign.HEIGHT).rounded(Decimal("160.25")) == Decimal("160.5")


@pytest.mark.rule("EV-11")
def test_a_unit_that_is_not_the_codes_is_refused() -> None:
    with pytest.raises(WrongUnit) as refusal:
        flags_of(VitalSign.TEMP, Decimal("98.6"), "[degF]")
    assert refusal.value.facts == {"observed": VitalSign.TEMP, "unit": "[degF]", "expected": "Cel"}


@pytest.mark.rule("EV-11")
def test_consciousness_is_a_letter_and_nothing_else_is() -> None:
    assert flags_of(VitalSign.AVPU, Level.ALERT, "{code}") == ()
    assert flags_of(VitalSign.AVPU, Level.NEW_CONFUSION, "{code}") == (Flag.NOT_ALERT,)
    with pytest.raises(Implausible):
        flags_of(VitalSign.AVPU, Decimal(1), "{code}")
    with pytest.raises(Implausible):
        flags_of(VitalSign.SBP, Level.ALERT, "mm[Hg]")


@pytest.mark.rule("EV-11")
@given(code=st.sampled_from(MEASURED), value=st.decimals(-1000, 20_000, places=2))
def test_a_reading_is_refused_or_flagged_but_never_breaks(code: VitalSign, value: Decimal) -> None:
    try:
        flags = flags_of(code, value, vital(code).unit)
    except Implausible:
        return
    assert set(flags) <= {Flag.LOW, Flag.HIGH}


def test_only_a_doctors_or_a_nurses_reading_may_close_a_follow_up() -> None:
    assert {Source.GP, Source.NURSE} == CLOSES_FOLLOW_UP
