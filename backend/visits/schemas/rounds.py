"""A round and its residents."""

from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.core import crypto
from backend.core.wire import Moment, Response
from backend.visits.lifecycle import EntryStatus, Status
from backend.visits.lifecycle.rounds import Entry
from backend.visits.schemas.visits import MoveLine, Name, StaffGoing


class EntryDetail(Response):
    """One resident of a round, as stored."""

    round_id: UUID
    person_id: UUID
    status: EntryStatus
    made_by: UUID | None
    minutes: int | None
    witness_id: UUID | None
    client_time: Moment | None
    happened_at: Moment | None
    recorded_at: Moment | None

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(
            round_id=entry.round_id,
            person_id=entry.person_id,
            status=EntryStatus(entry.status),
            made_by=entry.made_by,
            minutes=entry.minutes,
            witness_id=entry.witness_id,
            client_time=entry.client_time,
            happened_at=entry.happened_at,
            recorded_at=entry.recorded_at,
        )


class Vital(Response):
    """The newest reading of that day, whoever took it."""

    value: float | None
    value_code: str | None
    happened_at: Moment
    flags: list[str]


class ResidentLine(Response):
    person_id: UUID
    person_name: Name
    bed: str | None
    status: EntryStatus
    minutes: int | None
    is_documented: Annotated[bool, Meta(description="a signed note: this person's round is done")]
    vitals: Annotated[dict[str, Vital], Meta(extra_json_schema={"x-data-level": 4})]
    alerts: Annotated[list[str], Meta(extra_json_schema={"x-data-level": 4})]


class RoundDetail(Response):
    """One arrival, many elders, in the order of their beds."""

    id: UUID
    status: Status
    institution_id: UUID
    institution_name: str
    planned_start: Moment
    planned_end: Moment
    staff: list[StaffGoing]
    moves: list[MoveLine]
    residents: list[ResidentLine]
    version: int

    @classmethod
    def of(cls, row: Any, residents: list[Any]) -> Self:
        return cls(
            id=row["id"],
            status=Status(row["status"]),
            institution_id=row["institution"],
            institution_name=row["institution_name"],
            planned_start=row["planned_start"],
            planned_end=row["planned_end"],
            staff=StaffGoing.all_of(row["staff"]),
            moves=msgspec.json.decode(row["moves"], type=list[MoveLine]),
            residents=[
                ResidentLine(
                    person_id=each["person"],
                    person_name=crypto.unseal(each["name"], "persons.name"),
                    bed=each["bed"],
                    status=EntryStatus(each["status"]),
                    minutes=each["minutes"],
                    is_documented=each["is_documented"],
                    vitals=msgspec.json.decode(each["vitals"], type=dict[str, Vital]),
                    alerts=list(each["alerts"]),
                )
                for each in residents
            ],
            version=row["version"],
        )
