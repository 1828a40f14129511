"""What the slices above ask of a person's plans, when a bed or a transfer changes their life.

Each joins the caller's transaction, acts for an actor who is there on behalf of a rule, and says
what it touched. Said again it touches nothing.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend.careplans import queries
from backend.careplans.actions import checks, expand, moving, ties
from backend.careplans.actions.end import end_held
from backend.careplans.events import (
    CarePlanHandedOver,
    CarePlanPaused,
    CarePlanResumed,
    CarePlanToTake,
)
from backend.careplans.lifecycle import PlanEndSaid, PlanMove, PlanStatus
from backend.careplans.schemas import UncoveredCare, opened
from backend.core.access import Actor
from backend.core.db import action, row
from backend.core.journal import publish

PAUSE = "UPDATE care_plans SET paused_at = $2 WHERE id = $1"
HAND_OVER = """
UPDATE care_plans SET doctor = $2, organization = $3, to_take_since = $4 WHERE id = $1
"""


class Touched(msgspec.Struct, frozen=True):
    """A plan that was touched, and what that did to its visits."""

    plan_id: UUID
    called_off: list[UUID] = []
    planned: list[UUID] = []
    uncovered: list[UncoveredCare] = []


@action
async def pause_plans(*, person_id: UUID, actor: Actor, now: datetime) -> list[Touched]:
    """An inpatient stay begins: visits to come are called off, the plans are kept.

    :raises Missing:
    """
    touched = []
    for plan in await _held(person_id, actor, PlanStatus.ACTIVE):
        if plan["paused_at"] is not None:
            continue
        called_off = await expand.call_off_future(plan, actor=actor, now=now)
        await row(PAUSE, plan["id"], now)
        await _moved(plan, PlanMove.PAUSE, actor, now)
        publish(CarePlanPaused(subject_id=plan["id"], person_id=person_id))
        touched.append(Touched(plan["id"], called_off=called_off))
    return touched


@action
async def resume_plans(*, person_id: UUID, actor: Actor, now: datetime) -> list[Touched]:
    """They are back: visits appear again from now, and the plans are to be reviewed (HB-23).

    :raises Missing:
    """
    touched = []
    for plan in await _held(person_id, actor, PlanStatus.ACTIVE):
        if plan["paused_at"] is None:
            continue
        await row(PAUSE, plan["id"], None)
        await _moved(plan, PlanMove.RESUME, actor, now)
        going_on = await queries.hold_plan(plan["id"])
        expanded = await _expand(going_on, now)
        await moving.owe_review(plan, now, now=now)
        publish(CarePlanResumed(subject_id=plan["id"], person_id=person_id))
        touched.append(Touched(plan["id"], planned=expanded.visits, uncovered=expanded.uncovered))
    return touched


@action
async def end_plans(*, person_id: UUID, actor: Actor, reason: str, now: datetime) -> list[Touched]:
    """End every open plan of a person; `reason` is a code.

    :raises Missing:
    """
    touched = []
    for plan in await _held(person_id, actor, *PlanStatus):
        _, called_off = await end_held(
            plan, actor=actor, said=PlanEndSaid(reason_code=reason), tie=_why(actor), now=now
        )
        touched.append(Touched(plan["id"], called_off=called_off))
    return touched


@action
async def hand_over_plans(
    *,
    person_id: UUID,
    to_organization_id: UUID,
    to_doctor_id: UUID | None,
    actor: Actor,
    now: datetime,
) -> list[Touched]:
    """Another center answers for a person's open plans: it sees the elder, and sends its own.

    What the former one had planned is called off, and planned again by the new one. Without a
    doctor the former one answers until a doctor of the new center takes it (交接未毕, 不离岗).

    :raises Missing: :raises NotTheDoctor:
    """
    if to_doctor_id is not None:
        await checks.check_doctor(to_doctor_id, organization_id=to_organization_id, now=now)
    touched = []
    for plan in await _held(person_id, actor, *PlanStatus):
        if plan["organization"] == to_organization_id:
            continue
        await queries.hold_carers([plan["organization"], to_organization_id])
        called_off = await expand.call_off_future(plan, actor=actor, now=now)
        doctor_id = to_doctor_id or plan["doctor"]
        waits_since = None if to_doctor_id else now
        await row(HAND_OVER, plan["id"], doctor_id, to_organization_id, waits_since)
        await _moved(plan, PlanMove.HAND_OVER, actor, now)
        theirs = await queries.hold_plan(plan["id"])
        await ties.tie(theirs, now=now)
        expanded = await _expand(theirs, now)
        about = {"subject_id": plan["id"], "person_id": person_id}
        if to_doctor_id is None:
            publish(CarePlanToTake(**about, organization_id=to_organization_id))
        else:
            publish(CarePlanHandedOver(**about, to_id=to_doctor_id))
        touched.append(
            Touched(
                plan["id"],
                called_off=called_off,
                planned=expanded.visits,
                uncovered=expanded.uncovered,
            )
        )
    return touched


@action
async def review_plans(*, person_id: UUID, actor: Actor, now: datetime) -> list[Touched]:
    """HB-23: after a referral, and with a stage summary, the active plans are to be reviewed.

    :raises Missing:
    """
    touched = []
    for plan in await _held(person_id, actor, PlanStatus.ACTIVE):
        if plan["review_at"] is None or plan["review_at"] > now:
            await moving.owe_review(plan, now, now=now)
            touched.append(Touched(plan["id"]))
    return touched


async def _held(person_id: UUID, actor: Actor, *statuses: PlanStatus) -> list[Record]:
    """The person's open plans of these statuses, all locked."""
    _why(actor)
    await queries.hold_person(person_id)
    found = await queries.open_plans(person_id=person_id)
    return [await queries.hold_plan(each["id"]) for each in found if each["status"] in statuses]


async def _expand(plan: Record, now: datetime) -> expand.Expanded:
    if plan["status"] != PlanStatus.ACTIVE:
        return expand.Expanded()
    content = opened(plan["content"])
    return await expand.expand(plan, content, number=plan["number"], now=now)


async def _moved(plan: Record, move: PlanMove, actor: Actor, now: datetime) -> None:
    await moving.write_down(
        plan=plan, move=move, actor=actor, number=plan["version"], body=(), tie=_why(actor), now=now
    )


def _why(actor: Actor) -> str:
    assert actor.why is not None, "a slice above acts on behalf of a rule"
    return actor.why
