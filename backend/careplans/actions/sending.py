"""Who is sent for what a plan needs on a day, with whom, and when."""

from datetime import date, datetime
from functools import partial
from uuid import UUID

import msgspec
from asyncpg import Record

from backend import policy
from backend.careplans.lifecycle import (
    Carer,
    Choice,
    Hours,
    Need,
    Span,
    Why,
    choose,
    kind_of,
    second_for,
    why_nobody,
)
from backend.careplans.queries.expanding import Standing
from backend.core import calendar
from backend.core.access import FIELD, SYSTEM, Actor, Role
from backend.core.ids import uuid7
from backend.visits import actions as visits
from backend.visits.lifecycle import Journey, PlaceKind, needs_two
from backend.visits.lifecycle.plans import Going, Item, Place, VisitPlan
from backend.visits.problems import NotQualified, SlotTaken, UnknownPlace

WHY = "care_plan"


class Looking(msgspec.Struct):
    """What is known while visits are made; it grows with each."""

    plan: Record
    number: int
    carers: list[Carer]
    elders: list[Standing]
    company: Record
    hours: Hours
    known: dict[tuple[UUID, date], UUID]  # needs that wait, by the id of their row
    now: datetime


def by_hand(need: Need, looking: Looking) -> UUID | None:
    """A visit that somebody arranged for what had waited, so that nobody goes twice."""
    waits = all((each.id, need.day) in looking.known for each in need.interventions)
    if not waits:
        return None
    for each in looking.elders:
        is_that = calendar.on(each.span.start) == need.day and {*need.items} <= each.items
        if is_that and not each.is_of_a_plan:
            return each.id
    return None


async def send(need: Need, looking: Looking) -> tuple[UUID | None, Why | None]:
    """Plan the visit with the first who can go, at the first hour that is free; or why not."""
    if need.role not in FIELD:
        return None, why_nobody(need.role, lives_somewhere=True)
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
            return None, why_nobody(need.role, lives_somewhere=True)
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
            # nobody can be sent to who lives nowhere; somebody must ask
            return None, why_nobody(need.role, lives_somewhere=False)
        else:
            for each in choice.going:
                each.taken.append(choice.span)
            looking.elders.append(
                Standing(visit_id, choice.span, frozenset(need.items), is_of_a_plan=True)
            )
            return visit_id, None


async def pair(visits_alone: list[Record], looking: Looking) -> None:
    """HC-09: let a second go along on each of these who is free by now."""
    for each in visits_alone:
        await _pair(each, looking)


async def _pair(alone: Record, looking: Looking) -> None:
    span = Span(alone["planned_start"], alone["planned_end"])
    carers = list(looking.carers)
    lead, role, hours = alone["staff"], Role(alone["role"]), looking.hours
    while (second := second_for(lead, role, span, carers=carers, hours=hours)) is not None:
        try:
            is_paired = await visits.send_along(
                visit_id=alone["id"],
                staff_id=second.id,
                actor=_sender(looking.plan),
                now=looking.now,
            )
        except NotQualified:
            carers.remove(second)
        else:
            if is_paired:
                second.taken.append(span)
            return


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
    begins, ends = policy.times(span.start, "hc.night_hours")
    return needs_two(
        journey,
        night=(begins, ends),
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
