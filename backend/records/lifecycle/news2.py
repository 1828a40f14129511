"""NEWS2: one number for how ill somebody is, from seven readings (EM-01).

Table: Royal College of Physicians, National Early Warning Score (NEWS) 2, 2017.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Self

import msgspec

from backend.records.lifecycle.vitals import Level, VitalSign, vital

INPUTS = (
    VitalSign.RESP,
    VitalSign.SPO2,
    VitalSign.O2_FLOW,
    VitalSign.SBP,
    VitalSign.PULSE,
    VitalSign.AVPU,
    VitalSign.TEMP,
)


class Band(StrEnum):
    LOW = "LOW"
    LOW_MEDIUM = "LOW_MEDIUM"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class Thresholds(msgspec.Struct, frozen=True):
    """Where a band begins; policy, because the home thresholds are the product's own (EM-01)."""

    high_min: int
    medium_min: int
    single_min: int


class Readings(msgspec.Struct, frozen=True):
    """The seven inputs. Air or oxygen is told by the flow: nothing flowing is air."""

    resp: Decimal
    spo2: Decimal
    o2_flow: Decimal
    sbp: Decimal
    pulse: Decimal
    avpu: Level
    temp: Decimal

    @classmethod
    def of(cls, values: Mapping[VitalSign, Decimal | Level]) -> Self | None:
        """The seven inputs, or nothing when one is wanting: NEWS2 is never guessed."""
        if not values.keys() >= set(INPUTS):
            return None
        return msgspec.convert({code.value: values[code] for code in INPUTS}, cls)


class News2(msgspec.Struct, frozen=True):
    total: int
    band: Band
    points: Mapping[str, int]
    scale: int


class _Range(msgspec.Struct, frozen=True):
    score: int
    min: Decimal | None = None
    max: Decimal | None = None
    on: str | None = None

    def holds(self, value: Decimal, gas: str) -> bool:
        return (
            (self.min is None or value >= self.min)
            and (self.max is None or value <= self.max)
            and self.on in (None, gas)
        )


class _Parameters(msgspec.Struct, frozen=True):
    resp: tuple[_Range, ...]
    spo2_scale1: tuple[_Range, ...]
    spo2_scale2: tuple[_Range, ...]
    air_or_oxygen: Mapping[str, int]
    sbp: tuple[_Range, ...]
    pulse: tuple[_Range, ...]
    consciousness: Mapping[Level, int]
    temp: tuple[_Range, ...]


class _Table(msgspec.Struct, frozen=True):
    parameters: _Parameters


@cache
def _parameters() -> _Parameters:
    file = resources.files("backend.policy") / "data" / "instruments" / "news2.json"
    return msgspec.json.decode(file.read_bytes(), type=_Table).parameters


def score(readings: Readings, *, scale2_ordered: bool, thresholds: Thresholds) -> News2:
    """Score the seven readings, each rounded half up to the step it is read in.

    Scale 2 lets a low oxygen saturation pass, so it needs a doctor's documented order.
    """
    table = _parameters()
    gas = "oxygen" if readings.o2_flow > 0 else "air"
    saturation = table.spo2_scale2 if scale2_ordered else table.spo2_scale1
    points = {
        "resp": _points(table.resp, VitalSign.RESP, readings.resp, gas),
        "spo2": _points(saturation, VitalSign.SPO2, readings.spo2, gas),
        "oxygen": table.air_or_oxygen[gas],
        "sbp": _points(table.sbp, VitalSign.SBP, readings.sbp, gas),
        "pulse": _points(table.pulse, VitalSign.PULSE, readings.pulse, gas),
        "avpu": table.consciousness[readings.avpu],
        "temp": _points(table.temp, VitalSign.TEMP, readings.temp, gas),
    }
    return News2(
        total=sum(points.values()),
        band=band_of(sum(points.values()), max(points.values()), thresholds),
        points=points,
        scale=2 if scale2_ordered else 1,
    )


def band_of(total: int, highest: int, thresholds: Thresholds) -> Band:
    """How urgent: by the total, and by the highest single parameter when the total is low."""
    if total >= thresholds.high_min:
        return Band.HIGH
    if total >= thresholds.medium_min:
        return Band.MEDIUM
    return Band.LOW_MEDIUM if highest >= thresholds.single_min else Band.LOW


def _points(ranges: tuple[_Range, ...], code: VitalSign, value: Decimal, gas: str) -> int:
    judged = vital(code).rounded(value)
    return next(each.score for each in ranges if each.holds(judged, gas))
