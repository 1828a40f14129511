"""补贴佐证: what shows whether an in-house unit may be subsidized. Facts, and no money (IM-10)."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from backend.people.lifecycle.unit_staff import Profession


class Employment(NamedTuple):
    """One employment that reaches into a period."""

    profession: Profession
    has_licence: bool
    certificates_until: tuple[date | None, ...]
    employed_from: date


class Tally(NamedTuple):
    """持证人员 of one profession: employed in the period, with what in hand, and new in it."""

    profession: Profession
    employed: int
    licensed: int
    certified: int
    newly_employed: int


def tally(employments: Iterable[Employment], *, first_on: date, last_on: date) -> list[Tally]:
    """One line a profession, also where there is nobody. A certificate counts while it is valid."""
    told = list(employments)
    return [
        Tally(
            each,
            employed=len(mine),
            licensed=sum(one.has_licence for one in mine),
            certified=sum(_is_certified(one, first_on) for one in mine),
            newly_employed=sum(first_on <= one.employed_from <= last_on for one in mine),
        )
        for each in Profession
        for mine in [[one for one in told if one.profession is each]]
    ]


def _is_certified(employment: Employment, first_on: date) -> bool:
    return any(until is None or until >= first_on for until in employment.certificates_until)
