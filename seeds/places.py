"""The organizations of the town: a health center in each street, and what stands between them."""

import csv
from functools import cache
from pathlib import Path
from statistics import fmean
from uuid import UUID

import msgspec

from backend.people.lifecycle import OrganizationKind as Kind
from backend.policy import terminology
from seeds.ids import seed_id

DISTRICT = "310106"  # 静安区
DANING = "310106019"
DATA = Path(__file__).parent / "data"

HOUSE = "house-jingan"
HOSPITAL = "hospital"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """An organization, where it stands (WGS-84)."""

    key: str
    name: str
    kinds: tuple[Kind, ...]
    street_code: str
    address: str
    lat: float
    lon: float
    beds: int | None = None

    @property
    def id(self) -> UUID:
        return seed_id("organization", self.key)

    @property
    def is_center(self) -> bool:
        return Kind.COMMUNITY_HEALTH_CENTER in self.kinds

    @property
    def is_house(self) -> bool:
        return Kind.ELDER_CARE_INSTITUTION in self.kinds


def center_of(street_code: str) -> str:
    return f"center-{street_code}"


FLAGSHIP = center_of(DANING)

METRES_PER_DEGREE_NORTH, METRES_PER_DEGREE_EAST = 110_900.0, 95_300.0  # at 31.25° N


def beside(lat: float, lon: float, *, north_m: float, east_m: float) -> tuple[float, float]:
    """A point so many metres away; good to a metre within a street."""
    return (
        round(lat + north_m / METRES_PER_DEGREE_NORTH, 6),
        round(lon + east_m / METRES_PER_DEGREE_EAST, 6),
    )


@cache
def samples() -> list[dict[str, str]]:
    """The sixty synthetic elders as they stand in the file."""
    return _lines("synthetic_elders_60.csv")


def _lines(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def middle_of(street_code: str) -> tuple[float, float]:
    """About the middle of a street: that of its sample elders' homes."""
    there = [each for each in samples() if each["street_code"] == street_code]
    return fmean(float(each["lat"]) for each in there), fmean(float(each["lon"]) for each in there)


@cache
def places() -> dict[str, Place]:
    """Every organization of the town by its key, the centers first."""
    streets = [each for each in terminology.streets().values() if each.district_code == DISTRICT]
    found = []
    for street in streets:
        lat, lon = middle_of(street.code)
        found.append(
            Place(
                key=center_of(street.code),
                name=f"{street.name}社区卫生服务中心（示例）",
                kinds=(Kind.COMMUNITY_HEALTH_CENTER,),
                street_code=street.code,
                address=f"{street.name}示例路100号",
                lat=round(lat, 6),
                lon=round(lon, 6),
            )
        )
    for line in _lines("places.csv"):
        lat, lon = beside(
            *middle_of(line["street_code"]),
            north_m=float(line["north_m"]),
            east_m=float(line["east_m"]),
        )
        found.append(
            Place(
                key=line["key"],
                name=line["name"],
                kinds=tuple(Kind(kind) for kind in line["kinds"].split()),
                street_code=line["street_code"],
                address=line["address"],
                lat=lat,
                lon=lon,
                beds=int(line["beds"]) if line["beds"] else None,
            )
        )
    return {place.key: place for place in found}
