"""HB-22: a revision keeps what is done, calls off the future, and plans again from now."""

from datetime import timedelta

import pytest

from backend.careplans.problems import NeedsConsent, NeedsCountersignature, NotTheNext
from backend.core import calendar
from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.problems import AlreadyDifferent, CannotMove, Forbidden
from backend.people import queries as people
from backend.people.problems import TieEnded
from backend.visits import actions as visits
from tests.builders import a_tie, staff_of
from tests.careplans.world import (
    DAY,
    DRESSING,
    INVASIVE,
    MORNING,
    PRESSURE,
    a_consent,
    a_draft,
    a_world,
    activate,
    ahead,
    an_active_plan,
    an_intervention,
    countersign,
    days_of,
    end,
    planned,
    revise,
)
from tests.visits.world import a_proof

pytestmark = pytest.mark.anyio

TODAY = calendar.on(MORNING)


@pytest.mark.rule("HB-22")
async def test_a_revision_keeps_what_is_done_and_plans_the_future_anew(db) -> None:
    world = await a_world()
    daily = an_intervention()
    plan_id = await an_active_plan(world, daily)
    first, second, *_ = await planned(plan_id)
    begun = first["planned_start"] + timedelta(minutes=2)
    await visits.check_in(visit_id=first["id"], actor=world.doctor, proof=a_proof(begun), now=begun)
    twice_a_week = an_intervention(PRESSURE, "FREQ=WEEKLY;BYDAY=TU,FR", id=daily.id)

    kept = await revise(world, plan_id, twice_a_week, now=begun)

    assert kept.first
    statuses = {each["id"]: each["status"] for each in await rows("SELECT id, status FROM visits")}
    assert statuses[first["id"]] == "CHECKED_IN"
    assert statuses[second["id"]] == "CANCELLED"
    # Today was seen to under the same intervention, so today nobody goes again.
    days = [TODAY + n * DAY for n in (3, 7, 10)]
    assert days_of(await planned(plan_id)) == days
    assert {day for _, day in await ahead(plan_id)} == {TODAY, *days}


@pytest.mark.rule("HB-22")
async def test_every_version_is_kept_whole(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world)
    await revise(world, plan_id)
    await revise(world, plan_id, number=3, now=MORNING + DAY)
    found = await rows("SELECT number, reason FROM care_plan_versions ORDER BY number")
    assert [each["number"] for each in found] == [1, 2, 3]
    assert [each["reason"] is None for each in found] == [True, False, False]


async def test_revising_twice_is_revising_once(db) -> None:
    world, same = await a_world(), an_intervention()
    plan_id = await an_active_plan(world)
    first = await revise(world, plan_id, same)
    again = await revise(world, plan_id, same, now=MORNING + DAY)
    assert (again.first, again.thing) == (False, first.thing)
    with pytest.raises(AlreadyDifferent):
        await revise(world, plan_id, same, reason="另一个原因")
    with pytest.raises(NotTheNext) as refused:
        await revise(world, plan_id, same, number=5)
    assert refused.value.facts == {"next": 3}


async def test_a_draft_is_not_revised_and_nobody_else_revises(db) -> None:
    world = await a_world()
    plan_id = await a_draft(world)
    with pytest.raises(CannotMove):
        await revise(world, plan_id)
    await activate(world, plan_id)
    colleague = await staff_of(world.center, Role.GP, name="许辰")
    for other in (colleague, world.senior):
        with pytest.raises(Forbidden):
            await revise(world, plan_id, by=other)


@pytest.mark.rule("HC-10")
async def test_an_item_that_is_added_asks_for_its_consent(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world)
    with pytest.raises(NeedsConsent):
        await revise(world, plan_id, an_intervention(DRESSING))
    assert len(await planned(plan_id)) == 14


async def test_what_was_countersigned_may_be_lessened_and_not_made_more(db) -> None:
    world = await a_world()
    await a_consent(world, *INVASIVE, "S208")
    plan_id = await a_draft(world, *(an_intervention(code) for code in INVASIVE))
    await countersign(world, plan_id)
    await activate(world, plan_id)

    await revise(world, plan_id, *(an_intervention(code, "FREQ=WEEKLY") for code in INVASIVE))
    with pytest.raises(NeedsCountersignature):
        await revise(
            world, plan_id, *(an_intervention(code) for code in (*INVASIVE, "S208")), number=3
        )


async def test_the_end_calls_off_what_is_to_come_and_nothing_else(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world)
    first, *_ = await planned(plan_id)
    late = first["planned_start"] + timedelta(minutes=5)

    ended = await end(world, plan_id, now=late)
    again = await end(world, plan_id, now=late + DAY)

    assert (ended.first, again.first) == (True, False)
    assert [each["id"] for each in await planned(plan_id)] == [first["id"]]
    assert await value("SELECT count(*) FROM visits WHERE status = 'CANCELLED'") == 13
    with pytest.raises(CannotMove):
        await revise(world, plan_id)


async def test_a_draft_may_be_put_away(db) -> None:
    world = await a_world()
    plan_id = await a_draft(world)
    assert (await end(world, plan_id)).thing["to_status"] == "ENDED"
    with pytest.raises(CannotMove):
        await activate(world, plan_id)


async def test_who_was_to_go_has_no_more_reason_to_look(db) -> None:
    world = await a_world()
    await a_consent(world, "S108")
    plan_id = await an_active_plan(world, an_intervention("S108"))
    elder = world.elder
    await rows("DELETE FROM care_team WHERE member_id = $1", world.center)
    await a_tie(elder, world.doctor.person_id)
    assert await people.tie(actor=world.nurse, person_id=elder, now=MORNING) == "visit"
    await end(world, plan_id)
    with pytest.raises(TieEnded):
        await people.tie(actor=world.nurse, person_id=elder, now=MORNING)


@pytest.mark.parametrize("move", ["activate", "revise", "end"])
async def test_every_move_is_in_the_audit_with_its_role(db, move) -> None:
    """Invariant 10."""
    world = await a_world()
    plan_id = await an_active_plan(world)
    await revise(world, plan_id)
    await end(world, plan_id)
    (noted,) = await rows("SELECT * FROM audit WHERE what = $1", f"careplans.{move}")
    assert (noted["role"], noted["actor_id"]) == ("GP", world.doctor.person_id)
    assert noted["persons"] == [world.elder]
