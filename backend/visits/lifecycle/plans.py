"""What a planner says. Pure shapes, checked before anything is asked of the database."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core import calendar
from backend.core.wire import Code, Moment, Request, Text200
from backend.visits.lifecycle.said import check_moments
from backend.visits.lifecycle.statuses import Kind, PlaceKind


class Place(Request):
    """Where: the elder's own door or bed when nothing more is said."""

    kind: PlaceKind
    institution_id: UUID | None = None
    address_id: UUID | None = None


class Item(Request):
    """A service item of the home-care list, and how long it should take."""

    code: Code
    minutes: Annotated[int, Meta(ge=1, le=600)] | None = None


class Going(Request):
    person_id: UUID
    is_lead: bool = True


class VisitPlan(Request):
    """One visit to one person."""

    kind: Kind
    person_id: UUID
    place: Place
    planned_start: Moment
    planned_end: Moment
    staff: Annotated[list[Going], Meta(min_length=1, max_length=5)]
    items: Annotated[list[Item], Meta(max_length=20)] = []
    reason: Text200 | None = None
    because_id: UUID | None = None

    def __post_init__(self) -> None:
        if self.kind is Kind.WARD_ROUND:
            raise ValueError("a ward round is planned at /v1/rounds")
        _check(self.planned_start, self.planned_end, self.staff)


class RoundPlan(Request):
    """One arrival at an institution, many elders. Without `person_ids`, all of its residents."""

    institution_id: UUID
    planned_start: Moment
    planned_end: Moment
    staff: Annotated[list[Going], Meta(min_length=1, max_length=10)]
    person_ids: Annotated[list[UUID], Meta(min_length=1, max_length=300)] | None = None

    def __post_init__(self) -> None:
        _check(self.planned_start, self.planned_end, self.staff)


def _check(start: datetime, end: datetime, staff: list[Going]) -> None:
    check_moments(start, end)
    if end <= start:
        raise ValueError("planned_end must be after planned_start")
    # A wrong year would keep every other visit out, and no check-in could say when it should end.
    if (calendar.on(end) - calendar.on(start)).days > 1:
        raise ValueError("a visit ends on the day it begins, or by the next")
    if len({each.person_id for each in staff}) < len(staff):
        raise ValueError("staff names somebody twice")
