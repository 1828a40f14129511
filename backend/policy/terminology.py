"""Words with codes: what is done at homes, what people suffer from and take, where they live."""

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec

DATA = Path(__file__).parent / "data"


class ServiceItem(msgspec.Struct, frozen=True):
    """Something that may be done at a bedside."""

    code: str
    category: str  # HC-01: the national six
    category_name: str
    subcategory_name: str
    name: str
    roles: frozenset[str]
    usual_minutes: int
    needs_consent: bool  # HC-10


class Drug(msgspec.Struct, frozen=True):
    """A drug of the list. Only for demonstration, and not a clinical source (PROVENANCE.md)."""

    id: str
    name: str
    atc: str
    is_chronic: bool  # RX-21: may be prescribed for weeks
    is_controlled: bool  # narcotic or psychotropic: outside of what is done here


class Street(msgspec.Struct, frozen=True):
    """A street, town or village of Shanghai, by its statistical code."""

    code: str
    name: str
    district_code: str
    district_name: str
    kind: str


@cache
def service_items() -> Mapping[str, ServiceItem]:
    return {
        line["item_code"]: ServiceItem(
            code=line["item_code"],
            category=line["category_code"],
            category_name=line["category_zh"],
            subcategory_name=line["subcategory_zh"],
            name=line["item_zh"],
            roles=frozenset(line["roles"].split(",")),
            usual_minutes=int(line["default_minutes"]),
            needs_consent=line["consent_required"] == "Y",
        )
        for line in _lines("rules/home_care_service_items.csv")
    }


@cache
def drugs() -> Mapping[str, Drug]:
    return {
        line["drug_id"]: Drug(
            id=line["drug_id"],
            name=line["name_zh"],
            atc=line["atc"],
            is_chronic=line["long_rx"] != "N",
            is_controlled=line["special_control"] != "NONE",
        )
        for line in _lines("drugs/common_drugs.csv")
    }


@cache
def streets() -> Mapping[str, Street]:
    return {
        line["street_code"]: Street(
            code=line["street_code"],
            name=line["street_name"],
            district_code=line["district_code"],
            district_name=line["district_name"],
            kind=line["kind"],
        )
        for line in _lines("geo/shanghai_streets.csv")
    }


def diagnosis(code: str) -> str | None:
    """The Chinese name of an ICD-10 code, or of the three characters it begins with."""
    names = _diagnoses()
    return names.get(code) or names.get(code[:3])


@cache
def _diagnoses() -> Mapping[str, str]:
    """Home-bed wording wins, as it is what doctors pick from."""
    files = "terminology/icd10_3char_zh.csv", "terminology/icd10_homebed_common.csv"
    return {line["code"]: line["name_zh"] for file in files for line in _lines(file)}


def _lines(file: str) -> Iterator[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8-sig", newline="") as text:
        yield from csv.DictReader(text)
