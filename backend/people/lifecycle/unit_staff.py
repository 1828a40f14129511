"""Whom an in-house unit has: what its institution says, and whom it employs here (IM-05)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from backend.core.access import DOCTORS, Role


class Profession(StrEnum):
    DOCTOR = "DOCTOR"
    NURSE = "NURSE"
    REHABILITATION_WORKER = "REHABILITATION_WORKER"
    CARE_WORKER = "CARE_WORKER"


# The first that fits, so that everybody counts once.
PROFESSIONS: Mapping[Profession, frozenset[Role]] = {
    Profession.DOCTOR: DOCTORS | {Role.TCM_DOCTOR},
    Profession.NURSE: frozenset({Role.NURSE, Role.INST_NURSE}),
    Profession.REHABILITATION_WORKER: frozenset({Role.THERAPIST}),
    Profession.CARE_WORKER: frozenset({Role.INST_STAFF}),
}
CHIEF_NURSE_TITLES = ("主管护师", "副主任护师", "主任护师")


class StaffFigure(StrEnum):
    MAIN_SITE_DOCTORS = "main_site_doctors"
    EXPERIENCED_DOCTORS = "experienced_doctors"
    NURSES = "nurses"
    CHIEF_NURSES = "chief_nurses"
    REHABILITATION_WORKERS = "rehabilitation_workers"
    CARE_WORKERS = "care_workers"


OF: Mapping[StaffFigure, Profession] = {
    StaffFigure.MAIN_SITE_DOCTORS: Profession.DOCTOR,
    StaffFigure.EXPERIENCED_DOCTORS: Profession.DOCTOR,
    StaffFigure.NURSES: Profession.NURSE,
    StaffFigure.CHIEF_NURSES: Profession.NURSE,
    StaffFigure.REHABILITATION_WORKERS: Profession.REHABILITATION_WORKER,
    StaffFigure.CARE_WORKERS: Profession.CARE_WORKER,
}


class StaffCount(NamedTuple):
    """`employed` is None where the institution employs nobody of that profession here."""

    figure: StaffFigure
    stated: int | None
    employed: int | None

    @property
    def counted(self) -> int | None:
        """IM-05: employments are what is known; what was stated stands where nothing else is."""
        return self.stated if self.employed is None else self.employed


def profession(roles: frozenset[str]) -> Profession | None:
    return next((each for each, fits in PROFESSIONS.items() if roles & fits), None)


def staff_counts(
    stated: Mapping[StaffFigure, int | None],
    employed: Mapping[StaffFigure, int],
    known: frozenset[Profession],
) -> list[StaffCount]:
    """Each figure, as it was stated and as the employments have it."""
    return [
        StaffCount(each, stated[each], employed[each] if of in known else None)
        for each, of in OF.items()
    ]
