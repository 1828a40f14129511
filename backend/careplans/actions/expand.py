"""HB-21: interventions become visits some days ahead, each on each day once.

Whoever expands a plan holds its person and the plan, so that two never do it at once; the table
refuses a second time all the same. What nobody can be sent for is kept as a need, shown to the
dispatcher, and tried again each day; so is a second for who would go alone (HC-09).
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record

from backend import policy
from backend.careplans import queries
from backend.careplans.actions import checks, sending
from backend.careplans.events import CareUncovered, ReassessmentDue
from backend.careplans.lifecycle import Hours, Intervention, PlanContent, needs
from backend.careplans.schemas import UncoveredCare
from backend.core import calendar
from backend.core.access import Actor
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.visits import actions as visits

BECAME = """
INSERT INTO care_plan_visits (id, plan, intervention, item_code, day, number, visit, is_by_hand,
                              recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""

FILLED = "UPDATE care_plan_visits SET visit = $2, is_by_hand = $3 WHERE id = $1"

CALLED_OFF = """
UPDATE care_plan_visits SET called_off_at = $2
 WHERE plan = $1 AND called_off_at IS NULL
   AND (visit = ANY ($3::uuid[]) OR (visit IS NULL AND day >= $4))
"""


class Expanded(msgspec.Struct):
    """What became of a plan: the visits made, and what nobody can be sent for yet."""

    visits: list[UUID] = []
    uncovered: list[UncoveredCare] = []

    def words(self) -> dict[str, Any]:
        return {"visits_planned": len(self.visits), "uncovered": self.uncovered}


async def expand(plan: Record, content: PlanContent, *, number: int, now: datetime) -> Expanded:
    """Make the visits of a held plan that are not there yet. Again it makes no more.

    In the caller's transaction. HC-04: nothing is ordered on an old assessment.
    """
    expanded = Expanded()
    if plan["paused_at"] is not None or plan["died_on"] is not None:
        return expanded
    if await checks.is_assessed(plan["person"], now) is None:
        publish(
            ReassessmentDue(
                subject_id=plan["id"], person_id=plan["person"], staff_id=plan["doctor"]
            )
        )
        return expanded
    start = calendar.on(now)
    end = calendar.on(now + policy.span(now, "hb.plan_horizon_days"))
    known = await queries.known(plan["id"], start=start, end=end)
    made = {(each["intervention"], each["day"]) for each in known if each["visit"] is not None}
    due = [each for each in _due(content, start, end) if (each[1].id, each[0]) not in made]
    alone = await queries.alone(plan["id"], start=start, now=now)
    if not due and not alone:
        return expanded
    await queries.hold_carers([plan["organization"]])
    looking = sending.Looking(
        plan=plan,
        number=number,
        carers=await queries.carers(plan, start=start, end=end, now=now),
        elders=await queries.the_elders(person_id=plan["person"], start=start, end=end),
        company=await queries.company(
            person_id=plan["person"], organization_id=plan["organization"]
        ),
        hours=_hours(now),
        known={
            (each["intervention"], each["day"]): each["id"]
            for each in known
            if each["visit"] is None
        },
        now=now,
    )
    is_news = False
    for need in needs(due, lasts_max=policy.span(now, "ev.max_visit_min")):
        visit_id, why, is_by_hand = sending.by_hand(need, looking), None, True
        if visit_id is None:
            (visit_id, why), is_by_hand = await sending.send(need, looking), False
        for each in need.interventions:
            is_news |= await _keep(each, need.day, visit_id, looking, is_by_hand=is_by_hand)
        if visit_id is None:
            expanded.uncovered += [
                UncoveredCare(each.id, need.day, why) for each in need.interventions
            ]
        elif not is_by_hand:
            expanded.visits.append(visit_id)
    await sending.pair(alone, looking)
    if is_news:
        publish(
            CareUncovered(
                subject_id=plan["id"],
                person_id=plan["person"],
                organization_id=plan["organization"],
            )
        )
    return expanded


async def call_off_future(plan: Record, *, actor: Actor, now: datetime) -> list[UUID]:
    """HB-22: call off what the plan has still only planned, in the caller's transaction.

    What was done, is being done or was arranged by hand stays; needs that wait are forgotten.
    """
    visit_ids = await queries.to_call_off(plan["id"], now=now)
    called_off = await visits.call_off_visits(
        visit_ids=visit_ids, actor=actor.on_behalf(sending.WHY), now=now
    )
    await rows(CALLED_OFF, plan["id"], now, called_off, calendar.on(now))
    return called_off


def _due(content: PlanContent, start: date, end: date) -> Iterable[tuple[date, Intervention]]:
    for each in content.interventions:
        if each.is_infusion:
            continue  # IM-07: given in the infusion room; nobody goes anywhere
        days = each.rule().due(begins=each.start_on, ends=each.end_on, start=start, end=end)
        for day in days:
            yield day, each


def _hours(now: datetime) -> Hours:
    opens, closes = policy.times(now, "hb.plan_hours")
    return Hours(
        opens=opens,
        closes=closes,
        step=policy.span(now, "hb.plan_step_min"),
        visits_max=policy.whole(now, "hb.plan_visits_per_carer_day"),
    )


async def _keep(
    intervention: Intervention,
    day: date,
    visit_id: UUID | None,
    looking: sending.Looking,
    *,
    is_by_hand: bool,
) -> bool:
    """Write down what the intervention became on that day. Whether it is a need nobody knew of."""
    waiting = looking.known.get((intervention.id, day))
    if waiting is not None:
        if visit_id is not None:
            await rows(FILLED, waiting, visit_id, is_by_hand)
        return False
    await rows(
        BECAME,
        uuid7(),
        looking.plan["id"],
        intervention.id,
        intervention.item_code,
        day,
        looking.number,
        visit_id,
        is_by_hand and visit_id is not None,
        looking.now,
    )
    return visit_id is None
