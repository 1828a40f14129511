"""Where things are: the two datums of Chinese phones, distance and speed."""

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from math import asin, cos, hypot, inf, pi, radians, sin, sqrt
from typing import NamedTuple


class Datum(StrEnum):
    """What a coordinate is measured against. In Shanghai the two differ by about 480 m."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


class Coordinates(NamedTuple):
    """Degrees north and east."""

    lat: float
    lon: float


# DOMAIN 19.1: the ellipsoid of Krasovsky 1940, as the public algorithm of GCJ-02 uses it.
_MAJOR_AXIS_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323

_EARTH_RADIUS_M = 6_371_008.8  # the mean radius of IUGG
_CLOSE_ENOUGH_DEG = 1e-10  # about a hundredth of a millimetre


def as_wgs84(lat: float, lon: float, datum: str) -> Coordinates:
    """EV-04: bring a point to the one datum in which distances are measured."""
    return to_wgs84(lat, lon) if Datum(datum) is Datum.GCJ02 else Coordinates(lat, lon)


def to_gcj02(lat: float, lon: float) -> Coordinates:
    """Shift a WGS-84 point as Chinese maps are shifted; abroad nothing is shifted."""
    if not _in_china(lat, lon):
        return Coordinates(lat, lon)
    shift = _shift(lat, lon)
    return Coordinates(lat + shift.lat, lon + shift.lon)


def to_wgs84(lat: float, lon: float) -> Coordinates:
    """Undo the shift of `to_gcj02`, which has no inverse formula, by closing in on it."""
    if not _in_china(lat, lon):
        return Coordinates(lat, lon)
    for guess, better in pairwise(_closing_in(lat, lon)):
        if hypot(better.lat - guess.lat, better.lon - guess.lon) < _CLOSE_ENOUGH_DEG:
            return better
    raise AssertionError("unreachable: the guesses never end")


def distance_m(one: Coordinates, other: Coordinates) -> float:
    """Metres along the ground between two points of the same datum, by the haversine formula."""
    half_lat, half_lon = radians(other.lat - one.lat) / 2, radians(other.lon - one.lon) / 2
    along = cos(radians(one.lat)) * cos(radians(other.lat))
    chord = sin(half_lat) ** 2 + along * sin(half_lon) ** 2
    return 2 * _EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))


def speed_kmh(metres: float, elapsed: timedelta) -> float:
    """How fast somebody went, whichever moment is named first; infinite when in no time at all."""
    hours = abs(elapsed) / timedelta(hours=1)
    return metres / 1000 / hours if hours else (inf if metres else 0.0)


def _in_china(lat: float, lon: float) -> bool:
    """The box that the public algorithm draws around China."""
    return 0.8293 <= lat <= 55.8271 and 72.004 <= lon <= 137.8347  # noqa: PLR2004


def _closing_in(lat: float, lon: float) -> Iterator[Coordinates]:
    """Ever better guesses; the shift changes so slowly that each gains about three digits."""
    guess = Coordinates(lat, lon)
    while True:
        yield guess
        shift = _shift(*guess)
        guess = Coordinates(lat - shift.lat, lon - shift.lon)


def _shift(lat: float, lon: float) -> Coordinates:
    """How far GCJ-02 lies from WGS-84 there, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    common = 20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += (common + _waves(y, (20, 1), (40, 3), (160, 12), (320, 30))) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += (common + _waves(x, (20, 1), (40, 3), (150, 12), (300, 30))) * 2 / 3

    curve = 1 - _ECCENTRICITY_SQUARED * sin(radians(lat)) ** 2
    meridian_m = _MAJOR_AXIS_M * (1 - _ECCENTRICITY_SQUARED) / curve**1.5
    parallel_m = _MAJOR_AXIS_M / sqrt(curve) * cos(radians(lat))
    return Coordinates(north * 180 / (meridian_m * pi), east * 180 / (parallel_m * pi))


def _waves(at: float, *waves: tuple[int, int]) -> float:
    """The sum of sine waves, each with its height and the part of pi it advances a degree."""
    return sum(height * sin(at * pi / part) for height, part in waves)
