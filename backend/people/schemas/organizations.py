"""Organizations and employments as they cross the wire."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Meta

from backend.core import crypto
from backend.core.access import Role
from backend.core.wire import Response
from backend.people.lifecycle import Datum, OrganizationKind
from backend.people.schemas.persons import Personal, PointKept


class OrganizationDetail(Response):
    id: UUID
    name: str
    kinds: list[OrganizationKind]
    credit_code: str | None
    licence_no: str | None
    street_code: str
    also_serves: list[str]
    address: str
    point: PointKept | None
    phone: str | None
    beds: int | None
    should_have_unit: Annotated[
        bool,
        Meta(
            description="IM-01: has the beds for an in-house unit and none, nor a medical"
            " institution next door; a hint"
        ),
    ]
    next_to_id: UUID | None
    version: int

    @classmethod
    def of(cls, found: Record) -> Self:
        lat, lon = found["lat"], found["lon"]
        return cls(
            id=found["id"],
            name=found["name"],
            kinds=[OrganizationKind(each) for each in found["kinds"]],
            credit_code=found["credit_code"],
            licence_no=found["licence_no"],
            street_code=found["street_code"],
            also_serves=list(found["also_serves"]),
            address=found["address"],
            point=PointKept(lat=lat, lon=lon, datum=Datum.WGS84) if lat is not None else None,
            phone=found["phone"],
            beds=found["beds"],
            should_have_unit=found["lacks_unit"],
            next_to_id=found["next_to"],
            version=found["version"],
        )


class CertificateKept(msgspec.Struct):
    kind: str
    number: str
    valid_to: date | None = None


class StaffDetail(Response):
    """One employment, with what HC-05 and HC-06 ask of who goes to homes."""

    id: UUID
    person_id: UUID
    person_name: Personal
    organization_id: UUID
    roles: list[Role]
    title: str | None
    licence_no: Personal | None
    practising_since: date | None
    registered_here: bool
    home_service_authorised_on: date | None
    certificates: list[CertificateKept]
    employed_from: date
    employed_until: date | None
    version: int

    @classmethod
    def of(cls, found: Record) -> Self:
        licence = found["licence_no"]
        return cls(
            id=found["id"],
            person_id=found["person"],
            person_name=crypto.unseal(found["person_name"], "persons.name"),
            organization_id=found["organization"],
            roles=[Role(each) for each in found["roles"]],
            title=found["title"],
            licence_no=crypto.unseal(licence, "staff.licence_no") if licence else None,
            practising_since=found["practising_since"],
            registered_here=found["registered_here"],
            home_service_authorised_on=found["home_service_authorised_on"],
            certificates=msgspec.json.decode(found["certificates"], type=list[CertificateKept]),
            employed_from=found["employed_from"],
            employed_until=found["employed_until"],
            version=found["version"],
        )
