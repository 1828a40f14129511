"""A family-doctor contract as it is read."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta

from backend import policy
from backend.contracts import queries
from backend.contracts.lifecycle import Side, Standing, Status, lacks_contact, standing
from backend.contracts.lifecycle.said import PackageLine
from backend.core import calendar, crypto
from backend.core.wire import Day, Moment, Response
from backend.people.lifecycle import whole_years

Name = Annotated[str, Meta(extra_json_schema={"x-data-level": 4})]

# FD-03: what a contract brings while it is in force. Booking and referral come first on the work
# lists of those who receive; the rest is said and waits for prescriptions and payments.
BENEFITS = (
    "priority_booking",
    "priority_referral",
    "long_prescription",
    "continued_prescription",
    "insurance_preference",
)
IN_FORCE = frozenset({Standing.ACTIVE, Standing.EXPIRING})


class ExamEntitlement(Response):
    """免费健康体检 (FD-05): one on-site exam a year for residents of 65 and over."""

    year: int
    is_entitled: bool
    used_at: Moment | None


class DoctorContractDetail(Response):
    """家庭医生签约. What it is today follows from its dates."""

    id: UUID
    person_id: UUID
    person_name: Name
    center_id: UUID
    center_name: str
    doctor_id: UUID
    doctor_name: str
    team_id: UUID
    doctor_next_id: UUID | None
    doctor_next_on: Day | None
    district_hospital_id: UUID
    district_hospital_name: str
    municipal_hospital_id: UUID
    municipal_hospital_name: str
    contract_no: str | None
    lines: Annotated[list[PackageLine], Meta(extra_json_schema={"x-data-level": 4})]
    valid_from: Day
    valid_to: Day
    status: Status
    standing: Standing
    signed_by: Annotated[list[Side], Meta(description="of this version")]
    signed_at: Moment | None
    renews_id: UUID | None
    benefits: list[str]
    is_priority: Annotated[bool, Meta(description="FD-02: 60 and over, or chronic")]
    has_no_contact: Annotated[bool, Meta(description="FD-10: nobody came for half a year")]
    exam: ExamEntitlement
    version: int

    @classmethod
    def of(cls, row: Any, *, now: datetime) -> Self:
        on = calendar.on(now)
        stands = standing(
            Status(row["status"]),
            on=on,
            valid_from=row["valid_from"],
            until_on=row["until_on"],
            is_renewed=row["is_renewed"],
            notice_days=max(_days_before(now)),
        )
        in_force = stands in IN_FORCE
        return cls(
            id=row["id"],
            person_id=row["person"],
            person_name=crypto.unseal(row["person_name"], "persons.name"),
            center_id=row["center"],
            center_name=row["center_name"],
            doctor_id=row["doctor_now"],
            doctor_name=crypto.unseal(row["doctor_name"], "persons.name"),
            team_id=row["team_now"],
            doctor_next_id=row["doctor_next"],
            doctor_next_on=row["doctor_next_on"],
            district_hospital_id=row["district_hospital"],
            district_hospital_name=row["district_hospital_name"],
            municipal_hospital_id=row["municipal_hospital"],
            municipal_hospital_name=row["municipal_hospital_name"],
            contract_no=row["contract_no"],
            lines=queries.package_of(row["lines"]),
            valid_from=row["valid_from"],
            valid_to=max(row["until_on"] - date.resolution, row["valid_from"]),
            status=Status(row["status"]),
            standing=stands,
            signed_by=[Side(each) for each in sorted(row["signed_by"])],
            signed_at=row["signed_at"],
            renews_id=row["renews"],
            benefits=list(BENEFITS) if in_force else [],
            is_priority=row["is_chronic"] or _age(row, on) >= policy.whole(now, "fd.priority_age"),
            has_no_contact=in_force
            and lacks_contact(
                contacts=row["contacts"],
                contacts_min=policy.whole(now, "fd.idle_contract_contacts_min"),
                on=on,
                valid_from=row["valid_from"],
                within=policy.span(now, "fd.idle_contract_days"),
            ),
            exam=ExamEntitlement(
                year=on.year,
                is_entitled=in_force
                and row["residence"] is not None
                and _age(row, on) >= policy.whole(now, "fd.free_exam_age"),
                used_at=row["exam_used_at"],
            ),
            version=row["version"],
        )


def _age(row: Any, on: date) -> int:
    return whole_years(row["born_on"], on) if row["born_on"] else 0


def _days_before(now: datetime) -> list[int]:
    """The days before the end on which somebody is told."""
    return [each.days for each in policy.spans(now, "fd.renewal_reminder_days_before")]
