"""What beds and transfers ask of plans, and what runs by itself: reviews, and a death."""

from datetime import date, datetime, time, timedelta

import pytest

from backend.careplans import actions, queries
from backend.careplans.problems import NotTheDoctor
from backend.core import calendar
from backend.core.access import Role
from backend.core.calendar import SHANGHAI
from backend.core.db import rows, transaction, value
from tests.builders import a_tie, an_organization, staff_of
from tests.careplans.world import (
    DAY,
    MORNING,
    World,
    a_draft,
    a_world,
    ahead,
    an_active_plan,
    an_intervention,
    days_of,
    planned,
    revise,
)

pytestmark = pytest.mark.anyio

TODAY = calendar.on(MORNING)


def above(world: World):
    return world.admin.on_behalf("transfer")


async def pause(world: World, now=MORNING):
    return await actions.pause_plans(person_id=world.elder, actor=above(world), now=now)


async def resume(world: World, now=MORNING):
    return await actions.resume_plans(person_id=world.elder, actor=above(world), now=now)


async def test_an_inpatient_stay_pauses_and_coming_back_resumes(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world)

    (paused,) = await pause(world)
    assert await pause(world) == []
    assert (paused.plan_id, len(paused.called_off)) == (plan_id, 14)
    assert await planned(plan_id) == []
    assert await actions.expand_plan(plan_id=plan_id, now=MORNING + DAY) == 0

    back = MORNING + 6 * DAY
    (resumed,) = await resume(world, back)
    assert await resume(world, back) == []
    assert len(resumed.planned) == 14
    assert days_of(await planned(plan_id)) == [TODAY + (6 + n) * DAY for n in range(14)]


async def test_a_plan_that_rests_is_revised_and_sends_nobody(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world)
    await pause(world)
    await revise(world, plan_id)
    assert await ahead(plan_id) == {}
    assert len((await resume(world))[0].planned) == 14


async def test_what_is_above_joins_its_transaction(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world)
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            await pause(world)
            raise ZeroDivisionError
    assert len(await planned(plan_id)) == 14
    assert await value("SELECT paused_at FROM care_plans") is None


async def test_every_open_plan_ends(db) -> None:
    world = await a_world()
    plans = {await an_active_plan(world), await a_draft(world)}
    assert {each["id"] for each in await queries.open_plans(person_id=world.elder)} == plans
    said = {"person_id": world.elder, "actor": above(world), "reason": "BED_CLOSED", "now": MORNING}
    assert {each.plan_id for each in await actions.end_plans(**said)} == plans
    assert await actions.end_plans(**said) == []
    assert await queries.open_plans(person_id=world.elder) == []
    assert await value("SELECT count(*) FROM visits WHERE status = 'PLANNED'") == 0


async def test_another_center_takes_a_plan_over_and_goes_itself(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world)
    there = await an_organization(name="彭浦镇社区卫生服务中心")
    doctor = await staff_of(there, Role.GP, name="许辰")
    await a_tie(world.elder, there, kind="organization")
    said = {
        "person_id": world.elder,
        "to_doctor_id": doctor.person_id,
        "to_organization_id": there,
        "actor": above(world),
        "now": MORNING,
    }

    (touched,) = await actions.hand_over_plans(**said)

    assert await actions.hand_over_plans(**said) == []
    assert (len(touched.called_off), len(touched.planned)) == (14, 14)
    found = await planned(plan_id)
    assert {(each["organization"], each["staff"]) for each in found} == {(there, doctor.person_id)}
    assert (await revise(world, plan_id, by=doctor)).first
    with pytest.raises(NotTheDoctor):
        await actions.hand_over_plans(**{**said, "to_doctor_id": world.nurse.person_id})


@pytest.mark.rule("HB-23")
async def test_a_review_is_due_with_each_stage_summary_and_its_doctor_is_told(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world)
    due_at = MORNING + 30 * DAY
    (job,) = await rows("SELECT due_at FROM jobs WHERE task = 'look_for_plan_review'")
    assert job["due_at"] == due_at

    async def look(at: datetime, now: datetime):
        return await actions.look_for_review(plan_id=plan_id, review_at=at, now=now)

    assert not await look(due_at, due_at - DAY)
    assert await look(due_at, due_at)
    await revise(world, plan_id, now=MORNING + DAY)
    assert not await look(due_at, due_at)  # it was reviewed since
    assert await look(due_at + DAY, due_at + 2 * DAY)
    told = await rows("SELECT body FROM journal WHERE topic = 'CarePlanReviewDue'")
    assert len(told) == 2
    assert all(str(world.doctor.person_id) in each["body"] for each in told)


@pytest.mark.rule("HB-23")
async def test_a_review_is_due_on_the_day_that_was_named(db) -> None:
    world = await a_world()
    await an_active_plan(world, review_on=TODAY + 10 * DAY)
    assert await value("SELECT review_at FROM care_plans") == calendar.day(TODAY + 10 * DAY)[0]


@pytest.mark.rule("HB-23")
@pytest.mark.parametrize(
    ("begun", "review_on"),
    [
        (datetime(2026, 12, 20, 7, tzinfo=SHANGHAI), date(2027, 1, 1)),
        (datetime(2026, 2, 10, 7, tzinfo=SHANGHAI), date(2026, 2, 17)),  # in Spring Festival
    ],
)
async def test_a_review_is_due_from_midnight_in_shanghai_holiday_or_not(
    db, begun, review_on
) -> None:
    world = await a_world(now=begun)
    plan_id = await an_active_plan(
        world, an_intervention(start_on=calendar.on(begun)), now=begun, review_on=review_on
    )
    midnight = datetime.combine(review_on, time(), SHANGHAI)
    (job,) = await rows("SELECT due_at FROM jobs WHERE task = 'look_for_plan_review'")
    assert job["due_at"] == midnight

    async def look(now: datetime) -> bool:
        return await actions.look_for_review(plan_id=plan_id, review_at=midnight, now=now)

    assert not await look(midnight - timedelta.resolution)
    assert await look(midnight)


@pytest.mark.rule("HB-23")
async def test_a_review_is_due_after_any_referral(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world)
    now = MORNING + timedelta(hours=5)
    said = {"person_id": world.elder, "actor": above(world), "now": now}
    assert [each.plan_id for each in await actions.review_plans(**said)] == [plan_id]
    assert await actions.review_plans(**said) == []
    assert await actions.look_for_review(plan_id=plan_id, review_at=now, now=now)


@pytest.mark.rule("RC-08")
async def test_nothing_more_is_planned_for_who_has_died(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world, an_intervention())
    assert await actions.end_for_the_dead(person_id=world.elder, now=MORNING) == 0
    await rows("UPDATE persons SET died_on = $2 WHERE id = $1", world.elder, TODAY)
    assert await actions.end_for_the_dead(person_id=world.elder, now=MORNING) == 1
    assert await actions.end_for_the_dead(person_id=world.elder, now=MORNING) == 0
    assert await planned(plan_id) == []
    assert await value("SELECT status FROM care_plans") == "ENDED"
