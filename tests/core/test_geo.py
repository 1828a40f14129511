"""The two datums of Chinese phones, distance and speed."""

import csv
from datetime import timedelta
from math import inf
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend.core import geo
from backend.core.geo import Coordinates

VECTORS = Path(geo.__file__).parents[1] / "policy/data/geo/gcj02_test_vectors.csv"
JINGAN_TEMPLE = Coordinates(31.2235, 121.4452)
BERLIN = Coordinates(52.52, 13.405)

anywhere_in_china = some.builds(Coordinates, some.floats(2, 54), some.floats(73, 136))
anywhere = some.builds(Coordinates, some.floats(-90, 90), some.floats(-180, 180))


def vectors() -> list[dict[str, float]]:
    with VECTORS.open(encoding="utf-8") as lines:
        return [
            {name: float(value) for name, value in row.items()} for row in csv.DictReader(lines)
        ]


@pytest.mark.rule("EV-04")
@pytest.mark.parametrize("vector", vectors())
def test_the_shift_agrees_with_the_golden_vectors(vector: dict[str, float]) -> None:
    wgs = Coordinates(vector["wgs_lat"], vector["wgs_lon"])
    gcj = Coordinates(vector["gcj_lat"], vector["gcj_lon"])

    assert geo.to_gcj02(*wgs) == pytest.approx(gcj, abs=1e-7)
    assert geo.to_wgs84(*gcj) == pytest.approx(wgs, abs=1e-7)
    assert geo.distance_m(wgs, gcj) == pytest.approx(vector["offset_m"], abs=1)


@pytest.mark.rule("EV-04")
@given(anywhere_in_china)
def test_a_point_comes_back_from_the_other_datum(point: Coordinates) -> None:
    assert geo.to_wgs84(*geo.to_gcj02(*point)) == pytest.approx(point, abs=1e-8)


@pytest.mark.rule("EV-04")
def test_the_same_place_in_two_datums_is_no_distance_apart() -> None:
    shifted = geo.to_gcj02(*JINGAN_TEMPLE)

    apart = geo.distance_m(geo.as_wgs84(*JINGAN_TEMPLE, "wgs84"), geo.as_wgs84(*shifted, "gcj02"))

    assert apart < 0.01
    assert geo.distance_m(JINGAN_TEMPLE, shifted) > 400


def test_an_unknown_datum_is_refused() -> None:
    with pytest.raises(ValueError, match="bd09"):
        geo.as_wgs84(*JINGAN_TEMPLE, "bd09")


def test_nothing_is_shifted_abroad() -> None:
    assert geo.to_gcj02(*BERLIN) == BERLIN
    assert geo.to_wgs84(*BERLIN) == BERLIN


@given(anywhere)
def test_every_point_of_the_earth_can_be_converted(point: Coordinates) -> None:
    assert geo.distance_m(point, geo.to_gcj02(*point)) < 2_000
    assert geo.distance_m(point, geo.to_wgs84(*point)) < 2_000


@given(anywhere, anywhere)
def test_a_distance_is_the_same_both_ways_and_never_over_half_the_earth(
    one: Coordinates, other: Coordinates
) -> None:
    assert geo.distance_m(one, other) == pytest.approx(geo.distance_m(other, one))
    assert 0 <= geo.distance_m(one, other) < 20_016_000


def test_a_degree_of_latitude_is_111_km() -> None:
    assert geo.distance_m(Coordinates(31, 121), Coordinates(32, 121)) == pytest.approx(
        111_195, abs=1
    )


@pytest.mark.rule("EV-07")
def test_speed_is_distance_by_time() -> None:
    assert geo.speed_kmh(10_000, timedelta(minutes=5)) == pytest.approx(120)
    assert geo.speed_kmh(10_000, -timedelta(minutes=5)) == pytest.approx(120)
    assert geo.speed_kmh(1, timedelta(0)) == inf
    assert geo.speed_kmh(0, timedelta(0)) == 0
