"""Persons as they cross the wire: whole for who cares for them, masked for who only looks."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from asyncpg import Record
from msgspec import Meta

from backend.core import crypto, masks
from backend.core.wire import NO_NUL, Request, Response
from backend.people.lifecycle import CareFlag, Datum, Sex

Personal = Annotated[str, Meta(extra_json_schema={"x-data-level": 4})]


class PersonSearch(Request):
    """One of the three: a whole ID number, a whole phone number, or name and street."""

    identity_number: (
        Annotated[str, Meta(pattern=r"^[0-9]{14,17}[0-9Xx]$(?!\n)", min_length=15, max_length=18)]
        | None
    ) = None
    phone: Annotated[str, Meta(pattern=r"^(\+86)?[0-9]{10,12}$(?!\n)")] | None = None
    name: Annotated[str, Meta(min_length=1, max_length=40, pattern=NO_NUL)] | None = None
    street_code: Annotated[str, Meta(pattern=r"^[0-9]{9}$(?!\n)")] | None = None


class PointKept(Response):
    lat: float
    lon: float
    datum: Datum


class HomeDetail(Response):
    id: UUID
    street_code: str
    line: Personal
    room: Personal | None
    point: PointKept | None


class PersonFound(Response):
    """Enough to recognize somebody, and no more."""

    id: UUID
    name: Annotated[Personal, Meta(description="周*")]
    sex: Sex
    born_in: Annotated[int, Meta(description="year")] | None
    identity_number: Annotated[Personal, Meta(description="310***********0028")] | None
    phone: Annotated[Personal, Meta(description="138****1234")] | None
    street_code: str | None

    @classmethod
    def of(cls, person: Record) -> Self:
        return cls(
            id=person["id"],
            name=masks.name(_name(person)),
            sex=Sex(person["sex"]),
            born_in=person["born_on"].year if person["born_on"] else None,
            identity_number=_identity(person),
            phone=_phone(person, in_full=False),
            street_code=person["street_code"],
        )


class PersonDetail(Response):
    """One person. The ID number is always masked; the rest by the level of who asks."""

    id: UUID
    name: Personal
    sex: Sex
    born_on: date | None
    identity_number: Annotated[Personal, Meta(description="310***********0028")] | None
    phone: Personal | None
    home: HomeDetail | None
    residence_id: UUID | None
    bed: str | None
    center_id: UUID | None
    died_on: date | None
    lacks_capacity: bool
    care_flags: list[CareFlag]
    version: int

    @classmethod
    def of(cls, person: Record, *, in_full: bool = True) -> Self:
        return cls(
            id=person["id"],
            name=_name(person),
            sex=Sex(person["sex"]),
            born_on=person["born_on"],
            identity_number=_identity(person),
            phone=_phone(person, in_full=in_full),
            home=_home(person, in_full=in_full) if person["address"] else None,
            residence_id=person["residence"],
            bed=person["bed"],
            center_id=person["center"],
            died_on=person["died_on"],
            lacks_capacity=person["lacks_capacity"],
            care_flags=[CareFlag(flag) for flag in person["care_flags"]] if in_full else [],
            version=person["version"],
        )


def _name(person: Record) -> str:
    return crypto.unseal(person["name"], "persons.name")


def _identity(person: Record) -> str | None:
    # ID-02: shown masked to everybody; whoever holds the card can compare the ends.
    sealed = person["identity_number"]
    return masks.id_number(crypto.unseal(sealed, "persons.identity_number")) if sealed else None


def _phone(person: Record, *, in_full: bool) -> str | None:
    if person["phone"] is None:
        return None
    phone = crypto.unseal(person["phone"], "persons.phone")
    return phone if in_full else masks.phone(phone)


def _home(person: Record, *, in_full: bool) -> HomeDetail:
    line = crypto.unseal(person["line"], "addresses.line")
    room = crypto.unseal(person["room"], "addresses.room") if person["room"] else None
    has_point = in_full and person["lat"] is not None
    return HomeDetail(
        id=person["address"],
        street_code=person["address_street"],
        line=line if in_full else masks.address(line),
        room=room if in_full else None,
        point=PointKept(lat=person["lat"], lon=person["lon"], datum=Datum(person["datum"]))
        if has_point
        else None,
    )
