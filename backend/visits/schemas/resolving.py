"""Exceptions, decisions, appeals, absences, alarms, tracks and assignments as they are stored."""

from typing import Any, Self
from uuid import UUID

import msgspec

from backend.core import crypto, masks
from backend.core.wire import Moment, Point, Response
from backend.visits.lifecycle import CLEARS, RULES, Code, ExceptionStatus, Move
from backend.visits.lifecycle.absences import Absence, Alarm
from backend.visits.lifecycle.resolving import Appeal, Decision, DecisionMade
from backend.visits.lifecycle.rounds import Track
from backend.visits.lifecycle.staffing import Assignment

DECISION_REASON = "visit_exceptions.reason"


class ExceptionDetail(Response):
    """One odd thing about one visit: its rule, its evidence, and what would clear it."""

    id: UUID
    visit_id: UUID
    person_id: UUID | None
    person_name: str | None
    planned_start: Moment
    move: Move
    happened_at: Moment
    code: str
    rule: str
    evidence: dict[str, Any]
    clears: str
    clears_en: str
    author_id: UUID
    status: ExceptionStatus
    due_at: Moment
    appeal_until: Moment | None
    decided_because: str | None

    @classmethod
    def of(cls, row: Any) -> Self:
        code = Code(row["code"])
        clears, clears_en = CLEARS[code]
        name = crypto.unseal(row["name"], "persons.name") if row["name"] else None
        return cls(
            id=row["id"],
            visit_id=row["visit"],
            person_id=row["person"],
            person_name=masks.name(name) if name else None,
            planned_start=row["planned_start"],
            move=Move(row["move"]),
            happened_at=row["happened_at"],
            code=code,
            rule=RULES.get(code, "EV-02"),
            evidence=msgspec.json.decode(row["evidence"]),
            clears=clears,
            clears_en=clears_en,
            author_id=row["author"],
            status=ExceptionStatus(row["status"]),
            due_at=row["due_at"],
            appeal_until=row["appeal_until"],
            decided_because=row["decided_because"],
        )


class DecisionDetail(Response):
    id: UUID
    exception_id: UUID
    decision: Decision
    reason_code: str
    decided_by: UUID
    recorded_at: Moment

    @classmethod
    def of(cls, made: DecisionMade) -> Self:
        return cls(
            id=made.id,
            exception_id=made.exception_id,
            decision=made.decision,
            reason_code=made.reason_code,
            decided_by=made.decided_by,
            recorded_at=made.recorded_at,
        )


class AppealDetail(Response):
    exception_id: UUID
    appealed_by: UUID
    recorded_at: Moment

    @classmethod
    def of(cls, made: Appeal) -> Self:
        return cls(
            exception_id=made.exception_id,
            appealed_by=made.appealed_by,
            recorded_at=made.recorded_at,
        )


class DecisionLine(DecisionDetail):
    """A decision, in the words of who made it."""

    reason: str | None


class AppealLine(AppealDetail):
    """An appeal, in the words of the carer."""

    reason: str


class ExceptionWhole(ExceptionDetail):
    """One exception: what the carer said to it then, what was decided, and the appeal."""

    said_because: str | None
    said_reason: str | None
    decisions: list[DecisionLine]
    appeal: AppealLine | None

    @classmethod
    def whole(cls, row: Any, decisions: list[Any], appeal: Any | None) -> Self:
        exception = ExceptionDetail.of(row)
        return cls(
            **msgspec.structs.asdict(exception),
            said_because=row["said_because"],
            said_reason=_opened(row["said_reason"], "visit_moves.reason"),
            decisions=[
                DecisionLine(**{**each, "reason": _opened(each["reason"], DECISION_REASON)})
                for each in decisions
            ],
            appeal=AppealLine(
                exception_id=appeal["exception_id"],
                appealed_by=appeal["appealed_by"],
                recorded_at=appeal["recorded_at"],
                reason=crypto.unseal(appeal["reason"], "visit_exceptions.appeal"),
            )
            if appeal
            else None,
        )


class AssignmentDetail(Response):
    id: UUID
    visit_id: UUID
    staff_id: UUID
    role: str
    is_lead: bool
    from_at: Moment
    until_at: Moment | None
    assigned_by: UUID
    reason: str | None

    @classmethod
    def of(cls, made: Assignment) -> Self:
        return cls(**{name: getattr(made, name) for name in cls.__struct_fields__})


class AbsenceDetail(Response):
    id: UUID
    staff_id: UUID
    organization_id: UUID
    absent_from: Moment
    absent_until: Moment
    reason: str
    recorded_at: Moment

    @classmethod
    def of(cls, made: Absence) -> Self:
        return cls(**{name: getattr(made, name) for name in cls.__struct_fields__})


class AlarmDetail(Response):
    id: UUID
    staff_id: UUID
    visit_id: UUID | None
    point: Point | None
    client_time: Moment
    happened_at: Moment
    recorded_at: Moment

    @classmethod
    def of(cls, made: Alarm) -> Self:
        return cls(
            id=made.id,
            staff_id=made.staff_id,
            visit_id=made.visit_id,
            point=None
            if made.lat is None or made.lon is None or made.datum is None
            else Point(lat=made.lat, lon=made.lon, datum=made.datum),
            client_time=made.client_time,
            happened_at=made.happened_at,
            recorded_at=made.recorded_at,
        )


class TrackDetail(Response):
    id: UUID
    visit_id: UUID
    points_from: Moment
    points_to: Moment
    recorded_at: Moment

    @classmethod
    def of(cls, made: Track) -> Self:
        return cls(**{name: getattr(made, name) for name in cls.__struct_fields__})


def _opened(sealed: bytes | None, label: str) -> str | None:
    return crypto.unseal(sealed, label) if sealed else None


class CheckInToken(Response):
    """What the institution's screen shows as a QR code; a new one is there at `turns_at`."""

    organization_id: UUID
    token: str
    turns_at: Moment
