"""In-house medical units: kinds, subjects, statuses, and what a standard asks (IM-02 to IM-05)."""

from collections.abc import Mapping
from enum import StrEnum
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


class UnitFinding(StrEnum):
    """What a filed unit lacks of its standard (IM-05)."""

    FEW_NURSES = "few_nurses"
    SMALL = "small"


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


class UnitLimits(NamedTuple):
    """The staff and floor space of the 2014 standard, as policy has them (IM-05)."""

    infirmary_nurses: int
    beds_per_further_nurse: int
    infirmary_area_m2: int
    station_nurses: int
    station_area_m2: int


def unit_findings(
    kind: UnitKind, *, nurses: int, area_m2: int, beds: int, limits: UnitLimits
) -> list[UnitFinding]:
    """What a filed unit lacks (IM-05): hints to the commission, as filing is not approval."""
    if kind is UnitKind.NURSING_STATION:
        nurses_min, area_min = limits.station_nurses, limits.station_area_m2
    elif needs_main_site_doctor(kind):
        nurses_min = limits.infirmary_nurses + beds // limits.beds_per_further_nurse
        area_min = limits.infirmary_area_m2
    else:
        return []
    short = {UnitFinding.FEW_NURSES: nurses < nurses_min, UnitFinding.SMALL: area_m2 < area_min}
    return [finding for finding, is_so in short.items() if is_so]
