"""A center, an institution, an elder, and the people around them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.core.access import Actor, Role
from backend.core.ids import uuid7
from backend.visits import actions
from backend.visits.lifecycle import Kind, PlaceKind, Proof
from backend.visits.lifecycle.plans import Going, Item, Place, RoundPlan, VisitPlan
from tests.builders import TUESDAY_NINE, a_person, a_tie, an_organization, staff_of

AT_THE_DOOR = {"lat": 31.2235, "lon": 121.4452, "datum": "wgs84", "accuracy_m": 15}


class World(msgspec.Struct):
    center: UUID
    house: UUID
    doctor: Actor
    nurse: Actor
    dispatcher: Actor
    admin: Actor
    house_nurse: Actor
    elder: UUID


async def a_world() -> World:
    """The elder lives at home, and is registered at the center."""
    center = await an_organization()
    house = await an_organization(kinds=("ELDER_CARE_INSTITUTION",), name="静安示例养老院")
    elder = await a_person(center_id=center)
    await a_tie(elder, center, kind="organization")
    return World(
        center=center,
        house=house,
        doctor=await staff_of(center, Role.GP),
        nurse=await staff_of(center, Role.NURSE, name="李燕", sex="F"),
        dispatcher=await staff_of(center, Role.DISPATCHER),
        admin=await staff_of(center, Role.CHC_ADMIN),
        house_nurse=await staff_of(house, Role.INST_NURSE),
        elder=elder,
    )


def a_plan(world: World, *, start: datetime = TUESDAY_NINE, **changed: Any) -> VisitPlan:
    said: dict[str, Any] = {
        "kind": Kind.HOMEBED_ROUND,
        "person_id": world.elder,
        "place": Place(kind=PlaceKind.HOME),
        "planned_start": start,
        "planned_end": start + timedelta(minutes=40),
        "staff": [Going(person_id=world.doctor.person_id)],
        "items": [Item(code="S105")],
    }
    return VisitPlan(**{**said, **changed})


async def a_visit(world: World, *, now: datetime | None = None, **changed: Any) -> UUID:
    """A planned home visit by the world's doctor."""
    visit_id = uuid7()
    await actions.plan(
        visit_id=visit_id,
        actor=world.dispatcher,
        said=a_plan(world, **changed),
        if_match=None,
        now=now or TUESDAY_NINE - timedelta(days=2),
    )
    return visit_id


async def a_round(world: World, *residents: UUID, start: datetime = TUESDAY_NINE) -> UUID:
    round_id = uuid7()
    await actions.plan_round(
        round_id=round_id,
        actor=world.dispatcher,
        said=RoundPlan(
            institution_id=world.house,
            planned_start=start,
            planned_end=start + timedelta(hours=2),
            staff=[Going(person_id=world.doctor.person_id)],
            person_ids=list(residents) or None,
        ),
        if_match=None,
        now=start - timedelta(days=2),
    )
    return round_id


def a_proof(at: datetime = TUESDAY_NINE, **changed: Any) -> Proof:
    said = {"client_time": at.isoformat(), "method": "GPS", "point": AT_THE_DOOR, **changed}
    return msgspec.convert(said, Proof)
