"""HB-21: interventions become visits two weeks ahead, each on each day once; none is lost."""

import asyncio
import random
from datetime import UTC, date, datetime, time, timedelta

import msgspec
import pytest

from backend.careplans import actions
from backend.careplans.lifecycle import PlanActivationSaid
from backend.careplans.problems import NeedsAssessment, NeedsConsent
from backend.core import calendar
from backend.core.access import Role
from backend.core.calendar import SHANGHAI
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, CannotMove, Stale
from backend.records import actions as records
from backend.visits import actions as visits
from backend.visits.lifecycle.absences import AbsenceSaid
from backend.visits.lifecycle.plans import Item
from tests.builders import staff_of
from tests.careplans.world import (
    DAY,
    DRESSING,
    MORNING,
    PRESSURE,
    ROUND,
    World,
    a_consent,
    a_draft,
    a_world,
    activate,
    ahead,
    an_active_plan,
    an_assessment,
    an_intervention,
    days_of,
    planned,
)
from tests.records.said import a_sheet
from tests.visits.world import a_plan as a_visit_plan
from workers.listeners import LISTENERS
from workers.task import Begun
from workers.tasks import TASKS

pytestmark = pytest.mark.anyio

TODAY = calendar.on(MORNING)


async def expand(plan_id, now=MORNING) -> int:
    return await actions.expand_plan(plan_id=plan_id, now=now)


async def cover(world: World) -> None:
    """Somebody to go besides the doctor, so that days are covered."""
    await staff_of(world.center, Role.GP, name="许辰")


@pytest.mark.rule("HB-21")
async def test_visits_appear_two_weeks_ahead_on_activation(db) -> None:
    world = await a_world()
    plan_id = await a_draft(world)

    kept = await activate(world, plan_id)

    assert kept.first
    found = await planned(plan_id)
    assert days_of(found) == [TODAY + n * DAY for n in range(14)]
    assert {each["staff"] for each in found} == {world.doctor.person_id}
    assert {each["organization"] for each in found} == {world.center}
    assert {key[1] for key in await ahead(plan_id)} == {*days_of(found)}


@pytest.mark.rule("HB-21")
async def test_expanding_again_makes_nothing_and_a_day_later_one_more(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world)

    assert [await expand(plan_id), await expand(plan_id)] == [0, 0]
    assert await expand(plan_id, MORNING + DAY) == 1
    assert await expand(plan_id, MORNING) == 0  # a task that comes late, out of order
    assert await expand(plan_id, MORNING + 3 * DAY) == 2
    assert days_of(await planned(plan_id)) == [TODAY + n * DAY for n in range(17)]


@pytest.mark.rule("HB-21")
async def test_many_who_expand_at_once_make_each_visit_once(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world)
    made = await asyncio.gather(*(expand(plan_id, MORNING + 5 * DAY) for _ in range(8)))
    assert sorted(made) == [0] * 7 + [5]
    assert len(await ahead(plan_id)) == 19


async def test_two_plans_of_one_center_do_not_wait_in_a_circle(db) -> None:
    world = await a_world()
    await cover(world)
    plans = [await a_draft(world) for _ in range(4)]
    await asyncio.gather(*(activate(world, each) for each in plans))
    found = [visit for each in plans for visit in await planned(each)]
    assert len(found) == 4 * 14
    by_staff = [(each["staff"], each["planned_start"]) for each in found]
    assert len(by_staff) == len(set(by_staff))


async def test_activating_twice_answers_the_same(db) -> None:
    world = await a_world()
    plan_id = await a_draft(world)
    first = await activate(world, plan_id)
    again = await actions.activate(
        plan_id=plan_id, actor=world.doctor, said=PlanActivationSaid(version=1), now=MORNING + DAY
    )
    assert (again.first, again.thing) == (False, first.thing)
    with pytest.raises(AlreadyDifferent):
        await actions.activate(
            plan_id=plan_id, actor=world.doctor, said=PlanActivationSaid(version=9), now=MORNING
        )


async def test_nobody_activates_what_they_did_not_read(db) -> None:
    world = await a_world()
    plan_id = await a_draft(world)
    with pytest.raises(Stale):
        await actions.activate(
            plan_id=plan_id, actor=world.doctor, said=PlanActivationSaid(version=9), now=MORNING
        )


@pytest.mark.rule("HC-04")
async def test_no_plan_begins_on_an_old_assessment(db) -> None:
    world = await a_world(now=MORNING - 90 * DAY)
    plan_id = await a_draft(world)
    with pytest.raises(NeedsAssessment):
        await activate(world, plan_id)
    await an_assessment(world, MORNING - 89 * DAY)
    assert (await activate(world, plan_id)).first


@pytest.mark.rule("HC-04")
async def test_no_visit_is_planned_once_the_assessment_is_old(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world)
    later = MORNING + 84 * DAY

    assert await expand(plan_id, later) == 0
    told = await rows("SELECT body FROM journal WHERE topic = 'ReassessmentDue'")
    assert len(told) == 1
    assert str(world.doctor.person_id) in told[0]["body"]

    await an_assessment(world, later)
    assert await expand(plan_id, later) == 14


@pytest.mark.rule("HC-04")
async def test_a_fresh_assessment_sends_somebody_again_at_once(db) -> None:
    """Too old since the last day of the year, made anew in the new one."""
    eve = datetime(2026, 12, 31, 7, 0, tzinfo=SHANGHAI)
    begun = eve - 20 * DAY
    world = await a_world(now=eve - 83 * DAY)  # assessed a week before
    plan_id = await an_active_plan(world, an_intervention(start_on=calendar.on(begun)), now=begun)
    reached = len(await ahead(plan_id))
    now = eve + 3 * DAY
    assert await expand(plan_id, now) == 0

    await records.assess(
        assessment_id=uuid7(),
        actor=world.doctor,
        said=a_sheet(world.elder, client_time=now),
        version=None,
        now=now,
    )
    (told,) = await rows("SELECT body FROM journal WHERE topic = 'AssessmentMade'")
    job = Begun(id=1, key="1", tries=1, args=msgspec.json.decode(told["body"]), now=now)
    for _ in range(2):
        for task in LISTENERS["AssessmentMade"]:
            await TASKS[task].run(job)
    assert len(await ahead(plan_id)) == reached + 14


@pytest.mark.rule("HC-04")
async def test_an_assessment_begins_no_plan_that_rests_or_ended(db) -> None:
    world = await a_world()
    plans = [await an_active_plan(world) for _ in range(2)]
    await rows("UPDATE care_plans SET paused_at = $2 WHERE id = $1", plans[0], MORNING)
    await rows(
        "UPDATE care_plans SET status = 'ENDED', ended_at = $2 WHERE id = $1", plans[1], MORNING
    )
    await a_draft(world)
    later = MORNING + 5 * DAY
    assert await actions.expand_plans_of(person_id=world.elder, now=later) == 0


@pytest.mark.rule("HC-10")
async def test_activation_names_the_items_whose_consent_is_missing(db) -> None:
    world = await a_world()
    plan_id = await a_draft(world, an_intervention(DRESSING), an_intervention(PRESSURE))
    with pytest.raises(NeedsConsent) as refused:
        await activate(world, plan_id)
    assert refused.value.facts == {"items": [DRESSING]}
    await a_consent(world, DRESSING)
    assert (await activate(world, plan_id)).first


@pytest.mark.rule("HB-21")
async def test_one_carer_does_what_falls_on_one_day_in_one_visit(db) -> None:
    world = await a_world()
    await a_consent(world, "S203")
    plan_id = await an_active_plan(
        world,
        an_intervention("S201", role=Role.NURSE),
        an_intervention("S203"),
        an_intervention(ROUND, "FREQ=WEEKLY;BYDAY=WE"),
    )
    found = await planned(plan_id)
    assert len(found) == 14 + 2
    assert len(await ahead(plan_id)) == 2 * 14 + 2
    assert {each["kind"] for each in found} == {"NURSING", "HOMEBED_ROUND"}
    by_nurse = [each for each in found if each["staff"] == world.nurse.person_id]
    assert {each["planned_end"] - each["planned_start"] for each in by_nurse} == {
        timedelta(minutes=20)
    }


async def test_more_than_one_visit_holds_is_two_visits(db) -> None:
    world = await a_world()
    once = "FREQ=DAILY;COUNT=1"
    plan_id = await an_active_plan(
        world, *(an_intervention(PRESSURE, once, minutes=200) for _ in range(2))
    )
    first, second = await planned(plan_id)
    assert first["planned_end"] <= second["planned_start"]


async def test_a_visit_gives_way_within_the_day_when_its_hour_is_taken(db) -> None:
    world = await a_world()
    at = time(9, 0)
    wanted = datetime.combine(TODAY, at, SHANGHAI)
    await visits.plan(
        visit_id=uuid7(),
        actor=world.dispatcher,
        said=a_visit_plan(world, start=wanted, staff=a_visit_plan(world).staff),
        if_match=None,
        now=MORNING,
    )
    plan_id = await an_active_plan(world, an_intervention(PRESSURE, "FREQ=DAILY;COUNT=2", at=at))
    first, second = await planned(plan_id)
    # 40 minutes are taken from nine on; the nearest free ones are from half past eight.
    assert first["planned_start"] == wanted - timedelta(minutes=30)
    assert second["planned_start"] == wanted + DAY


@pytest.mark.rule("HB-21")
async def test_who_is_absent_is_not_sent_and_a_colleague_is(db) -> None:
    world = await a_world()
    colleague = await staff_of(world.center, Role.GP, name="许辰")
    begins, ends = calendar.day(TODAY + DAY)
    await visits.record_absence(
        absence_id=uuid7(),
        actor=world.doctor,
        said=AbsenceSaid(absent_from=begins, absent_until=ends, reason="ill"),
        now=MORNING,
    )
    plan_id = await an_active_plan(world, an_intervention(frequency="FREQ=DAILY;COUNT=3"))
    assert [each["staff"] for each in await planned(plan_id)] in (
        [world.doctor.person_id, colleague.person_id, world.doctor.person_id],
        [world.doctor.person_id, world.senior.person_id, world.doctor.person_id],
    )


@pytest.mark.rule("HB-21")
async def test_a_carer_is_given_so_many_visits_a_day_and_no_more(db) -> None:
    world = await a_world()
    await rows("DELETE FROM staff WHERE person = $1", world.senior.person_id)
    hours = [time(hour, minute) for hour in range(9, 14) for minute in (0, 30)]
    once = "FREQ=DAILY;COUNT=1"
    plan_id = await an_active_plan(
        world, *(an_intervention(frequency=once, at=hour) for hour in hours)
    )
    assert len(await planned(plan_id)) == 8
    assert list((await ahead(plan_id)).values()).count(None) == 2


@pytest.mark.rule("HB-21")
async def test_what_nobody_can_do_waits_and_is_not_lost(db) -> None:
    world = await a_world()
    plan_id = await a_draft(world, an_intervention("S301", "FREQ=WEEKLY;BYDAY=WE"))

    kept = await activate(world, plan_id)

    assert kept.thing["said"].count('"day"') == 2
    assert list((await ahead(plan_id)).values()) == [None, None]
    assert await value("SELECT count(*) FROM journal WHERE topic = 'CareUncovered'") == 1
    assert await expand(plan_id, MORNING + timedelta(hours=1)) == 0
    assert await value("SELECT count(*) FROM journal WHERE topic = 'CareUncovered'") == 1

    therapist = await staff_of(world.center, Role.THERAPIST, name="陶然")
    assert await expand(plan_id, MORNING + timedelta(hours=2)) == 2
    assert {each["staff"] for each in await planned(plan_id)} == {therapist.person_id}


async def test_what_was_arranged_by_hand_is_not_done_twice(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world, an_intervention("S301", "FREQ=WEEKLY;BYDAY=WE"))
    start = datetime.combine(TODAY + DAY, time(10), SHANGHAI)
    by_hand = uuid7()
    await visits.plan(
        visit_id=by_hand,
        actor=world.dispatcher,
        said=a_visit_plan(world, start=start, items=[Item(code="S301")]),
        if_match=None,
        now=MORNING,
    )
    await staff_of(world.center, Role.THERAPIST, name="陶然")
    assert await expand(plan_id) == 1
    assert by_hand in (await ahead(plan_id)).values()


async def test_a_resident_is_visited_in_the_institution(db) -> None:
    world = await a_world()
    await rows("UPDATE persons SET residence = $2 WHERE id = $1", world.elder, world.house)
    await an_active_plan(world, an_intervention(frequency="FREQ=DAILY;COUNT=1"))
    assert await value("SELECT institution FROM visits") == world.house


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        (datetime(2026, 11, 24, 15, 59, tzinfo=UTC), date(2026, 11, 24)),  # 23:59 in Shanghai
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), date(2026, 11, 25)),  # midnight
    ],
)
async def test_a_day_is_one_of_shanghai_and_what_is_too_late_today_waits(db, now, begins) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world, now=now)
    waiting = {day for (_, day), visit in (await ahead(plan_id)).items() if visit is None}
    assert min(day for _, day in await ahead(plan_id)) == begins
    assert waiting == ({begins} if begins == TODAY else set())
    assert all(each["planned_start"] > now for each in await planned(plan_id))


async def test_the_daily_task_owes_each_active_plan_its_day_once(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world)
    await a_draft(world)
    now = datetime(2026, 11, 25, 0, 20, tzinfo=SHANGHAI)
    assert [await actions.owe_days(now=now), await actions.owe_days(now=now)] == [1, 1]
    found = await rows("SELECT key FROM jobs WHERE task = 'expand_care_plan'")
    assert [each["key"] for each in found] == [f"expand_care_plan:{plan_id}:20261125"]


async def test_spring_festival_loses_no_daily_visit_and_moves_the_monthly_one(db) -> None:
    before = datetime(2026, 2, 12, 7, 0, tzinfo=SHANGHAI)
    world = await a_world(now=before)
    start = calendar.on(before)
    daily = an_intervention(start_on=start)
    monthly = an_intervention(ROUND, "FREQ=MONTHLY;BYMONTHDAY=17", start_on=start)
    plan_id = await an_active_plan(world, daily, monthly, now=before)
    became = await ahead(plan_id)
    assert {day for each, day in became if each == daily.id} == {start + n * DAY for n in range(14)}
    assert [day for each, day in became if each == monthly.id] == [date(2026, 2, 24)]


async def test_the_year_ends_in_the_middle_of_the_horizon(db) -> None:
    eve = datetime(2026, 12, 28, 7, 0, tzinfo=SHANGHAI)
    world = await a_world(now=eve)
    plan_id = await an_active_plan(
        world, an_intervention(frequency="FREQ=WEEKLY;BYDAY=TH", start_on=calendar.on(eve)), now=eve
    )
    assert days_of(await planned(plan_id)) == [date(2026, 12, 31), date(2027, 1, 7)]


async def test_an_ended_plan_expands_no_more(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world)
    await rows("UPDATE care_plans SET status = 'ENDED', ended_at = $1", MORNING)
    assert await expand(plan_id, MORNING + 5 * DAY) == 0
    with pytest.raises(CannotMove):
        await actions.activate(
            plan_id=await _an_ended_draft(world),
            actor=world.doctor,
            said=PlanActivationSaid(version=1),
            now=MORNING,
        )


async def _an_ended_draft(world: World):
    plan_id = await a_draft(world)
    await rows(
        "UPDATE care_plans SET status = 'ENDED', ended_at = $2 WHERE id = $1", plan_id, MORNING
    )
    return plan_id


@pytest.mark.rule("HB-21")
@pytest.mark.parametrize("seed", range(5))
async def test_in_any_order_however_often_nothing_is_doubled_or_lost(db, seed) -> None:
    dice = random.Random(seed)
    world = await a_world()
    await a_consent(world, DRESSING)
    interventions = [
        an_intervention(PRESSURE, "FREQ=DAILY;INTERVAL=2"),
        an_intervention(DRESSING, "FREQ=WEEKLY;BYDAY=MO,SA"),
        an_intervention("S301", "FREQ=MONTHLY;BYMONTHDAY=1"),  # there is no therapist
    ]
    plan_id = await an_active_plan(world, *interventions)
    days = [dice.randrange(20) for _ in range(12)]
    for late in days[:6]:
        await expand(plan_id, MORNING + late * DAY)
    await asyncio.gather(*(expand(plan_id, MORNING + late * DAY) for late in days[6:]))

    reached = {TODAY + (late + n) * DAY for late in (0, *days) for n in range(14)}
    last = max(reached) + DAY
    assert set(await ahead(plan_id)) == {
        (each.id, day)
        for each in interventions
        for day in each.rule().due(begins=each.start_on, ends=None, start=TODAY, end=last)
        if day in reached
    }
    assert {key[0] for key, visit in (await ahead(plan_id)).items() if visit is None} == {
        interventions[2].id
    }
