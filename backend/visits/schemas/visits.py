"""A visit, on a list and whole."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.core import crypto, masks
from backend.core.access import FAMILY, Actor
from backend.core.wire import Moment, Point, Response
from backend.policy import terminology
from backend.visits.lifecycle import ExceptionStatus, Kind, Move, PlaceKind, Status
from backend.visits.lifecycle.codes import attestation_code

Name = Annotated[str, Meta(extra_json_schema={"x-data-level": 4})]


class VisitCard(Response):
    """One line of a day."""

    id: UUID
    kind: Kind
    status: Status
    planned_start: Moment
    planned_end: Moment
    place_kind: PlaceKind
    institution_id: UUID | None
    institution_name: str | None
    person_id: UUID | None
    person_name: Name | None
    person_sex: str | None
    street_code: str | None
    needs_two: bool
    version: int

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            id=row["id"],
            kind=row["kind"],  # as constrained: words are not looked up twelve times a day
            status=row["status"],
            planned_start=row["planned_start"],
            planned_end=row["planned_end"],
            place_kind=row["place_kind"],
            institution_id=row["institution"],
            institution_name=row["institution_name"],
            person_id=row["person"],
            person_name=crypto.unseal(row["name"], "persons.name") if row["name"] else None,
            person_sex=row["sex"],
            street_code=row["street_code"],
            needs_two=row["needs_two"],
            version=row["version"],
        )


class StaffGoing(Response):
    assignment_id: UUID
    staff_id: UUID
    role: str
    is_lead: bool
    until_at: Moment | None

    @classmethod
    def all_of(cls, text: str) -> list[Self]:
        return [
            cls(
                assignment_id=each["id"],
                staff_id=each["staff_id"],
                role=each["role"],
                is_lead=each["is_lead"],
                until_at=each["until_at"],
            )
            for each in msgspec.json.decode(text)
        ]


class MoveLine(Response):
    move: Move
    made_by: UUID
    happened_at: Moment
    recorded_at: Moment
    status: Status
    findings: list[str]


class ItemLine(Response):
    code: str
    name: str
    minutes: int
    needs_consent: bool
    has_consent: Annotated[bool, Meta(description="HC-10: consent is asked before the first time")]


class VisitDetail(Response):
    """One visit: where, who goes, for what, and what it went through."""

    id: UUID
    kind: Kind
    status: Status
    planned_start: Moment
    planned_end: Moment
    place_kind: PlaceKind
    institution_id: UUID | None
    institution_name: str | None
    point: Point | None
    address: Annotated[str | None, Meta(extra_json_schema={"x-data-level": 4})]
    room: Annotated[str | None, Meta(extra_json_schema={"x-data-level": 4})]
    person_id: UUID
    person_name: Name
    person_phone: Annotated[str | None, Meta(description="masked")]
    care_flags: list[str]
    items: list[ItemLine]
    needs_two: bool
    staff: list[StaffGoing]
    moves: list[MoveLine]
    is_documented: Annotated[bool, Meta(description="a signed note belongs to it")]
    is_attested: Annotated[bool, Meta(description="the elder's side confirmed")]
    is_verified: Annotated[bool, Meta(description="proven, or every exception resolved")]
    attestation_code: Annotated[str | None, Meta(description="only for the elder's side")]
    version: int

    @classmethod
    def of(cls, row: Any, *, actor: Actor, now: datetime) -> Self:
        moves = msgspec.json.decode(row["moves"], type=list[MoveLine])
        made = {each.move for each in moves}
        family = actor.role in FAMILY
        open_ones = set(row["exception_statuses"]) - {
            ExceptionStatus.APPROVED,
            ExceptionStatus.CLEARED,
        }
        return cls(
            id=row["id"],
            kind=Kind(row["kind"]),
            status=Status(row["status"]),
            planned_start=row["planned_start"],
            planned_end=row["planned_end"],
            place_kind=PlaceKind(row["place_kind"]),
            institution_id=row["institution"],
            institution_name=row["institution_name"],
            point=_point(row) if row["in_full"] else None,
            address=_address(row),
            room=_opened(row["room"], "addresses.room") if row["in_full"] else None,
            person_id=row["person"],
            person_name=crypto.unseal(row["name"], "persons.name"),
            person_phone=masks.phone(phone)
            if (phone := _opened(row["phone"], "persons.phone"))
            else None,
            care_flags=[] if family else list(row["care_flags"]),
            items=_items(row),
            needs_two=row["needs_two"],
            staff=StaffGoing.all_of(row["staff"]),
            moves=moves,
            is_documented=row["is_documented"],
            is_attested=row["is_attested"],
            is_verified={Move.CHECK_IN, Move.CHECK_OUT} <= made and not open_ones,
            attestation_code=attestation_code(row["id"], now) if family else None,
            version=row["version"],
        )


def _opened(sealed: bytes | None, label: str) -> str | None:
    return crypto.unseal(sealed, label) if sealed else None


def _address(row: Any) -> str | None:
    line = _opened(row["line"], "addresses.line")
    return line if line is None or row["in_full"] else masks.address(line)


def _point(row: Any) -> Point | None:
    if row["lat"] is None:
        return None
    return Point(lat=row["lat"], lon=row["lon"], datum=row["datum"])


def _items(row: Any) -> list[ItemLine]:
    known, consented = terminology.service_items(), set(row["consented"])
    return [
        ItemLine(
            code=each["code"],
            name=known[each["code"]].name,
            minutes=each.get("minutes") or known[each["code"]].usual_minutes,
            needs_consent=known[each["code"]].needs_consent,
            has_consent=each["code"] in consented,
        )
        for each in msgspec.json.decode(row["items"])
    ]
