"""An episode, on a list and whole, with what it owes."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.beds.lifecycle import (
    BedKind,
    CloseReason,
    Due,
    Move,
    Outcome,
    Status,
    SuspensionReason,
    What,
)
from backend.beds.lifecycle.due import cycle_end_on
from backend.beds.lifecycle.limits import limits
from backend.core import crypto
from backend.core.wire import Day, Moment, Response

Health = Meta(extra_json_schema={"x-data-level": 4})
Name = Annotated[str, Health]


class DueLine(Response):
    """What is owed, and from when on it is late."""

    what: What
    due_at: Moment
    is_overdue: bool

    @classmethod
    def all_of(cls, dues: list[Due], *, now: datetime) -> list[Self]:
        return [cls(what=each.what, due_at=each.at, is_overdue=each.at <= now) for each in dues]


class HomeSickbedLine(Response):
    """One bed of a center, and what it owes; the soonest first."""

    id: UUID
    person_id: UUID
    person_name: Name
    status: Status
    episode_no: str | None
    place_kind: BedKind | None
    bed: str | None
    assessor_id: UUID | None
    doctor_id: UUID | None
    nurse_id: UUID | None
    opened_at: Moment | None
    due: list[DueLine]

    @classmethod
    def of(cls, row: Any, *, now: datetime) -> Self:
        return cls(
            id=row["id"],
            person_id=row["person"],
            person_name=crypto.unseal(row["name"], "persons.name"),
            status=Status(row["status"]),
            episode_no=row["episode_no"],
            place_kind=BedKind(row["place_kind"]) if row["place_kind"] else None,
            bed=row["bed"],
            assessor_id=row["assessor"],
            doctor_id=row["doctor"],
            nurse_id=row["nurse"],
            opened_at=row["opened_at"],
            due=DueLine.all_of(row["due"], now=now),
        )


class EpisodeMove(Response):
    move: Move
    move_id: UUID
    made_by: UUID
    role: str
    status: Status
    happened_at: Moment
    recorded_at: Moment


class SuspensionLine(Response):
    id: UUID
    reason: SuspensionReason
    from_at: Moment
    until_at: Moment | None
    expected_return_on: Day | None


class HomeSickbedDetail(Response):
    """One episode. The words of the application and the form are for who may see all of it."""

    id: UUID
    person_id: UUID
    person_name: Name
    status: Status
    center_id: UUID
    center_name: str
    episode_no: str | None
    place_kind: BedKind | None
    assessor_id: UUID | None
    doctor_id: UUID | None
    nurse_id: UUID | None
    previous_episode_id: UUID | None
    consent_ids: list[UUID]
    insurance: str | None
    applied_by: UUID
    applied_at: Moment | None
    opened_at: Moment | None
    cycle_end_on: Day | None
    closing_at: Moment | None
    closed_at: Moment | None
    close_reason: Annotated[CloseReason | None, Health]
    outcome: Annotated[Outcome | None, Health]
    application: Annotated[dict[str, Any] | None, Health]
    form: Annotated[dict[str, Any] | None, Health]
    measured: Annotated[dict[str, Any] | None, Health]
    moves: list[EpisodeMove]
    suspensions: list[SuspensionLine]
    due: list[DueLine]
    version: int

    @classmethod
    def of(cls, row: Any, *, now: datetime) -> Self:
        opened_at, in_full = row["opened_at"], row["in_full"]
        cycle = limits(opened_at).cycle if opened_at else None
        return cls(
            id=row["id"],
            person_id=row["person"],
            person_name=crypto.unseal(row["name"], "persons.name"),
            status=Status(row["status"]),
            center_id=row["center"],
            center_name=row["center_name"],
            episode_no=row["episode_no"],
            place_kind=BedKind(row["place_kind"]) if row["place_kind"] else None,
            assessor_id=row["assessor"],
            doctor_id=row["doctor"],
            nurse_id=row["nurse"],
            previous_episode_id=row["previous_episode_id"],
            consent_ids=list(row["consent_ids"]),
            insurance=row["insurance"],
            applied_by=row["applied_by"],
            applied_at=row["applied_at"],
            opened_at=opened_at,
            cycle_end_on=cycle_end_on(opened_at, cycle=cycle) if cycle else None,
            closing_at=row["closing_at"],
            closed_at=row["closed_at"],
            close_reason=CloseReason(row["close_reason"]) if row["close_reason"] else None,
            outcome=Outcome(row["outcome"]) if row["outcome"] and in_full else None,
            application=_opened(row["application"], "home_sickbeds.application", in_full),
            form=_opened(row["form"], "home_sickbed_assessments.form", in_full),
            measured=_opened(row["measured"], "home_sickbed_assessments.measured", in_full),
            moves=msgspec.json.decode(row["moves"], type=list[EpisodeMove]),
            suspensions=msgspec.json.decode(row["suspensions"], type=list[SuspensionLine]),
            due=DueLine.all_of(row["due"], now=now),
            version=row["version"],
        )


def _opened(sealed: bytes | None, label: str, in_full: bool) -> dict[str, Any] | None:  # noqa: FBT001
    if sealed is None or not in_full:
        return None
    found: dict[str, Any] = msgspec.json.decode(crypto.unseal(sealed, label))
    return found
