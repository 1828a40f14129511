"""An elder with a plan: a center with carers, an assessment, a consent, a draft."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.careplans import actions
from backend.careplans.lifecycle import (
    Goal,
    Intervention,
    PlanActivationSaid,
    PlanCountersignatureSaid,
    PlanEndSaid,
    PlanRevisionSaid,
    PlanSaid,
)
from backend.core import calendar
from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from tests.builders import TUESDAY_NINE, staff_of
from tests.visits.world import World as VisitWorld
from tests.visits.world import a_world as a_visit_world

# 07:00 in Shanghai: nothing of the day has passed.
MORNING = TUESDAY_NINE - timedelta(hours=2)
DAY = timedelta(days=1)
DRESSING, PRESSURE, ROUND = "S113", "S105", "S115"
INVASIVE = ("S108", "S206", "S207")
INJECTIONS = ("S108", "S109")


class World(VisitWorld):
    senior: Actor


async def a_world(*, now: datetime = MORNING) -> World:
    """The elder was assessed a week ago."""
    world = await a_visit_world()
    senior = await staff_of(world.center, Role.SENIOR_GP, name="秦岚", sex="F")
    await an_assessment(world, now - 7 * DAY)
    await rows("UPDATE care_team SET from_at = least(from_at, $1)", now - DAY)
    return World(**msgspec.structs.asdict(world), senior=senior)


async def an_assessment(world: VisitWorld, at: datetime) -> None:
    await rows(
        "INSERT INTO assessments (id, person, instrument, answers, result, author, client_time,"
        " happened_at, recorded_at, version, fingerprint)"
        " VALUES ($1, $2, 'BARTHEL', '', '{}', $3, $4, $4, $4, 1, '')",
        uuid7(),
        world.elder,
        world.doctor.person_id,
        at,
    )


async def a_consent(world: VisitWorld, *items: str, at: datetime = MORNING - DAY) -> None:
    await rows(
        "INSERT INTO consents (id, person, purpose, items, text_version, given_by, method,"
        " client_time, happened_at, recorded_at, fingerprint)"
        " VALUES ($1, $2, 'care', $3, '1', $2, 'app', $4, $4, $4, '')",
        uuid7(),
        world.elder,
        list(items),
        at,
    )


def an_intervention(
    item_code: str = PRESSURE, frequency: str = "FREQ=DAILY", **changed: Any
) -> Intervention:
    said: dict[str, Any] = {
        "id": uuid7(),
        "item_code": item_code,
        "frequency": frequency,
        "start_on": calendar.on(MORNING),
    }
    if item_code in INJECTIONS:
        said |= {"first_dose_on": calendar.on(MORNING - DAY), "needs_skin_test": False}
    return Intervention(**{**said, **changed})


def a_plan(world: VisitWorld, *interventions: Intervention, **changed: Any) -> PlanSaid:
    said: dict[str, Any] = {
        "person_id": world.elder,
        "problems": ["高血压", "跌倒风险"],
        "goals": [Goal(text="血压平稳", measure="<140/90", due_on=date(2026, 12, 31))],
        "interventions": list(interventions) or [an_intervention()],
    }
    return PlanSaid(**{**said, **changed})


async def a_draft(
    world: VisitWorld,
    *interventions: Intervention,
    by: Actor | None = None,
    now: datetime = MORNING,
    **changed: Any,
) -> UUID:
    plan_id = uuid7()
    await actions.write(
        plan_id=plan_id,
        actor=by or world.doctor,
        said=a_plan(world, *interventions, **changed),
        if_match=None,
        now=now,
    )
    return plan_id


async def activate(
    world: VisitWorld, plan_id: UUID, *, by: Actor | None = None, now: datetime = MORNING
):
    return await actions.activate(
        plan_id=plan_id,
        actor=by or world.doctor,
        said=PlanActivationSaid(version=await version_of(plan_id)),
        now=now,
    )


async def an_active_plan(
    world: VisitWorld, *interventions: Intervention, now: datetime = MORNING, **changed: Any
) -> UUID:
    plan_id = await a_draft(world, *interventions, now=now, **changed)
    await activate(world, plan_id, now=now)
    return plan_id


async def countersign(world: World, plan_id: UUID, *, by: Actor | None = None):
    return await actions.countersign(
        plan_id=plan_id,
        actor=by or world.senior,
        said=PlanCountersignatureSaid(version=await version_of(plan_id)),
        now=MORNING,
    )


async def revise(
    world: VisitWorld,
    plan_id: UUID,
    *interventions: Intervention,
    number: int = 2,
    by: Actor | None = None,
    now: datetime = MORNING,
    **changed: Any,
):
    said = PlanRevisionSaid(
        **{
            "problems": ["高血压"],
            "interventions": list(interventions) or [an_intervention()],
            "reason": "血压平稳，减少频次",
            **changed,
        }
    )
    return await actions.revise(
        plan_id=plan_id, number=number, actor=by or world.doctor, said=said, now=now
    )


async def end(
    world: VisitWorld, plan_id: UUID, *, by: Actor | None = None, now: datetime = MORNING
):
    return await actions.end(
        plan_id=plan_id,
        actor=by or world.doctor,
        said=PlanEndSaid(reason_code="GOALS_REACHED"),
        now=now,
    )


async def version_of(plan_id: UUID) -> int:
    version = await value("SELECT version FROM care_plans WHERE id = $1", plan_id)
    return version or 1


async def ahead(plan_id: UUID) -> dict[tuple[UUID, date], UUID | None]:
    """What the plan is to become, each intervention on each day; twice is an error."""
    found = await rows(
        "SELECT intervention, day, visit FROM care_plan_visits"
        " WHERE plan = $1 AND called_off_at IS NULL",
        plan_id,
    )
    seen = {(each["intervention"], each["day"]): each["visit"] for each in found}
    assert len(seen) == len(found)
    return seen


async def planned(plan_id: UUID) -> list[Any]:
    """The plan's visits that are still planned, in the order of their start."""
    return await rows(
        "SELECT DISTINCT v.id, v.planned_start, v.planned_end, v.status, v.kind, v.organization,"
        " a.staff FROM care_plan_visits c JOIN visits v ON v.id = c.visit"
        " JOIN visit_assignments a ON a.visit = v.id AND a.until_at IS NULL"
        " WHERE c.plan = $1 AND v.status = 'PLANNED' ORDER BY v.planned_start",
        plan_id,
    )


def days_of(visits: list[Any]) -> list[date]:
    return [calendar.on(each["planned_start"]) for each in visits]
