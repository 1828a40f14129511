"""HB-21: interventions become visits some days ahead, each on each day once.

Whoever expands a plan holds its person and the plan, so that two never do it at once; the table
refuses a second time all the same. What nobody can be sent for is kept as a need, shown to the
dispatcher, and tried again each day.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record

from backend import policy
from backend.careplans import queries
from backend.careplans.actions import checks
from backend.careplans.events import CareUncovered, ReassessmentDue
from backend.careplans.lifecycle import (
    Carer,
    Choice,
    Hours,
    Intervention,
    Need,
    PlanContent,
    Span,
    choose,
    kind_of,
    needs,
)
from backend.careplans.queries.expanding import Standing
from backend.careplans.schemas import UncoveredCare
from backend.core import calendar
from backend.core.access import SYSTEM, Actor
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.visits import actions as visits
from backend.visits.lifecycle import Journey, PlaceKind, needs_two
from backend.visits.lifecycle.plans import Going, Item, Place, VisitPlan
from backend.visits.problems import NotQualified, SlotTaken, UnknownPlace

WHY = "care_plan"

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


class _Looking(msgspec.Struct):
    """What is known while visits are made; it grows with each."""

    plan: Record
    number: int
    carers: list[Carer]
    elders: list[Standing]
    company: Record
    hours: Hours
    known: dict[tuple[UUID, date], UUID]  # needs that wait, by the id of their row
    now: datetime


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
    if not due:
        return expanded
    await queries.hold_carers([plan["organization"]])
    looking = _Looking(
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
        visit_id, is_by_hand = _by_hand(need, looking), True
        if visit_id is None:
            visit_id, is_by_hand = await _send(need, looking), False
        for each in need.interventions:
            is_news |= await _keep(each, need.day, visit_id, looking, is_by_hand=is_by_hand)
        if visit_id is None:
            expanded.uncovered += [UncoveredCare(each.id, need.day) for each in need.interventions]
        elif not is_by_hand:
            expanded.visits.append(visit_id)
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
        visit_ids=visit_ids, actor=actor.on_behalf(WHY), now=now
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


def _by_hand(need: Need, looking: _Looking) -> UUID | None:
    """A visit that somebody arranged for what had waited, so that nobody goes twice."""
    waits = all((each.id, need.day) in looking.known for each in need.interventions)
    if not waits:
        return None
    for each in looking.elders:
        is_that = calendar.on(each.span.start) == need.day and {*need.items} <= each.items
        if is_that and not each.is_of_a_plan:
            return each.id
    return None


async def _send(need: Need, looking: _Looking) -> UUID | None:
    """Plan the visit with the first who can go, at the first hour that is free; None when none."""
    taken = [each.span for each in looking.elders]
    carers = list(looking.carers)
    while True:
        choice = choose(
            need,
            carers=carers,
            elder=taken,
            hours=looking.hours,
            after=looking.now,
            needs_two=partial(_needs_two, need, looking.company),
        )
        if choice is None:
            return None
        visit_id = uuid7()
        try:
            await visits.plan(
                visit_id=visit_id,
                actor=_sender(looking.plan),
                said=_visit(need, choice, looking.plan),
                if_match=None,
                now=looking.now,
            )
        except SlotTaken:
            taken.append(choice.span)
        except NotQualified as error:
            carers = [each for each in carers if each.id != error.facts["staff_id"]]
        except UnknownPlace:
            return None  # nobody can be sent to who lives nowhere; somebody must ask
        else:
            for each in choice.going:
                each.taken.append(choice.span)
            looking.elders.append(
                Standing(visit_id, choice.span, frozenset(need.items), is_of_a_plan=True)
            )
            return visit_id


def _needs_two(need: Need, company: Record, carer: Carer, span: Span) -> bool:
    """HC-09, as the visit itself will weigh it."""
    journey = Journey(
        start=span.start,
        end=span.end,
        items=frozenset(need.items),
        care_flags=frozenset(company["care_flags"]),
        sex=company["sex"],
        staff_sexes=frozenset({carer.sex} if carer.sex else ()),
        is_first_visit=company["is_first"],
    )
    return needs_two(
        journey,
        night=policy.times(span.start, "hc.night_hours"),
        invasive=policy.texts(span.start, "hc.invasive_items"),
    )


def _sender(plan: Record) -> Actor:
    center = msgspec.structs.replace(SYSTEM, organization_id=plan["organization"])
    return center.on_behalf(WHY)


def _visit(need: Need, choice: Choice, plan: Record) -> VisitPlan:
    minutes: dict[str, int] = {}
    for each in need.interventions:
        minutes[each.item_code] = minutes.get(each.item_code, 0) + each.lasts_min
    at = PlaceKind.HOME if plan["residence"] is None else PlaceKind.INSTITUTION
    return VisitPlan(
        kind=kind_of(need.items, need.role),
        person_id=plan["person"],
        place=Place(kind=at),
        planned_start=choice.span.start,
        planned_end=choice.span.end,
        staff=[Going(person_id=each.id, is_lead=each is choice.carer) for each in choice.going],
        items=[Item(code=code, minutes=minutes[code]) for code in need.items],
        because_id=plan["because_id"] or plan["id"],
    )


async def _keep(
    intervention: Intervention,
    day: date,
    visit_id: UUID | None,
    looking: _Looking,
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
