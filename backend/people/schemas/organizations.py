"""Organizations, employments and in-house units as they cross the wire."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Meta

from backend import policy
from backend.core import crypto
from backend.core.access import Role
from backend.core.wire import Moment, Response
from backend.people.lifecycle import (
    STANDARDS,
    Datum,
    OrganizationKind,
    Subject,
    UnitFinding,
    UnitKind,
    UnitLimits,
    UnitStatus,
    months_later,
    unit_findings,
)
from backend.people.schemas.persons import Personal, PointKept


class OrganizationDetail(Response):
    id: UUID
    name: str
    kinds: list[OrganizationKind]
    credit_code: str | None
    licence_no: str | None
    street_code: str
    address: str
    point: PointKept | None
    phone: str | None
    beds: int | None
    should_have_unit: Annotated[
        bool, Meta(description="IM-01: has the beds for an in-house unit and none; a hint")
    ]
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
            address=found["address"],
            point=PointKept(lat=lat, lon=lon, datum=Datum.WGS84) if lat is not None else None,
            phone=found["phone"],
            beds=found["beds"],
            should_have_unit=found["lacks_unit"],
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


class UnitDetail(Response):
    """An in-house medical unit. `findings` are hints, as filing is not approval (IM-02)."""

    id: UUID
    organization_id: UUID
    organization_name: str
    kind: UnitKind
    standard: Annotated[str, Meta(description="IM-03: the document it is built to")]
    subjects: list[Subject]
    main_site_doctors: int
    nurses: int
    area_m2: int
    has_infusion_room: bool
    status: UnitStatus
    findings: list[UnitFinding]
    filed_at: Moment
    operating_since: date | None
    insurance_from: (
        Annotated[
            date, Meta(description="IM-08: from when insurance designation may be applied for")
        ]
        | None
    )
    confirmed_at: Moment | None
    version: int

    @classmethod
    def of(cls, found: Record, *, now: datetime) -> Self:
        since = found["operating_since"]
        months = policy.whole(now, "im.insurance_apply_after_months")
        return cls(
            id=found["id"],
            organization_id=found["organization"],
            organization_name=found["organization_name"],
            kind=UnitKind(found["kind"]),
            standard=STANDARDS[UnitKind(found["kind"])],
            subjects=[Subject(each) for each in found["subjects"]],
            main_site_doctors=found["main_site_doctors"],
            nurses=found["nurses"],
            area_m2=found["area_m2"],
            has_infusion_room=found["has_infusion_room"],
            status=UnitStatus(found["status"]),
            findings=unit_findings(
                UnitKind(found["kind"]),
                nurses=found["nurses"],
                area_m2=found["area_m2"],
                beds=found["beds"] or 0,
                limits=_limits(now),
            ),
            filed_at=found["filed_at"],
            operating_since=since,
            insurance_from=months_later(since, months) if since else None,
            confirmed_at=found["confirmed_at"],
            version=found["version"],
        )


def _limits(now: datetime) -> UnitLimits:
    return UnitLimits(
        infirmary_nurses=policy.whole(now, "im.infirmary_nurses_min"),
        beds_per_further_nurse=policy.whole(now, "im.infirmary_beds_per_further_nurse"),
        infirmary_area_m2=policy.whole(now, "im.infirmary_area_m2"),
        station_nurses=policy.whole(now, "im.nursing_station_nurses_min"),
        station_area_m2=policy.whole(now, "im.nursing_station_area_m2"),
    )
