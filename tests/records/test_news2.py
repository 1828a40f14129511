"""NEWS2, at every boundary of its table."""

import json
import re
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.records.lifecycle.news2 import (
    INPUTS,
    Band,
    News2,
    Readings,
    Thresholds,
    band_of,
    score,
)
from backend.records.lifecycle.vitals import Level, VitalSign, vital

THRESHOLDS = Thresholds(high_min=7, medium_min=5, single_min=3)
WELL: dict[VitalSign, Decimal | Level] = {
    VitalSign.RESP: Decimal(16),
    VitalSign.SPO2: Decimal(98),
    VitalSign.O2_FLOW: Decimal(0),
    VitalSign.SBP: Decimal(120),
    VitalSign.PULSE: Decimal(70),
    VitalSign.AVPU: Level.ALERT,
    VitalSign.TEMP: Decimal("36.5"),
}
NEWS2 = json.loads(
    (resources.files("backend.policy") / "data" / "instruments" / "news2.json").read_bytes()
)


def scored(*, scale2_ordered: bool = False, **changed: Any) -> News2:
    values = WELL | {
        VitalSign(code): Level(value) if code == "avpu" else Decimal(value)
        for code, value in changed.items()
    }
    readings = Readings.of(values)
    assert readings is not None
    return score(readings, scale2_ordered=scale2_ordered, thresholds=THRESHOLDS)


def points(code: str, value: str, **others: Any) -> int:
    changed: dict[str, Any] = {code: value, **others}
    return scored(**changed).points[code]


# Every row of the table, both ends of each range: (code, value, points).
TABLE = [
    *[("resp", value, 3) for value in ("4", "8")],
    *[("resp", value, 1) for value in ("9", "11")],
    *[("resp", value, 0) for value in ("12", "20")],
    *[("resp", value, 2) for value in ("21", "24")],
    *[("resp", value, 3) for value in ("25", "60")],
    *[("spo2", value, 3) for value in ("50", "91")],
    *[("spo2", value, 2) for value in ("92", "93")],
    *[("spo2", value, 1) for value in ("94", "95")],
    *[("spo2", value, 0) for value in ("96", "100")],
    *[("sbp", value, 3) for value in ("50", "90")],
    *[("sbp", value, 2) for value in ("91", "100")],
    *[("sbp", value, 1) for value in ("101", "110")],
    *[("sbp", value, 0) for value in ("111", "219")],
    *[("sbp", value, 3) for value in ("220", "280")],
    *[("pulse", value, 3) for value in ("20", "40")],
    *[("pulse", value, 1) for value in ("41", "50")],
    *[("pulse", value, 0) for value in ("51", "90")],
    *[("pulse", value, 1) for value in ("91", "110")],
    *[("pulse", value, 2) for value in ("111", "130")],
    *[("pulse", value, 3) for value in ("131", "250")],
    ("avpu", "A", 0),
    *[("avpu", value, 3) for value in ("C", "V", "P", "U")],
    *[("temp", value, 3) for value in ("30", "35.0")],
    *[("temp", value, 1) for value in ("35.1", "36.0")],
    *[("temp", value, 0) for value in ("36.1", "38.0")],
    *[("temp", value, 1) for value in ("38.1", "39.0")],
    *[("temp", value, 2) for value in ("39.1", "45")],
]


@pytest.mark.rule("EM-01")
@pytest.mark.parametrize(("code", "value", "expected"), TABLE)
def test_each_range_scores_as_in_the_table(code: str, value: str, expected: int) -> None:
    assert points(code, value) == expected


@pytest.mark.rule("EM-01")
def test_oxygen_scores_two() -> None:
    assert scored(o2_flow="0").points["oxygen"] == 0
    assert scored(o2_flow="0.5").points["oxygen"] == 2


@pytest.mark.rule("EM-01")
@pytest.mark.parametrize(
    ("value", "on_air", "on_oxygen"),
    [
        ("50", 3, 3),
        ("83", 3, 3),
        ("84", 2, 2),
        ("85", 2, 2),
        ("86", 1, 1),
        ("87", 1, 1),
        ("88", 0, 0),
        ("92", 0, 0),
        ("93", 0, 1),
        ("94", 0, 1),
        ("95", 0, 2),
        ("96", 0, 2),
        ("97", 0, 3),
        ("100", 0, 3),
    ],
)
def test_scale_2_forgives_low_and_punishes_high_saturation_on_oxygen(
    value: str, on_air: int, on_oxygen: int
) -> None:
    assert points("spo2", value, scale2_ordered=True) == on_air
    assert points("spo2", value, scale2_ordered=True, o2_flow="2") == on_oxygen


@pytest.mark.rule("EM-01")
def test_without_an_order_scale_1_holds() -> None:
    assert (scored(spo2="90").scale, points("spo2", "90")) == (1, 3)
    assert scored(spo2="90", scale2_ordered=True).scale == 2


@pytest.mark.rule("EM-01")
@pytest.mark.parametrize(
    ("value", "expected"),
    [("35.04", 3), ("35.05", 1), ("36.05", 0), ("38.04", 0), ("38.05", 1), ("39.05", 2)],
)
def test_no_temperature_falls_between_two_ranges(value: str, expected: int) -> None:
    assert points("temp", value) == expected


@pytest.mark.rule("EM-01")
@given(
    code=st.sampled_from(
        [VitalSign.RESP, VitalSign.SPO2, VitalSign.SBP, VitalSign.PULSE, VitalSign.TEMP]
    ),
    share=st.fractions(0, 1),
    scale2_ordered=st.booleans(),
    flow=st.sampled_from(["0", "2"]),
)
def test_every_plausible_value_has_a_score(
    code: VitalSign, share: Any, scale2_ordered: bool, flow: str
) -> None:
    sign = vital(code)
    assert sign.plausible_min is not None
    assert sign.plausible_max is not None
    span = sign.plausible_max - sign.plausible_min
    value = sign.plausible_min + span * share.numerator / share.denominator

    result = scored(scale2_ordered=scale2_ordered, o2_flow=flow, **{code.value: str(value)})

    assert result.points[code] in range(4)
    assert result.total == sum(result.points.values())


@pytest.mark.rule("EM-01", "EV-11")
@pytest.mark.parametrize("missing", INPUTS)
def test_with_an_input_missing_there_is_no_score(missing: VitalSign) -> None:
    assert Readings.of({code: value for code, value in WELL.items() if code != missing}) is None


@pytest.mark.rule("EM-01")
@pytest.mark.parametrize("example", NEWS2["worked_examples"])
def test_the_worked_examples_come_out(example: dict[str, Any]) -> None:
    given_ = example["in"]
    flow = "0" if given_["o2"] == "air" else "2"

    result = scored(
        resp=str(given_["resp"]),
        spo2=str(given_["spo2"]),
        o2_flow=flow,
        sbp=str(given_["sbp"]),
        pulse=str(given_["pulse"]),
        avpu=given_["acvpu"],
        temp=str(given_["temp"]),
    )

    assert result.total == example["out"]


@pytest.mark.rule("EM-01")
@pytest.mark.parametrize(
    ("total", "highest", "expected"),
    [
        (0, 0, Band.LOW),
        (4, 2, Band.LOW),
        (3, 3, Band.LOW_MEDIUM),
        (4, 3, Band.LOW_MEDIUM),
        (5, 2, Band.MEDIUM),
        (5, 3, Band.MEDIUM),
        (6, 3, Band.MEDIUM),
        (7, 2, Band.HIGH),
        (20, 3, Band.HIGH),
    ],
)
def test_the_band_follows_the_total_and_the_worst_parameter(
    total: int, highest: int, expected: Band
) -> None:
    assert band_of(total, highest, THRESHOLDS) is expected


@pytest.mark.rule("EM-01")
def test_the_bands_agree_with_the_published_table() -> None:
    for entry in NEWS2["risk"]:
        bounds = [int(number) for number in re.findall(r"\d+", entry["when"])]
        band = Band(entry["band"].upper().replace("-", "_"))
        highest = 3 if "single" in entry["when"] else 2
        totals = [4] if "single" in entry["when"] else bounds
        assert [band_of(total, highest, THRESHOLDS) for total in totals] == [band] * len(totals)
