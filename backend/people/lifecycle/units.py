"""In-house medical units: kinds, subjects, statuses, and what a standard asks (IM-02 to IM-05)."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from math import ceil
from typing import NamedTuple


class UnitKind(StrEnum):
    OUTPATIENT_DEPT = "OUTPATIENT_DEPT"
    CLINIC = "CLINIC"
    INFIRMARY = "INFIRMARY"
    HEALTH_ROOM = "HEALTH_ROOM"
    NURSING_STATION = "NURSING_STATION"


class Subject(StrEnum):
    """诊疗科目 that an in-house unit may file (IM-04)."""

    GENERAL_PRACTICE = "general_practice"
    INTERNAL_MEDICINE = "internal_medicine"
    SURGERY = "surgery"
    REHABILITATION = "rehabilitation"
    TRADITIONAL_CHINESE_MEDICINE = "traditional_chinese_medicine"
    PREVENTION = "prevention"
    IMAGING = "imaging"
    LABORATORY = "laboratory"


class UnitStatus(StrEnum):
    """IM-02: filed, not approved."""

    PLANNED = "planned"
    FILED = "filed"
    OPERATING = "operating"
    RECTIFYING = "rectifying"
    CLOSED = "closed"


class UnitMove(StrEnum):
    CONFIRM = "confirm"
    FILE_AGAIN = "file_again"
    ORDER_RECTIFICATION = "order_rectification"
    CLOSE = "close"


class RestsOn(StrEnum):
    """诊疗科目的依据: what a unit may offer a subject on (IM-04)."""

    MAIN_SITE_DOCTOR = "main_site_doctor"
    MULTI_SITE_DOCTOR = "multi_site_doctor"
    SERVICE_AGREEMENT = "service_agreement"


class UnitFinding(StrEnum):
    """What a filed unit lacks of its standard (IM-05), or does not say (IM-04)."""

    FEW_NURSES = "few_nurses"
    SMALL = "small"
    NO_BASES = "no_bases"
    NO_EXPERIENCED_DOCTOR = "no_experienced_doctor"
    SMALL_CONSULTING_ROOM = "small_consulting_room"
    SMALL_TREATMENT_ROOM = "small_treatment_room"
    SMALL_DISPOSAL_ROOM = "small_disposal_room"
    NO_CHIEF_NURSE = "no_chief_nurse"
    NO_REHABILITATION_WORKER = "no_rehabilitation_worker"
    FEW_CARE_WORKERS = "few_care_workers"


# IM-03: the document each kind of unit is built to.
STANDARDS: Mapping[UnitKind, str] = {
    UnitKind.OUTPATIENT_DEPT: "卫医发〔1994〕30号",
    UnitKind.CLINIC: "卫医政发〔2010〕75号",
    UnitKind.INFIRMARY: "国卫办医发〔2014〕57号",
    UnitKind.HEALTH_ROOM: "国卫办医发〔2014〕57号",
    UnitKind.NURSING_STATION: "国卫办医发〔2014〕57号",
}


UNIT_AFTER: Mapping[tuple[UnitStatus, UnitMove], UnitStatus] = {
    (UnitStatus.FILED, UnitMove.CONFIRM): UnitStatus.OPERATING,
    (UnitStatus.OPERATING, UnitMove.ORDER_RECTIFICATION): UnitStatus.RECTIFYING,
    (UnitStatus.RECTIFYING, UnitMove.FILE_AGAIN): UnitStatus.FILED,
    (UnitStatus.FILED, UnitMove.FILE_AGAIN): UnitStatus.FILED,
    (UnitStatus.OPERATING, UnitMove.FILE_AGAIN): UnitStatus.OPERATING,
    (UnitStatus.FILED, UnitMove.CLOSE): UnitStatus.CLOSED,
    (UnitStatus.OPERATING, UnitMove.CLOSE): UnitStatus.CLOSED,
    (UnitStatus.RECTIFYING, UnitMove.CLOSE): UnitStatus.CLOSED,
}


def needs_main_site_doctor(kind: UnitKind) -> bool:
    """IM-04: infirmaries and health rooms have a doctor whose main site they are."""
    return kind in {UnitKind.INFIRMARY, UnitKind.HEALTH_ROOM}


# IM-04: what a third party may do for a unit by agreement; a doctor does everything else.
BY_AGREEMENT = frozenset({Subject.IMAGING, Subject.LABORATORY})


class UnitDoctors(NamedTuple):
    main_site: int
    multi_site: int


def may_rest(subject: Subject, on: RestsOn, *, doctors: UnitDoctors, names_party: bool) -> bool:
    """IM-04: a doctor the unit has, or for imaging and laboratory an agreement that names whom."""
    match on:
        case RestsOn.MAIN_SITE_DOCTOR:
            return doctors.main_site > 0 and not names_party
        case RestsOn.MULTI_SITE_DOCTOR:
            return doctors.multi_site > 0 and not names_party
        case RestsOn.SERVICE_AGREEMENT:
            return subject in BY_AGREEMENT and names_party


class UnitLimits(NamedTuple):
    """The staff and floor space of the 2014 standard, as policy has them (IM-05)."""

    infirmary_doctors: int
    infirmary_nurses: int
    beds_per_further_nurse: int
    infirmary_area_m2: int
    infirmary_room_m2: int
    station_nurses: int
    station_chief_nurses: int
    station_rehabilitation: int
    station_carers_per_nurse: float
    station_area_m2: int


class UnitHas(NamedTuple):
    """What its institution says a unit has; None where it said nothing."""

    beds: int
    nurses: int
    area_m2: int
    experienced_doctors: int | None
    chief_nurses: int | None
    rehabilitation_workers: int | None
    care_workers: int | None
    consulting_room_m2: int | None
    treatment_room_m2: int | None
    disposal_room_m2: int | None


class UnitLack(NamedTuple):
    """One thing that a unit lacks: how much of it the rule asks, and how much was said."""

    finding: UnitFinding
    rule: str
    needs: int
    has: int | None


def unit_lacks(
    kind: UnitKind, unit: UnitHas, *, subjects: int, bases: int, limits: UnitLimits
) -> list[UnitLack]:
    """What a filed unit lacks: hints to the commission, as filing is not approval (IM-02).

    What was not said counts as missing, and `has` is None then.
    """
    lacks = [
        UnitLack(finding, "IM-05", needs, has)
        for finding, needs, has in _asked(kind, unit, limits)
        if (has or 0) < needs
    ]
    if not bases:
        lacks.append(UnitLack(UnitFinding.NO_BASES, "IM-04", subjects, None))
    return lacks


def _asked(
    kind: UnitKind, unit: UnitHas, limits: UnitLimits
) -> Iterator[tuple[UnitFinding, int, int | None]]:
    """Each thing that the standard of a kind asks for: how much of it, and how much there is."""
    if kind is UnitKind.NURSING_STATION:
        carers = ceil(unit.nurses * limits.station_carers_per_nurse)
        yield UnitFinding.FEW_NURSES, limits.station_nurses, unit.nurses
        yield UnitFinding.SMALL, limits.station_area_m2, unit.area_m2
        yield UnitFinding.NO_CHIEF_NURSE, limits.station_chief_nurses, unit.chief_nurses
        yield (
            UnitFinding.NO_REHABILITATION_WORKER,
            limits.station_rehabilitation,
            unit.rehabilitation_workers,
        )
        yield UnitFinding.FEW_CARE_WORKERS, carers, unit.care_workers
    elif needs_main_site_doctor(kind):
        nurses = limits.infirmary_nurses + unit.beds // limits.beds_per_further_nurse
        yield UnitFinding.FEW_NURSES, nurses, unit.nurses
        yield UnitFinding.SMALL, limits.infirmary_area_m2, unit.area_m2
        yield (
            UnitFinding.NO_EXPERIENCED_DOCTOR,
            limits.infirmary_doctors,
            unit.experienced_doctors,
        )
        room = limits.infirmary_room_m2
        yield UnitFinding.SMALL_CONSULTING_ROOM, room, unit.consulting_room_m2
        yield UnitFinding.SMALL_TREATMENT_ROOM, room, unit.treatment_room_m2
        yield UnitFinding.SMALL_DISPOSAL_ROOM, room, unit.disposal_room_m2
