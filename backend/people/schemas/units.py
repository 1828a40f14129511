"""In-house medical units as they cross the wire."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Meta

from backend import policy
from backend.core import calendar
from backend.core.wire import Moment, Response
from backend.people.lifecycle import (
    STANDARDS,
    Profession,
    RestsOn,
    StaffCount,
    StaffFigure,
    Subject,
    UnitFinding,
    UnitHas,
    UnitKind,
    UnitLimits,
    UnitStatus,
    months_later,
    staff_counts,
    unit_lacks,
)


class PartyKept(msgspec.Struct):
    name: str
    licence_no: str


class BasisKept(msgspec.Struct):
    """IM-04: what a subject rests on."""

    subject: Subject
    rests_on: RestsOn
    party: PartyKept | None = None


class UnitLacking(msgspec.Struct):
    """One thing that a unit lacks. `has` is null when its institution said nothing about it."""

    finding: UnitFinding
    rule: str
    needs: int
    has: int | None


class UnitStaff(msgspec.Struct):
    """IM-05: one figure, as it was filed, as the employments have it, and which of them counts.

    `employed` is null where the institution employs nobody of that profession here.
    """

    figure: StaffFigure
    stated: int | None
    employed: int | None
    counted: int | None


class InsuranceApplied(msgspec.Struct):
    """IM-08: when the unit asked for insurance designation, and by when it must be decided."""

    applied_on: date
    decision_due_on: date
    decided_on: date | None
    is_granted: bool | None
    is_overdue: Annotated[bool, Meta(description="that day has passed without a decision")]


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
    multi_site_doctors: int
    bases: list[BasisKept]
    experienced_doctors: int | None
    chief_nurses: int | None
    rehabilitation_workers: int | None
    care_workers: int | None
    consulting_room_m2: int | None
    treatment_room_m2: int | None
    disposal_room_m2: int | None
    staff: Annotated[
        list[UnitStaff], Meta(description="what was filed, beside whom the institution employs")
    ]
    status: UnitStatus
    findings: list[UnitFinding]
    lacking: Annotated[
        list[UnitLacking], Meta(description="the findings, with their rules and numbers")
    ]
    filed_at: Moment
    operating_since: date | None
    insurance_from: (
        Annotated[
            date, Meta(description="IM-08: from when insurance designation may be applied for")
        ]
        | None
    )
    insurance_application: InsuranceApplied | None
    confirmed_at: Moment | None
    version: int

    @classmethod
    def of(cls, found: Record, *, now: datetime) -> Self:
        since = found["operating_since"]
        months = policy.whole(now, "im.insurance_apply_after_months")
        bases = msgspec.json.decode(found["bases"] or "[]", type=list[BasisKept])
        staff = _staff(found)
        lacking = unit_lacks(
            UnitKind(found["kind"]),
            _has(found, {each.figure: each.counted for each in staff}),
            subjects=len(found["subjects"]),
            bases=len(bases),
            limits=_limits(now),
        )
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
            multi_site_doctors=found["multi_site_doctors"] or 0,
            bases=bases,
            experienced_doctors=found["experienced_doctors"],
            chief_nurses=found["chief_nurses"],
            rehabilitation_workers=found["rehabilitation_workers"],
            care_workers=found["care_workers"],
            consulting_room_m2=found["consulting_room_m2"],
            treatment_room_m2=found["treatment_room_m2"],
            disposal_room_m2=found["disposal_room_m2"],
            staff=[UnitStaff(*each, each.counted) for each in staff],
            status=UnitStatus(found["status"]),
            findings=[each.finding for each in lacking],
            lacking=[UnitLacking(*each) for each in lacking],
            filed_at=found["filed_at"],
            operating_since=since,
            insurance_from=months_later(since, months) if since else None,
            insurance_application=insurance_applied(found, now=now),
            confirmed_at=found["confirmed_at"],
            version=found["version"],
        )


def decision_due_on(applied_on: date) -> date:
    """IM-08: by when an application must be decided."""
    return months_later(applied_on, policy.whole(applied_on, "im.insurance_assess_max_months"))


def insurance_applied(found: Record, *, now: datetime) -> InsuranceApplied | None:
    on = found["insurance_applied_on"]
    if on is None:
        return None
    due_on, decided_on = decision_due_on(on), found["insurance_decided_on"]
    return InsuranceApplied(
        applied_on=on,
        decision_due_on=due_on,
        decided_on=decided_on,
        is_granted=found["insurance_is_granted"],
        is_overdue=decided_on is None and calendar.on(now) > due_on,
    )


def _staff(found: Record) -> list[StaffCount]:
    professions = {
        Profession.DOCTOR: "doctors",
        Profession.NURSE: "nurses",
        Profession.REHABILITATION_WORKER: "rehabilitation_workers",
        Profession.CARE_WORKER: "care_workers",
    }
    return staff_counts(
        {each: found[each] for each in StaffFigure},
        {each: found[f"employed_{each}"] for each in StaffFigure},
        frozenset(each for each, name in professions.items() if found[f"employed_{name}"]),
    )


def _has(found: Record, staff: Mapping[StaffFigure, int | None]) -> UnitHas:
    return UnitHas(
        beds=found["beds"] or 0,
        nurses=staff[StaffFigure.NURSES] or 0,
        area_m2=found["area_m2"],
        experienced_doctors=staff[StaffFigure.EXPERIENCED_DOCTORS],
        chief_nurses=staff[StaffFigure.CHIEF_NURSES],
        rehabilitation_workers=staff[StaffFigure.REHABILITATION_WORKERS],
        care_workers=staff[StaffFigure.CARE_WORKERS],
        consulting_room_m2=found["consulting_room_m2"],
        treatment_room_m2=found["treatment_room_m2"],
        disposal_room_m2=found["disposal_room_m2"],
    )


def _limits(now: datetime) -> UnitLimits:
    return UnitLimits(
        infirmary_doctors=policy.whole(now, "im.infirmary_doctors_min"),
        infirmary_nurses=policy.whole(now, "im.infirmary_nurses_min"),
        beds_per_further_nurse=policy.whole(now, "im.infirmary_beds_per_further_nurse"),
        infirmary_area_m2=policy.whole(now, "im.infirmary_area_m2"),
        infirmary_room_m2=policy.whole(now, "im.infirmary_room_area_m2"),
        station_nurses=policy.whole(now, "im.nursing_station_nurses_min"),
        station_chief_nurses=policy.whole(now, "im.nursing_station_chief_nurses_min"),
        station_rehabilitation=policy.whole(now, "im.nursing_station_rehabilitation_min"),
        station_carers_per_nurse=policy.number(now, "im.nursing_station_carers_per_nurse"),
        station_area_m2=policy.whole(now, "im.nursing_station_area_m2"),
    )
