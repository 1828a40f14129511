"""Corrections of addresses as they cross the wire."""

from typing import Annotated, Self
from uuid import UUID

from asyncpg import Record
from msgspec import Meta

from backend.core import crypto
from backend.core.wire import Moment, Response
from backend.people.lifecycle import CorrectionStatus, Datum
from backend.people.schemas.persons import Personal, PointKept


class CorrectionDetail(Response):
    """What somebody at the door found; null is what they found right."""

    id: UUID
    address_id: UUID
    line: Personal | None
    room: Personal | None
    point: PointKept | None
    address_line: Annotated[Personal, Meta(description="as it stands now")]
    address_room: Personal | None
    reason: Personal
    asked_by_id: UUID
    asked_by_name: str
    asked_at: Moment
    status: CorrectionStatus
    decided_by_id: UUID | None
    decided_at: Moment | None

    @classmethod
    def of(cls, found: Record) -> Self:
        lat, lon = found["lat"], found["lon"]
        return cls(
            id=found["id"],
            address_id=found["address"],
            line=crypto.unseal(found["line"], "addresses.line") if found["line"] else None,
            room=crypto.unseal(found["room"], "addresses.room") if found["room"] else None,
            point=PointKept(lat=lat, lon=lon, datum=Datum(found["datum"]))
            if lat is not None
            else None,
            address_line=crypto.unseal(found["was_line"], "addresses.line"),
            address_room=crypto.unseal(found["was_room"], "addresses.room")
            if found["was_room"]
            else None,
            reason=crypto.unseal(found["reason"], "address_corrections.reason"),
            asked_by_id=found["asked_by"],
            asked_by_name=crypto.unseal(found["asker_name"], "persons.name"),
            asked_at=found["asked_at"],
            status=CorrectionStatus(found["status"]),
            decided_by_id=found["decided_by"],
            decided_at=found["decided_at"],
        )
