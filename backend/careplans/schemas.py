"""What of a plan crosses the wire."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.careplans.lifecycle import (
    Goal,
    Intervention,
    PlanContent,
    PlanMove,
    PlanStatus,
    Why,
    decode,
    why_nobody,
)
from backend.core import crypto
from backend.core.access import Role
from backend.core.wire import Day, Moment, Response
from backend.policy import terminology

SEALED = "care_plans.content"


class InterventionShown(Response):
    """One item; `has_consent` says whether the consent it asks for is there (HC-10)."""

    intervention: Intervention
    name: str | None
    needs_consent: bool
    has_consent: bool


class PlanAheadShown(Response):
    """What an intervention becomes on a day. Without a visit nobody could be sent yet."""

    intervention_id: UUID
    item_code: str
    day: Day
    visit_id: UUID | None
    needs_second: Annotated[bool, Meta(description="two must go, and one is sent (HC-09)")]
    why: Annotated[Why, Meta(description="why nobody is sent")] | None

    @classmethod
    def of(cls, row: Any, *, role: Role | None, lives_somewhere: bool) -> Self:
        return cls(
            intervention_id=row["intervention"],
            item_code=row["item_code"],
            day=row["day"],
            visit_id=row["visit"],
            needs_second=row["needs_second"],
            why=why_nobody(role, lives_somewhere=lives_somewhere)
            if role is not None and row["visit"] is None
            else None,
        )


class PlanVersionShown(Response):
    """What held from `recorded_at` on, whole."""

    number: int
    content: PlanContent
    reason: str | None
    made_by: UUID
    recorded_at: Moment

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            number=row["number"],
            content=opened(row["content"]),
            reason=_opened(row["reason"], "care_plan_versions.reason"),
            made_by=row["made_by"],
            recorded_at=row["recorded_at"],
        )


class CarePlanHead(Response):
    """A plan in a list, without its texts."""

    id: UUID
    person_id: UUID
    organization_id: UUID
    doctor_id: UUID
    because_id: UUID | None
    is_hospice: bool
    status: PlanStatus
    number: Annotated[int, Meta(description="the version in force; 0 while it is a draft")]
    review_at: Moment | None
    paused_at: Moment | None
    to_take_since: Annotated[
        Moment | None,
        Meta(description="handed over, and waiting for a doctor; `doctor_id` answers till then"),
    ]
    recorded_at: Moment
    version: Annotated[int, Meta(description="of the draft: for If-Match and for who signs it")]

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(**_head(row))


class CarePlanDetail(CarePlanHead):
    """A plan, all its versions, and what it becomes in the days ahead."""

    author_id: UUID
    needs_countersignature: bool
    is_countersigned: bool
    problems: list[str]
    goals: list[Goal]
    interventions: list[InterventionShown]
    review_on: Day | None
    versions: list[PlanVersionShown]
    ahead: list[PlanAheadShown]

    @classmethod
    def all_of(cls, row: Any, versions: list[Any], ahead: list[Any]) -> Self:
        content = opened(row["content"])
        roles = {each.id: each.goes_as for each in content.interventions if not each.is_infusion}
        lives_somewhere = (row["residence"] or row["address"]) is not None
        return cls(
            **_head(row),
            author_id=row["author"],
            needs_countersignature=row["needs_countersignature"],
            is_countersigned=row["countersigned_version"] is not None,
            problems=content.problems,
            goals=content.goals,
            interventions=[_shown(each, set(row["consented"])) for each in content.interventions],
            review_on=content.review_on,
            versions=[PlanVersionShown.of(each) for each in versions],
            ahead=[
                PlanAheadShown.of(
                    each, role=roles.get(each["intervention"]), lives_somewhere=lives_somewhere
                )
                for each in ahead
            ],
        )


class UncoveredCare(msgspec.Struct, frozen=True):
    """Nobody can be sent for this on that day yet; the dispatcher sees it, and we try again."""

    intervention_id: UUID
    day: date
    why: Why | None = None


class CarePlanMoveDetail(Response):
    """A move as it was stored: a repeat answers the same."""

    plan_id: UUID
    move: PlanMove
    number: int
    status: PlanStatus
    made_by: UUID
    recorded_at: Moment
    visits_planned: int
    visits_called_off: int
    uncovered: list[UncoveredCare]

    @classmethod
    def of(cls, row: Any) -> Self:
        said: dict[str, Any] = msgspec.json.decode(row["said"])
        return cls(
            plan_id=row["plan"],
            move=PlanMove(row["move"]),
            number=row["number"],
            status=PlanStatus(row["to_status"]),
            made_by=row["made_by"],
            recorded_at=row["recorded_at"],
            visits_planned=said.get("visits_planned", 0),
            visits_called_off=said.get("visits_called_off", 0),
            uncovered=msgspec.convert(said.get("uncovered", []), list[UncoveredCare]),
        )


def opened(content: bytes) -> PlanContent:
    return decode(crypto.unseal(content, SEALED))


def _opened(sealed: bytes | None, label: str) -> str | None:
    return crypto.unseal(sealed, label) if sealed else None


def _head(row: Any) -> dict[str, Any]:
    return {
        "id": row["id"],
        "person_id": row["person"],
        "organization_id": row["organization"],
        "doctor_id": row["doctor"],
        "because_id": row["because_id"],
        "is_hospice": row["is_hospice"],
        "status": PlanStatus(row["status"]),
        "number": row["number"],
        "review_at": row["review_at"],
        "paused_at": row["paused_at"],
        "to_take_since": row["to_take_since"],
        "recorded_at": row["recorded_at"],
        "version": row["version"],
    }


def _shown(intervention: Intervention, consented: set[str]) -> InterventionShown:
    item = terminology.service_items().get(intervention.item_code)
    return InterventionShown(
        intervention=intervention,
        name=item.name if item else None,
        needs_consent=item is not None and item.needs_consent,
        has_consent=intervention.item_code in consented,
    )
