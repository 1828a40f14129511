"""Who is sent: two where two must go (HC-09), and why nobody is."""

from datetime import datetime, time
from uuid import UUID

import msgspec
import pytest

from backend.careplans import actions, queries
from backend.careplans.lifecycle import Why
from backend.careplans.schemas import CarePlanDetail, CarePlanMoveDetail
from backend.core import calendar
from backend.core.access import Role
from backend.core.calendar import SHANGHAI
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.visits import actions as visits
from backend.visits.lifecycle.absences import AbsenceSaid
from backend.visits.lifecycle.plans import Item
from tests.builders import staff_of
from tests.careplans.world import (
    DAY,
    MORNING,
    PRESSURE,
    World,
    a_consent,
    a_draft,
    a_world,
    activate,
    ahead,
    an_active_plan,
    an_intervention,
)
from tests.visits.world import a_plan as a_visit_plan

pytestmark = pytest.mark.anyio

TODAY = calendar.on(MORNING)


@pytest.mark.rule("HC-09")
async def test_two_are_sent_where_two_must_go(db) -> None:
    world = await a_world()
    await a_consent(world, "S206")
    enema = an_intervention("S206", "FREQ=WEEKLY;BYDAY=WE")
    plan_id = await an_active_plan(world, enema, an_intervention(PRESSURE))

    visits_of = await going(plan_id)
    assert {len(each) for items, each in visits_of if "S206" in items} == {2}
    assert {len(each) for items, each in visits_of if "S206" not in items} == {1}
    alone = "SELECT count(*) FROM visits v WHERE needs_two AND (SELECT count(*) FROM"
    assert await value(f"{alone} visit_assignments a WHERE a.visit = v.id) < 2") == 0
    leads = "SELECT array_agg(role ORDER BY role) FROM visit_assignments a JOIN visits v"
    found = await value(f"{leads} ON v.id = a.visit WHERE v.needs_two AND a.is_lead")
    assert found == ["NURSE"] * 2


@pytest.mark.rule("HC-09")
async def test_one_is_sent_and_a_second_is_missed_when_there_is_none(db) -> None:
    world = await a_world()
    await rows("DELETE FROM staff WHERE person <> ALL ($1)", [world.nurse.person_id])
    doctor = await staff_of(world.center, Role.GP, name="许辰")
    begins, ends = calendar.day(TODAY)
    await rows("UPDATE persons SET care_flags = '{AGGRESSION}' WHERE id = $1", world.elder)
    plan_id = await a_draft(
        world, an_intervention(frequency="FREQ=DAILY;COUNT=2"), doctor_id=doctor.person_id
    )
    await visits.record_absence(
        absence_id=uuid7(),
        actor=world.nurse,
        said=AbsenceSaid(absent_from=begins, absent_until=ends, reason="ill"),
        now=MORNING,
    )
    await activate(world, plan_id, by=doctor)

    assert [len(each) for _, each in await going(plan_id)] == [1, 2]
    _, _, ahead_of_it = await queries.plan(plan_id=plan_id, actor=doctor, today=TODAY, now=MORNING)
    assert [each["needs_second"] for each in ahead_of_it] == [True, False]

    colleague = await staff_of(world.center, Role.NURSE, name="唐静")
    for _ in range(2):  # each night, and however often
        await actions.expand_plan(plan_id=plan_id, now=MORNING)
    (_, today), (_, tomorrow) = await going(plan_id)
    assert sorted(today) == sorted([doctor.person_id, colleague.person_id])
    assert sorted(tomorrow) == sorted([doctor.person_id, world.nurse.person_id])
    told = await rows("SELECT body FROM journal WHERE topic = 'VisitReassigned'")
    assert [msgspec.json.decode(each["body"])["to_id"] for each in told] == [
        str(colleague.person_id)
    ]
    assert await value("SELECT count(*) FROM audit WHERE what = 'visits.send_along'") == 1


@pytest.mark.rule("HC-06", "HC-09")
async def test_who_has_not_practised_long_enough_is_no_second(db) -> None:
    world = await a_world()
    await a_consent(world, "S206")
    await rows(
        "UPDATE staff SET practising_since = $2 WHERE person = $1",
        world.doctor.person_id,
        TODAY - 300 * DAY,
    )
    # The responsible doctor would be asked first.
    plan_id = await an_active_plan(world, an_intervention("S206", "FREQ=DAILY;COUNT=2"))
    both = sorted([world.nurse.person_id, world.senior.person_id])
    assert [sorted(each) for _, each in await going(plan_id)] == [both, both]


@pytest.mark.rule("HC-09")
async def test_a_man_takes_somebody_along_to_a_woman_alone_whom_nobody_knows(db) -> None:
    world = await a_world()
    await rows(
        "UPDATE persons SET care_flags = '{LIVES_ALONE}', sex = 'F' WHERE id = $1", world.elder
    )
    await rows("UPDATE persons SET sex = 'M' WHERE id = $1", world.doctor.person_id)
    plan_id = await an_active_plan(world, an_intervention(frequency="FREQ=DAILY;COUNT=1"))
    ((_, both),) = await going(plan_id)
    assert len(both) == 2
    assert world.doctor.person_id in both


async def going(plan_id) -> list[tuple[set[str], list[UUID]]]:
    """What each visit of the plan is for, and who goes, in the order of their start."""
    found = await rows(
        "SELECT v.items, array_agg(DISTINCT a.staff) AS staff FROM visits v"
        " JOIN visit_assignments a ON a.visit = v.id AND a.until_at IS NULL"
        " WHERE v.id IN (SELECT visit FROM care_plan_visits WHERE plan = $1)"
        " GROUP BY v.id ORDER BY v.planned_start",
        plan_id,
    )
    return [
        ({item["code"] for item in msgspec.json.decode(each["items"])}, each["staff"])
        for each in found
    ]


@pytest.mark.rule("HC-01", "HB-21")
async def test_a_pharmacist_goes_to_no_bedside_and_the_plan_says_so(db) -> None:
    world = await a_world()
    await staff_of(world.center, Role.PHARMACIST_REVIEW, name="何芸")
    review = an_intervention("S402", "FREQ=WEEKLY;BYDAY=WE")
    exercises = an_intervention("S301", "FREQ=WEEKLY;BYDAY=TH")
    plan_id = await a_draft(world, review, exercises)
    kept = await activate(world, plan_id)

    why = {review.id: Why.NO_VISITING_ROLE, exercises.id: Why.NOBODY_FREE}
    moved = CarePlanMoveDetail.of(kept.thing)
    assert {each.intervention_id: each.why for each in moved.uncovered} == why
    shown = await detail(world, plan_id)
    assert {each.intervention_id: each.why for each in shown.ahead} == why

    start = datetime.combine(TODAY + DAY, time(10), SHANGHAI)
    await visits.plan(
        visit_id=uuid7(),
        actor=world.dispatcher,
        said=a_visit_plan(world, start=start, items=[Item(code="S402")]),
        if_match=None,
        now=MORNING,
    )
    await actions.expand_plan(plan_id=plan_id, now=MORNING)
    shown = await detail(world, plan_id)
    mine = [each for each in shown.ahead if each.intervention_id == review.id]
    assert [each.why for each in mine] == [None, Why.NO_VISITING_ROLE]


async def detail(world: World, plan_id) -> CarePlanDetail:
    found = await queries.plan(plan_id=plan_id, actor=world.doctor, today=TODAY, now=MORNING)
    return CarePlanDetail.all_of(*found)


async def test_who_lives_nowhere_waits_for_a_dispatcher(db) -> None:
    world = await a_world()
    await rows("UPDATE persons SET address = NULL WHERE id = $1", world.elder)
    plan_id = await an_active_plan(world)
    assert set((await ahead(plan_id)).values()) == {None}
    assert {each.why for each in (await detail(world, plan_id)).ahead} == {Why.NOWHERE_TO_GO}
