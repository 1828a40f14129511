"""What runs by itself (BG-19): deadlines that re-check what is true, over holidays and nights."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.beds.lifecycle import BedKind
from backend.core.db import value
from backend.transfers import actions
from backend.transfers.lifecycle import Reason, Urgency
from backend.visits import actions as visits
from backend.visits.lifecycle.rounds import EntrySaid
from backend.work import queries as work
from tests.beds.world import admit
from tests.builders import a_tie
from tests.transfers import world as of
from tests.transfers.world import DAY, HOUR, NINE, World, a_world
from tests.visits import world as of_visits

pytestmark = pytest.mark.anyio

# 23:50 on the eve of the Spring Festival's nine days, on the last day of a year, on a plain day.
SPRING_FESTIVAL = datetime(2026, 2, 14, 15, 50, tzinfo=UTC)
YEAR_END = datetime(2026, 12, 31, 15, 50, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, 15, 50, tzinfo=UTC)
NIGHTS = [SPRING_FESTIVAL, YEAR_END, MIDNIGHT]
SECOND = timedelta(seconds=1)


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


@pytest.mark.rule("BG-19")
async def test_a_draft_that_nobody_assesses_is_said_to_be_late(world: World) -> None:
    transfer_id = await of.drafted(world)
    (job,) = await of.owed("look_for_transfer_assessment")
    assert job["due_at"] == NINE + 72 * HOUR
    assert await actions.look_for_assessment(transfer_id=transfer_id)
    (told,) = await of.told("TransferAssessmentLate")
    assert told["staff_id"] == str(world.doctor.person_id)
    await of.assess(world, transfer_id)
    assert not await actions.look_for_assessment(transfer_id=transfer_id)


@pytest.mark.rule("BG-19")
@pytest.mark.parametrize("at", NIGHTS)
@pytest.mark.parametrize(("urgency", "hours"), [(Urgency.ROUTINE, 24), (Urgency.URGENT, 2)])
async def test_silence_goes_to_both_sides_and_then_to_the_duty_list(
    world: World, at, urgency, hours
) -> None:
    transfer_id = await of.requested(world, at=at, urgency=urgency)
    (job,) = await of.owed("look_for_transfer_answer")
    assert job["due_at"] == at + hours * HOUR

    async def look(when: datetime) -> bool:
        return await actions.look_for_answer(transfer_id=transfer_id, place=1, now=when)

    assert not await look(job["due_at"] - SECOND)  # it was asked again since, or runs too early
    assert await look(job["due_at"])
    assert not await look(job["due_at"] + HOUR)  # said once
    (told,) = await of.told("TransferUnanswered")
    assert set(told["organizations"]) == {str(world.beds.center), str(world.hospital)}
    (duty,) = await of.owed("tell_duty_list")
    assert duty["due_at"] == job["due_at"] + 2 * HOUR
    assert await actions.tell_duty_list(transfer_id=transfer_id, place=1, now=duty["due_at"])
    assert len(await of.told("TransferStillUnanswered")) == 1
    assert await of.status_of(transfer_id) == "REQUESTED"
    assert await value("SELECT count(*) FROM transfer_moves WHERE move = 'escalation'") == 2
    assert (await of.answer(transfer_id, world.ward, at=at + 3 * DAY)).first  # still theirs


@pytest.mark.rule("BG-19")
async def test_who_answered_is_not_told_on(world: World) -> None:
    transfer_id = await of.requested(world, world.hospital, world.other_hospital)
    await of.answer(transfer_id, world.ward, accept=False, at=NINE + HOUR)
    late = NINE + 2 * DAY
    assert not await actions.look_for_answer(transfer_id=transfer_id, place=1, now=late)
    (_, second) = await of.owed("look_for_transfer_answer")
    assert second["due_at"] == NINE + 25 * HOUR  # a day of their own
    assert await actions.look_for_answer(transfer_id=transfer_id, place=2, now=late)
    await of.answer(transfer_id, world.other_ward, at=late)
    assert not await actions.tell_duty_list(transfer_id=transfer_id, place=2, now=late + HOUR)


@pytest.mark.rule("FB-07")
async def test_who_is_dying_is_answered_within_two_hours(world: World) -> None:
    transfer_id = await of.drafted(world, to_bed=BedKind.HOSPICE, reason_code=Reason.TERMINAL)
    await of.assess(
        world,
        transfer_id,
        consent_id=await of.consent(world, purpose="hospice"),
        terminal=of.Terminal(confirmed_by=world.doctor.person_id, expected_months=2),
    )
    await of.request(world, transfer_id)
    (job,) = await of.owed("look_for_transfer_answer")
    assert job["due_at"] == NINE + 2 * HOUR


@pytest.mark.rule("FB-05")
async def test_a_package_that_nobody_sealed_builds_itself_after_a_day(world: World) -> None:
    transfer_id = await of.accepted(world)
    (job,) = await of.owed("look_for_transfer_package")
    assert job["due_at"] == NINE + 24 * HOUR
    assert await actions.look_for_package(transfer_id=transfer_id, now=job["due_at"])
    assert await of.status_of(transfer_id) == "ACCEPTED"
    await of.depart(transfer_id, world.doctor, at=NINE + 25 * HOUR)
    assert len(await of.package_of(transfer_id)) == 1


@pytest.mark.rule("FB-06")
@pytest.mark.parametrize("at", NIGHTS)
async def test_feedback_is_owed_within_two_days(world: World, at) -> None:
    transfer_id = await of.in_transit(world, at=at)
    await of.arrive(transfer_id, world.ward, at=at + HOUR)
    (job,) = await of.owed("look_for_transfer_feedback")
    assert job["due_at"] == at + 49 * HOUR
    assert await actions.look_for_feedback(transfer_id=transfer_id)
    (told,) = await of.told("TransferFeedbackLate")
    assert told["organization_id"] == str(world.hospital)
    await of.feedback(transfer_id, world.ward, at=at + 2 * DAY)
    assert not await actions.look_for_feedback(transfer_id=transfer_id)


async def back_home(world: World) -> UUID:
    await admit(world.beds, BedKind.HOSPITAL, at=NINE - DAY, by=world.ward)
    transfer_id = await of.requested(
        world, world.beds.center, to_bed=BedKind.OWN_HOME, reason_code=Reason.BETTER
    )
    await of.answer(transfer_id, world.beds.admin, bed_no="1")
    await of.depart(transfer_id, world.doctor)
    await of.arrive(transfer_id, world.beds.admin)
    return transfer_id


@pytest.mark.rule("FB-06")
async def test_a_first_visit_that_nobody_made_is_said(world: World) -> None:
    transfer_id = await back_home(world)
    assert await of.beds_of(world) == {"OWN_HOME": None}
    assert await actions.look_for_first_visit(transfer_id=transfer_id)
    start = NINE + 2 * DAY
    visit_id = await of_visits.a_visit(world.beds.for_visits, start=start, now=start - HOUR)
    await visits.check_in(
        visit_id=visit_id, actor=world.doctor, proof=of_visits.a_proof(start), now=start
    )
    assert not await actions.look_for_first_visit(transfer_id=transfer_id)


async def work_of(actor, now) -> list[str]:
    page = await work.of(actor=actor, limit=50, after=None, now=now)
    return [each["kind"] for each in page.items if "transfer" in each["kind"]]


async def test_what_a_receiver_owes_stands_on_its_list_until_it_is_done(world: World) -> None:
    transfer_id = await of.requested(world)
    assert await work_of(world.ward, NINE) == ["transfer_to_answer"]
    assert await work_of(world.other_ward, NINE) == []
    await of.answer(transfer_id, world.ward)
    await of.depart(transfer_id, world.doctor)
    assert await work_of(world.ward, NINE) == []
    await of.arrive(transfer_id, world.ward)
    assert await work_of(world.ward, NINE + HOUR) == ["transfer_feedback"]
    await of.feedback(transfer_id, world.ward)
    assert await work_of(world.ward, NINE + 2 * HOUR) == []


async def test_the_family_doctor_owes_a_first_visit(world: World) -> None:
    await a_tie(world.elder, world.doctor.person_id, why="contract")
    await back_home(world)
    # The same doctor answers for her home-sickbed, and was her doctor of the year before.
    await a_tie(world.elder, world.doctor.person_id, why="home_sickbed")
    await a_tie(world.elder, world.doctor.person_id, why="contract")
    assert await first_visits(world) == 1
    await admit(world.beds, BedKind.HOSPITAL, at=NINE + 2 * HOUR, by=world.ward)
    assert await first_visits(world, NINE + 3 * HOUR) == 0


async def first_visits(world: World, now: datetime = NINE + 2 * HOUR) -> int:
    page = await work.of(actor=world.doctor, limit=50, after=None, now=now)
    return [each["kind"] for each in page.items].count("first_visit")


@pytest.mark.rule("FB-06")
async def test_who_was_seen_on_a_ward_round_had_the_first_visit(world: World) -> None:
    await a_tie(world.elder, world.doctor.person_id, why="contract")
    await admit(world.beds, BedKind.INSTITUTION, at=NINE - 2 * DAY, by=world.beds.house_admin)
    await admit(world.beds, BedKind.HOSPITAL, at=NINE - DAY, by=world.ward)
    transfer_id = await of.requested(
        world, world.beds.house, to_bed=BedKind.INSTITUTION, reason_code=Reason.BETTER
    )
    await of.answer(transfer_id, world.beds.house_admin)
    await of.depart(transfer_id, world.doctor)
    await of.arrive(transfer_id, world.beds.house_admin)
    assert await first_visits(world) == 1
    at = NINE + DAY
    round_id = await of_visits.a_round(world.beds.for_visits, world.elder, start=at)
    await visits.check_in(
        visit_id=round_id, actor=world.doctor, proof=of_visits.a_proof(at), now=at
    )
    await visits.enter(
        round_id=round_id,
        person_id=world.elder,
        actor=world.doctor,
        said=EntrySaid(client_time=at, status="seen"),
        now=at,
    )
    assert not await actions.look_for_first_visit(transfer_id=transfer_id)
    assert await first_visits(world, at) == 0


async def test_nobody_visits_who_is_in_hospital_again(world: World) -> None:
    transfer_id = await back_home(world)
    await admit(world.beds, BedKind.HOSPITAL, at=NINE + DAY, by=world.ward)
    assert not await actions.look_for_first_visit(transfer_id=transfer_id)
