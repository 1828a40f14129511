"""The evidence for subsidies, as it crosses the wire (IM-10)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Meta

from backend.core.wire import Moment, Response
from backend.people.lifecycle import Employment, Profession, UnitKind, UnitStatus, profession, tally
from backend.people.schemas.organizations import CertificateKept
from backend.people.schemas.units import InsuranceApplied, insurance_applied


class CertifiedStaff(msgspec.Struct):
    """持证人员 of one profession."""

    profession: Profession
    employed: Annotated[int, Meta(description="on some day of the period at least")]
    licensed: int
    certified: Annotated[int, Meta(description="with a certificate valid in the period")]
    newly_employed: Annotated[int, Meta(description="since a day of the period")]


class EmployedInPeriod(msgspec.Struct):
    staff_id: UUID
    profession: Profession
    title: str | None
    has_licence: bool
    certificates: Annotated[list[str], Meta(description="their kinds")]
    registered_here: bool
    employed_from: date
    employed_until: date | None


class SubsidyEvidence(Response):
    """补贴佐证: facts for 内设医疗机构奖 and 招用持证人员奖. What is paid is decided elsewhere."""

    unit_id: UUID
    organization_id: UUID
    organization_name: str
    kind: UnitKind
    first_on: date
    last_on: date
    status: UnitStatus
    filed_at: Annotated[Moment, Meta(description="of the filing that stands")]
    confirmed_at: Moment | None
    operating_since: date | None
    is_designated: Annotated[bool, Meta(description="by the medical insurance, in the period")]
    insurance_application: InsuranceApplied | None
    staff: list[CertifiedStaff]
    employments: list[EmployedInPeriod]

    @classmethod
    def of(
        cls, unit: Record, staff: list[Record], *, first_on: date, last_on: date, now: datetime
    ) -> Self:
        applied = insurance_applied(unit, now=now)
        decided_on = applied.decided_on if applied else None
        employments = list(_employments(staff))
        return cls(
            unit_id=unit["id"],
            organization_id=unit["organization"],
            organization_name=unit["organization_name"],
            kind=UnitKind(unit["kind"]),
            first_on=first_on,
            last_on=last_on,
            status=UnitStatus(unit["status"]),
            filed_at=unit["filed_at"],
            confirmed_at=unit["confirmed_at"],
            operating_since=unit["operating_since"],
            is_designated=bool(unit["insurance_is_granted"])
            and decided_on is not None
            and decided_on <= last_on,
            insurance_application=applied,
            staff=[
                CertifiedStaff(*each)
                for each in tally(
                    [said for said, _ in employments], first_on=first_on, last_on=last_on
                )
            ],
            employments=[shown for _, shown in employments],
        )


def _employments(staff: list[Record]) -> Iterable[tuple[Employment, EmployedInPeriod]]:
    for each in staff:
        of = profession(frozenset(each["roles"]))
        if of is None:
            continue
        certificates = msgspec.json.decode(each["certificates"], type=list[CertificateKept])
        said = Employment(
            of,
            has_licence=each["has_licence"],
            certificates_until=tuple(one.valid_to for one in certificates),
            employed_from=each["employed_from"],
        )
        yield (
            said,
            EmployedInPeriod(
                staff_id=each["id"],
                profession=of,
                title=each["title"],
                has_licence=each["has_licence"],
                certificates=sorted({one.kind for one in certificates}),
                registered_here=each["registered_here"],
                employed_from=each["employed_from"],
                employed_until=each["employed_until"],
            ),
        )
