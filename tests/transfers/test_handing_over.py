"""An arrival where another center runs the care: what goes on goes on under that one."""

import asyncio
from datetime import date
from uuid import UUID

import msgspec
import pytest

from backend.beds.lifecycle import BedKind
from backend.careplans import actions as careplans
from backend.careplans import queries as planned
from backend.careplans.lifecycle import PlanTakeoverSaid
from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, CannotMove, Forbidden, Stale
from backend.people import queries as people
from backend.people.problems import TieEnded
from backend.transfers import queries
from backend.transfers.lifecycle import Move, Reason
from backend.transfers.schemas import MoveDetail
from backend.visits import actions as visits
from backend.visits.lifecycle.rounds import EntrySaid
from backend.work import queries as work
from tests.builders import a_tie, an_organization, staff_of
from tests.careplans import world as of_plans
from tests.transfers import world as of
from tests.transfers.test_arrive import IN_A_WEEK, a_plan, a_planned_visit, outcomes, visit_status
from tests.transfers.world import DAY, HOUR, NINE, World, a_world
from tests.visits import world as of_visits

pytestmark = pytest.mark.anyio

LATER = NINE + 2 * HOUR


class There(msgspec.Struct):
    """The center that comes to the house by contract."""

    center: UUID
    doctor: Actor
    colleague: Actor
    nurse: Actor
    admin: Actor
    dispatcher: Actor


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


@pytest.fixture
async def there(world: World) -> There:
    center = await an_organization(name="彭浦镇社区卫生服务中心")
    await a_contract(world.beds.house, center)
    return There(
        center=center,
        doctor=await staff_of(center, Role.GP, name="许辰"),
        colleague=await staff_of(center, Role.GP, name="顾平"),
        nurse=await staff_of(center, Role.NURSE, name="陆青"),
        admin=await staff_of(center, Role.CHC_ADMIN),
        dispatcher=await staff_of(center, Role.DISPATCHER),
    )


async def a_contract(house: UUID, center: UUID, *, until: date = date(2026, 12, 31)) -> None:
    await rows(
        "INSERT INTO institution_contracts (id, institution, provider, content, visits, visits_min,"
        " valid_from, until_on, status, signed_at, drafted_by, policy_version, version,"
        " fingerprint, recorded_at)"
        " VALUES ($1, $2, $3, '{}', '[]', 1, '2026-01-01', $4, 'SIGNED', $5, $1, '', 1, '', $5)",
        uuid7(),
        house,
        center,
        until,
        NINE - 300 * DAY,
    )


async def into_the_house(world: World, kind: BedKind = BedKind.INSTITUTION) -> UUID:
    transfer_id = await of.requested(
        world, world.beds.house, to_bed=kind, reason_code=Reason.ENVIRONMENT
    )
    await of.answer(transfer_id, world.beds.house_admin)
    await of.depart(transfer_id, world.doctor)
    await of.arrive(transfer_id, world.beds.house_admin)
    return transfer_id


async def kinds(actor: Actor, now=LATER) -> list[str]:
    page = await work.of(actor=actor, limit=50, after=None, now=now)
    return [each["kind"] for each in page.items]


async def plan(plan_id: UUID):
    return (await rows("SELECT * FROM care_plans WHERE id = $1", plan_id))[0]


async def take(
    plan_id: UUID, by: Actor, *, doctor: Actor | None = None, version: int | None = None
):
    said = PlanTakeoverSaid(
        doctor_id=(doctor or by).person_id,
        version=version or await of_plans.version_of(plan_id),
    )
    return await careplans.take_over(plan_id=plan_id, actor=by, said=said, now=LATER)


async def may_see(actor: Actor, world: World, now=LATER) -> bool:
    tied = await people.ties_of(actor=actor, person_ids=[world.elder], now=now)
    return bool(tied)


@pytest.mark.rule("FB-04", "FB-05")
async def test_a_plan_goes_on_under_the_center_that_comes_to_the_house(
    world: World, there: There
) -> None:
    plan_id = await a_plan(world)
    assert not await may_see(there.nurse, world)
    transfer_id = await into_the_house(world)
    made = await queries.made(transfer_id, move=Move.ARRIVAL, move_id=transfer_id)
    assert made
    assert MoveDetail.of(made).run_by_id == there.center
    became = await outcomes(transfer_id)
    assert became[plan_id] == "hand_over"
    assert became[world.doctor.person_id] == "hand_over"
    assert (await plan(plan_id))["organization"] == there.center
    assert await may_see(there.nurse, world)
    found = await of_plans.planned(plan_id)
    assert {each["organization"] for each in found} == {there.center}
    assert len(found) == 13  # from tomorrow: this morning is over
    assert await value("SELECT count(*) FROM visits v WHERE v.status = 'PLANNED'") == 13
    assert {each["institution"] for each in await rows("SELECT institution FROM visits"
            " WHERE status = 'PLANNED'")} == {world.beds.house}  # fmt: skip


@pytest.mark.rule("FB-05")
async def test_until_it_is_taken_the_former_doctor_answers(world: World, there: There) -> None:
    plan_id = await a_plan(world)
    await into_the_house(world)
    stands = await plan(plan_id)
    assert (stands["doctor"], stands["to_take_since"]) == (world.doctor.person_id, NINE + HOUR)
    for waiting in (there.doctor, there.colleague, there.admin):
        assert "plan_to_take" in await kinds(waiting)
    assert "plan_to_take" not in await kinds(world.doctor)
    (told,) = await of.told("CarePlanToTake")
    assert told["organization_id"] == str(there.center)
    assert await people.tie(actor=world.doctor, person_id=world.elder, now=LATER)
    assert (await of_plans.revise(world.beds.for_visits, plan_id, now=LATER)).first


@pytest.mark.rule("HB-23")
async def test_who_takes_it_answers_and_the_former_doctor_does_no_more(
    world: World, there: There
) -> None:
    await rows("DELETE FROM care_team WHERE member_id = $1", world.doctor.person_id)
    plan_id = await a_plan(world)
    await into_the_house(world)
    version = await of_plans.version_of(plan_id)
    with pytest.raises(Forbidden):
        await take(plan_id, there.doctor, doctor=there.colleague)
    assert (await take(plan_id, there.doctor)).first
    assert not (await take(plan_id, there.doctor, version=version)).first
    with pytest.raises(AlreadyDifferent):
        await take(plan_id, there.colleague, version=version)
    with pytest.raises(CannotMove):
        await take(plan_id, there.colleague)
    stands = await plan(plan_id)
    assert (stands["doctor"], stands["to_take_since"]) == (there.doctor.person_id, None)
    assert stands["review_at"] == LATER
    assert "plan_to_take" not in await kinds(there.doctor)
    assert "plan_to_review" in await kinds(there.doctor)
    ended = await rows(
        "SELECT 1 FROM care_team WHERE member_id = $1 AND why = 'care_plan' AND until_at IS NULL",
        world.doctor.person_id,
    )
    assert ended == []
    assert (await of_plans.revise(world.beds.for_visits, plan_id, by=there.doctor, now=LATER)).first


async def test_of_two_who_take_it_at_once_one_answers_for_it(world: World, there: There) -> None:
    plan_id = await a_plan(world)
    await into_the_house(world)
    version = await of_plans.version_of(plan_id)
    done = await asyncio.gather(
        take(plan_id, there.doctor, version=version),
        take(plan_id, there.colleague, version=version),
        return_exceptions=True,
    )
    (refused,) = [each for each in done if isinstance(each, BaseException)]
    assert isinstance(refused, AlreadyDifferent)
    assert (await plan(plan_id))["to_take_since"] is None


async def test_the_timeline_tells_of_it(world: World, there: There, client_for) -> None:
    plan_id = await a_plan(world)
    await into_the_house(world)
    await take(plan_id, there.doctor)
    client = client_for(world.beds.herself)
    page = (await client.get(f"/v1/persons/{world.elder}/timeline?level=full")).json()
    said = {each["said"]: each for each in page["items"]}
    assert {"照护计划已移交，待接手", "照护计划已交接", "已到达"} <= said.keys()
    came_to = said["已到达"]["thing"]["outcomes"]
    assert "hand_over" in {each["outcome"] for each in came_to}


async def test_the_administration_there_may_name_a_doctor_and_nobody_elses_may(
    world: World, there: There
) -> None:
    plan_id = await a_plan(world)
    await into_the_house(world)
    with pytest.raises(Forbidden):
        await take(plan_id, world.beds.admin, doctor=there.doctor)
    with pytest.raises(Forbidden):
        await take(plan_id, world.doctor)
    with pytest.raises(Stale):
        await take(plan_id, there.admin, doctor=there.doctor, version=1)
    assert (await take(plan_id, there.admin, doctor=there.doctor)).first
    assert (await plan(plan_id))["doctor"] == there.doctor.person_id


async def test_a_doctor_there_who_answers_for_the_elder_already_is_named_at_once(
    world: World, there: There
) -> None:
    plan_id = await a_plan(world)
    await a_tie(world.elder, there.colleague.person_id, why="contract")
    await into_the_house(world)
    stands = await plan(plan_id)
    assert (stands["doctor"], stands["to_take_since"]) == (there.colleague.person_id, None)
    (told,) = await of.told("CarePlanHandedOver")
    assert told["to_id"] == str(there.colleague.person_id)
    assert "plan_to_take" not in await kinds(there.colleague)


async def test_with_the_plan_ends_that_they_see_the_elder(world: World, there: There) -> None:
    plan_id = await a_plan(world)
    await into_the_house(world)
    await take(plan_id, there.doctor)
    await rows("UPDATE care_plans SET paused_at = NULL")
    await of_plans.end(world.beds.for_visits, plan_id, by=there.doctor, now=LATER)
    found = await rows("SELECT until_at FROM care_team WHERE because_id = $1", plan_id)
    assert {each["until_at"] for each in found} <= {NINE + HOUR, LATER}
    await rows("DELETE FROM care_team WHERE why = 'visit'")
    with pytest.raises(TieEnded):
        await people.tie(actor=there.nurse, person_id=world.elder, now=LATER + HOUR)


async def test_who_answers_only_from_next_month_on_gets_no_plan_today(
    world: World, there: There
) -> None:
    plan_id = await a_plan(world)
    await a_tie(world.elder, there.doctor.person_id, why="contract")
    await rows(
        "UPDATE care_team SET from_at = $2 WHERE member_id = $1",
        there.doctor.person_id,
        LATER + 7 * DAY,
    )
    became = await outcomes(await into_the_house(world))
    assert (became[plan_id], there.doctor.person_id in became) == ("hand_over", False)
    found = await plan(plan_id)
    assert found["to_take_since"] is not None
    assert found["doctor"] == world.doctor.person_id


@pytest.mark.rule("FB-10")
async def test_a_visit_to_the_same_door_goes_over_and_waits_for_who_goes(
    world: World, there: There
) -> None:
    """A home-care bed is at one's own door: what was planned by hand is still wanted."""
    visit_id = await a_planned_visit(world)
    became = await outcomes(await into_the_house(world, BedKind.HOME_CARE))
    assert became[visit_id] == "hand_over"
    assert await visit_status(visit_id) == "PLANNED"
    found = (await rows("SELECT organization FROM visits WHERE id = $1", visit_id))[0]
    assert found["organization"] == there.center
    going = "SELECT count(*) FROM visit_assignments WHERE visit = $1 AND until_at IS NULL"
    assert await value(going, visit_id) == 0
    assert "uncovered_visit" in await kinds(there.dispatcher, IN_A_WEEK - HOUR)
    assert "uncovered_visit" not in await kinds(world.beds.dispatcher, IN_A_WEEK - HOUR)
    assert await may_see(there.nurse, world)
    assert [each["organization_id"] for each in await of.told("VisitUncovered")] == [
        str(there.center)
    ]


async def test_a_plan_at_the_same_door_is_planned_again_by_who_goes_now(
    world: World, there: There
) -> None:
    plan_id = await a_plan(world)
    late, *before = [each["id"] for each in await of_plans.planned(plan_id)]
    became = await outcomes(await into_the_house(world, BedKind.HOME_CARE))
    assert {became[each] for each in before} == {"hand_over"}
    assert became[late] == "continue"  # somebody may be on the way
    found = {each["id"]: each["organization"] for each in await of_plans.planned(plan_id)}
    assert found.pop(late) == world.beds.center
    assert {*found.values()} == {there.center}
    assert found.keys() & {*before} == set()


async def test_a_family_doctors_own_visit_stays_theirs(world: World, there: There) -> None:
    contract_id = uuid7()
    await rows(
        "INSERT INTO doctor_contracts (id, person, center, doctor, team_id, district_hospital,"
        " municipal_hospital, lines, is_chronic, valid_from, until_on, status, drafted_by,"
        " policy_version, version, fingerprint, recorded_at)"
        " VALUES ($1, $2, $3, $4, $4, $5, $6, '', false, '2026-01-01', '2027-01-01', 'SIGNED', $4,"
        " '', 1, '', $7)",
        contract_id,
        world.elder,
        world.beds.center,
        world.doctor.person_id,
        world.hospital,
        world.other_hospital,
        NINE,
    )
    visit_id = await a_planned_visit(world, because_id=contract_id)
    became = await outcomes(await into_the_house(world, BedKind.HOME_CARE))
    assert became[visit_id] == "continue"


async def test_a_house_that_the_same_center_serves_too_changes_nothing(
    world: World, there: There
) -> None:
    await a_contract(world.beds.house, world.beds.center)
    plan_id = await a_plan(world)
    became = await outcomes(await into_the_house(world))
    assert became[plan_id] == "continue"
    assert (await plan(plan_id))["organization"] == world.beds.center


async def test_a_contract_that_is_over_runs_no_care(world: World) -> None:
    there = await an_organization(name="彭浦镇社区卫生服务中心")
    await a_contract(world.beds.house, there, until=NINE.date())
    plan_id = await a_plan(world)
    assert (await outcomes(await into_the_house(world)))[plan_id] == "continue"
    assert (await plan(plan_id))["organization"] == world.beds.center


@pytest.mark.rule("HB-23")
async def test_a_plan_that_goes_on_is_reviewed_after_the_move(world: World) -> None:
    plan_id = await a_plan(world)
    await into_the_house(world, BedKind.HOME_CARE)
    assert (await plan(plan_id))["review_at"] == NINE + HOUR
    assert "plan_to_review" in await kinds(world.doctor)


async def test_at_home_it_is_the_center_that_received_them(db: None) -> None:
    world = await a_world(BedKind.INSTITUTION)
    there = await an_organization(name="彭浦镇社区卫生服务中心")
    admin = await staff_of(there, Role.CHC_ADMIN)
    plan_id = await a_plan(world)
    transfer_id = await of.requested(
        world, there, to_bed=BedKind.OWN_HOME, reason_code=Reason.ENVIRONMENT
    )
    await of.answer(transfer_id, admin)
    await of.depart(transfer_id, world.doctor)
    await of.arrive(transfer_id, admin)
    assert (await outcomes(transfer_id))[plan_id] == "hand_over"
    assert "plan_to_take" in await kinds(admin)


async def test_into_hospital_nothing_is_handed_over(world: World, there: There) -> None:
    plan_id = await a_plan(world)
    transfer_id = await of.in_transit(world)
    await of.arrive(transfer_id, world.ward)
    assert "hand_over" not in (await outcomes(transfer_id)).values()
    assert (await plan(plan_id))["organization"] == world.beds.center


async def test_handing_over_again_touches_nothing(world: World, there: There) -> None:
    visit_id, plan_id = await a_planned_visit(world), await a_plan(world)
    await into_the_house(world, BedKind.HOME_CARE)
    by = there.admin.on_behalf("transfer")
    assert await planned.open_plans(person_id=world.elder)
    assert (
        await visits.hand_over_visits(
            visit_ids=[visit_id], to_organization_id=there.center, actor=by, now=LATER
        )
        == []
    )
    assert (
        await careplans.hand_over_plans(
            person_id=world.elder,
            to_organization_id=there.center,
            to_doctor_id=None,
            actor=by,
            now=LATER,
        )
        == []
    )
    assert (await plan(plan_id))["to_take_since"] == NINE + HOUR


@pytest.fixture
async def resident(db: None) -> World:
    """In the house, where rounds are planned."""
    return await a_world(BedKind.INSTITUTION)


async def a_round(world: World, *, start=IN_A_WEEK) -> UUID:
    return await of_visits.a_round(world.beds.for_visits, world.elder, start=start)


async def entry(round_id: UUID) -> str | None:
    found = await rows("SELECT status FROM round_entries WHERE visit = $1", round_id)
    return found[0]["status"] if found else None


async def back(world: World, *, at=NINE + 3 * DAY) -> UUID:
    transfer_id = await of.requested(
        world, world.beds.house, at=at, to_bed=BedKind.INSTITUTION, reason_code=Reason.BETTER
    )
    await of.answer(transfer_id, world.beds.house_admin, at=at)
    await of.depart(transfer_id, world.doctor, at=at)
    await of.arrive(transfer_id, world.beds.house_admin, at=at + HOUR)
    return transfer_id


@pytest.mark.rule("FB-02")
async def test_who_goes_to_hospital_is_away_on_the_rounds_to_come_and_expected_again_when_back(
    resident: World,
) -> None:
    round_id = await a_round(resident)
    transfer_id = await of.in_transit(resident)
    await of.arrive(transfer_id, resident.ward)
    assert (await outcomes(transfer_id))[round_id] == "suspend"
    assert await entry(round_id) == "away"
    transfer_id = await back(resident)
    assert (await outcomes(transfer_id))[round_id] == "continue"
    assert await entry(round_id) == "expected"


async def test_a_round_that_is_planned_meanwhile_does_not_expect_them(resident: World) -> None:
    await of.arrive(await of.in_transit(resident), resident.ward)
    round_id = await a_round(resident)
    assert await entry(round_id) == "away"
    await back(resident)
    assert await entry(round_id) == "expected"
    later = await a_round(resident, start=IN_A_WEEK + DAY)
    assert await entry(later) == "expected"


async def test_who_comes_home_instead_is_on_no_round_of_the_house(resident: World) -> None:
    round_id = await a_round(resident)
    await of.arrive(await of.in_transit(resident), resident.ward)
    at = NINE + 3 * DAY
    transfer_id = await of.requested(
        resident, resident.beds.center, at=at, to_bed=BedKind.OWN_HOME, reason_code=Reason.BETTER
    )
    await of.answer(transfer_id, resident.beds.admin, at=at)
    await of.depart(transfer_id, resident.doctor, at=at)
    await of.arrive(transfer_id, resident.beds.admin, at=at + HOUR)
    assert (await outcomes(transfer_id))[round_id] == "cancel"
    assert await entry(round_id) is None
    tied = await rows("SELECT until_at FROM care_team WHERE because_id = $1", round_id)
    assert {each["until_at"] for each in tied} == {at + HOUR}


async def test_what_was_said_at_the_bedside_stays(resident: World) -> None:
    round_id = await a_round(resident, start=NINE)
    await visits.enter(
        round_id=round_id,
        person_id=resident.elder,
        actor=resident.doctor,
        said=EntrySaid(client_time=NINE, status="seen"),
        now=NINE,
    )
    await of.arrive(await of.in_transit(resident), resident.ward)
    assert await entry(round_id) == "seen"


async def test_whoever_is_there_all_the_same_is_seen(resident: World) -> None:
    """Away is our guess; the doctor at the bedside knows better."""
    round_id = await a_round(resident)
    await of.arrive(await of.in_transit(resident), resident.ward)
    kept = await visits.enter(
        round_id=round_id,
        person_id=resident.elder,
        actor=resident.doctor,
        said=EntrySaid(client_time=IN_A_WEEK, status="seen"),
        now=IN_A_WEEK,
    )
    assert (kept.first, await entry(round_id)) == (True, "seen")
