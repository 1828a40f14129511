"""The arrival: beds, visits, plans and the home-sickbed move together, each with an outcome."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from backend.beds.lifecycle import BedKind
from backend.beds.problems import BedTaken
from backend.core.access import Actor
from backend.core.db import rows, value
from backend.core.problems import AlreadyDifferent, CannotMove, Forbidden
from backend.transfers import actions, carry
from backend.transfers.lifecycle import Journey, Outcome, Reason
from backend.transfers.lifecycle.said import TransferArrival, TransferDeparture
from backend.transfers.problems import MovedMeanwhile, NeedsEpisode
from backend.visits import actions as visits
from tests.beds import world as of_beds
from tests.builders import a_person
from tests.careplans import world as of_plans
from tests.transfers import world as of
from tests.transfers.world import DAY, HOUR, NINE, World, a_world
from tests.visits.world import a_visit

pytestmark = pytest.mark.anyio

IN_A_WEEK = NINE + 7 * DAY


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


async def a_planned_visit(world: World, start: datetime = IN_A_WEEK, **changed) -> UUID:
    return await a_visit(world.beds.for_visits, start=start, now=NINE - DAY, **changed)


async def a_plan(world: World) -> UUID:
    for_visits = world.beds.for_visits
    await of_plans.an_assessment(for_visits, NINE - DAY)
    return await of_plans.an_active_plan(for_visits, now=NINE - HOUR)


async def visit_status(visit_id: UUID) -> str:
    return str(await value("SELECT status FROM visits WHERE id = $1", visit_id))


async def outcomes(transfer_id: UUID) -> dict[UUID, str]:
    found = await rows(
        "SELECT thing_id, outcome FROM transfer_outcomes WHERE transfer = $1", transfer_id
    )
    return {each["thing_id"]: each["outcome"] for each in found}


@pytest.mark.rule("HB-14", "FB-02", "FB-05")
async def test_into_hospital_the_bed_is_suspended_plans_rest_and_visits_are_called_off(
    world: World,
) -> None:
    episode_id = await of_beds.an_open(world.beds, at=NINE - HOUR)
    visit_id, plan_id = await a_planned_visit(world), await a_plan(world)
    transfer_id = await of.in_transit(world)
    made = await of.arrive(transfer_id, world.ward, bed_no="7")
    became = {(each.what, each.thing_id): str(each.outcome) for each in made.outcomes}
    assert became["visit", visit_id] == "cancel"
    assert became["home_sickbed", episode_id] == "suspend"
    assert became["care_plan", plan_id] == "suspend"
    assert became["doctor", world.doctor.person_id] == "suspend"
    assert await outcomes(transfer_id) == {each.thing_id: each.outcome for each in made.outcomes}
    assert await visit_status(visit_id) == "CANCELLED"
    assert await of_beds.status_of(episode_id) == "SUSPENDED"
    paused = await value("SELECT paused_at FROM care_plans WHERE id = $1", plan_id)
    assert paused == NINE + HOUR
    suspended = await value(
        "SELECT from_at FROM home_sickbed_suspensions WHERE home_sickbed = $1", episode_id
    )
    assert suspended == NINE + HOUR  # the hospital's admission time
    assert (await of.beds_of(world))["HOSPITAL"] == str(world.hospital)
    assert await value("SELECT count(*) FROM visits WHERE status = 'PLANNED'") == 0


async def test_who_is_already_on_the_way_stands_in_the_answer_too(world: World) -> None:
    visit_id = await a_planned_visit(world, NINE + 2 * HOUR)
    said = TransferDeparture(client_time=NINE)
    await visits.depart(
        visit_id=visit_id, actor=world.doctor, client_time=NINE, said=said, now=NINE
    )
    await of.arrive(transfer_id := await of.in_transit(world), world.ward)
    assert (await outcomes(transfer_id))[visit_id] == "continue"
    assert await visit_status(visit_id) == "ON_THE_WAY"


@pytest.mark.rule("FB-05")
async def test_the_package_says_what_was_ordered(world: World) -> None:
    plan_id = await a_plan(world)
    draft_id = await of_plans.a_draft(world.beds.for_visits)
    transfer_id = await of.in_transit(world)
    ((content, _),) = await of.package_of(transfer_id)
    (plan,) = msgspec.json.decode(content)["orders"]
    assert (plan["id"], plan["doctor"]) == (str(plan_id), str(world.doctor.person_id))
    assert plan["interventions"][0]["item_code"]
    assert str(draft_id) not in content


@pytest.mark.rule("FB-06", "FB-02")
async def test_back_again_the_held_bed_is_theirs_and_work_goes_on(db: None) -> None:
    world = await a_world(BedKind.INSTITUTION)
    plan_id = await a_plan(world)
    await of.arrive(await of.in_transit(world), world.ward)
    assert await value("SELECT held_until FROM bed_stays WHERE kind = 'INSTITUTION'") is not None
    later = NINE + 9 * DAY
    transfer_id = await of.requested(
        world,
        world.beds.house,
        at=later,
        to_bed=BedKind.INSTITUTION,
        reason_code=Reason.BETTER,
    )
    await of.answer(transfer_id, world.beds.house_admin, at=later)
    await of.depart(transfer_id, world.doctor, at=later)
    made = await of.arrive(transfer_id, world.beds.house_admin, at=later + HOUR)
    became = {each.what: str(each.outcome) for each in made.outcomes}
    assert became == {"care_plan": "continue", "doctor": "continue"}
    assert await of.beds_of(world) == {"INSTITUTION": str(world.beds.house)}
    assert await value("SELECT count(*) FROM bed_stays WHERE kind = 'INSTITUTION'") == 1
    assert await value("SELECT paused_at FROM care_plans WHERE id = $1", plan_id) is None
    assert await value("SELECT count(*) FROM visits WHERE status = 'PLANNED'") > 0
    (back,) = await of.told("ElderCameBack")
    until = datetime.fromisoformat(back["due_at"])
    assert until == datetime(2026, 12, 10, 16, tzinfo=UTC)  # the end of the seventh day after
    (job,) = await of.owed("look_for_first_visit")
    assert job["due_at"] == until


@pytest.mark.rule("FB-04")
async def test_into_a_house_visits_to_the_old_door_end_and_the_plan_goes_to_the_new_one(
    world: World,
) -> None:
    plan_id, visit_id = await a_plan(world), await a_planned_visit(world)
    before = {each["id"] for each in await rows("SELECT id FROM visits")}
    transfer_id = await moved_to_the_house(world)
    made = await of.arrive(transfer_id, world.beds.house_admin)
    became = await outcomes(transfer_id)
    assert (became[visit_id], became[plan_id]) == ("cancel", "continue")
    assert {each.thing_id for each in made.outcomes if each.what == "visit"} == before
    planned = await rows("SELECT id, institution FROM visits WHERE status = 'PLANNED'")
    assert {each["id"] for each in planned} & before == set()
    assert {each["institution"] for each in planned} <= {world.beds.house}


async def moved_to_the_house(world: World, *, at: datetime = NINE, bed_no: str = "12") -> UUID:
    transfer_id = await of.requested(
        world,
        world.beds.house,
        at=at,
        to_bed=BedKind.INSTITUTION,
        reason_code=Reason.ENVIRONMENT,
    )
    await of.answer(transfer_id, world.beds.house_admin, at=at, bed_no=bed_no)
    await of.depart(transfer_id, world.doctor, at=at)
    return transfer_id


async def test_saying_so_again_is_the_same_arrival(world: World) -> None:
    await a_planned_visit(world)
    transfer_id = await of.in_transit(world)
    first = await of.arrive(transfer_id, world.ward)
    again = await of.arrive(transfer_id, world.ward)
    assert (again.id, again.outcomes) == (first.id, first.outcomes)
    with pytest.raises(AlreadyDifferent):
        await of.arrive(transfer_id, world.ward, bed_no="99")
    assert len(await of.told("TransferArrived")) == 1


async def test_the_arrival_is_the_receivers(world: World) -> None:
    transfer_id = await of.in_transit(world)
    with pytest.raises(Forbidden):
        await of.arrive(transfer_id, world.doctor)
    other = await of.accepted(world)
    with pytest.raises(CannotMove):
        await of.arrive(other, world.ward)


async def snapshot() -> list[object]:
    tables = ("bed_stays", "visits", "visit_moves", "transfers", "transfer_moves", "care_plans",
              "transfer_outcomes", "home_sickbeds", "care_team", "journal", "jobs")  # fmt: skip
    return [
        await value(
            f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {t} t"
        )
        for t in tables
    ]


async def test_a_bed_that_is_taken_leaves_nothing_moved(world: World) -> None:
    neighbour = await a_person(name="王桂芳", center_id=world.beds.center)
    await of_beds.admit(
        world.beds, BedKind.HOSPITAL, at=NINE - DAY, by=world.ward, elder=neighbour, bed_no="12"
    )
    await a_planned_visit(world)
    transfer_id = await of.in_transit(world)
    before = await snapshot()
    with pytest.raises(BedTaken):
        await of.arrive(transfer_id, world.ward)
    assert await snapshot() == before
    await of.arrive(transfer_id, world.ward, bed_no="13")


async def test_a_failure_in_the_last_line_leaves_nothing_moved(world: World, monkeypatch) -> None:
    await of_beds.an_open(world.beds, at=NINE - HOUR)
    await a_planned_visit(world)
    await a_plan(world)
    transfer_id = await of.in_transit(world)
    before = await snapshot()

    async def breaks(*_: object) -> dict[UUID, Outcome]:
        raise RuntimeError("killed here")

    lines = (*carry.LINES[:-1], carry.LINES[-1]._replace(become=breaks))
    with monkeypatch.context() as patched:
        patched.setattr(carry, "LINES", lines)
        with pytest.raises(RuntimeError):
            await of.arrive(transfer_id, world.ward)
    assert await snapshot() == before
    await of.arrive(transfer_id, world.ward)
    assert await of.status_of(transfer_id) == "ARRIVED"


async def test_of_two_journeys_one_arrives(world: World) -> None:
    one, other = await of.in_transit(world), await moved_to_the_house(world)
    await of.arrive(one, world.ward)
    with pytest.raises(MovedMeanwhile):
        await of.arrive(other, world.beds.house_admin)
    assert await of.status_of(other) == "IN_TRANSIT"


async def test_a_home_sickbed_is_opened_before_anybody_arrives_in_it(world: World) -> None:
    transfer_id = await of.requested(world, world.beds.center, to_bed=BedKind.HOME_SICK)
    await of.answer(transfer_id, world.beds.admin)
    await of.depart(transfer_id, world.doctor)
    with pytest.raises(NeedsEpisode):
        await of.arrive(transfer_id, world.beds.admin)
    await of_beds.an_open(world.beds, at=NINE + HOUR)
    made = await of.arrive(transfer_id, world.beds.admin, at=NINE + 2 * HOUR)
    assert {str(each.outcome) for each in made.outcomes} == {"continue"}


async def dying(world: World, to: BedKind, receiver: UUID, by: Actor) -> UUID:
    transfer_id = await of.drafted(world, to_bed=to, reason_code=Reason.TERMINAL)
    await of.assess(
        world,
        transfer_id,
        consent_id=await of.consent(world, purpose="hospice"),
        terminal=of.Terminal(confirmed_by=world.doctor.person_id, expected_months=2),
    )
    await of.request(world, transfer_id, receiver)
    await of.answer(transfer_id, by)
    await of.depart(transfer_id, world.doctor)
    return transfer_id


@pytest.mark.rule("FB-07", "FB-09")
async def test_into_hospice_from_the_ward_their_place_stays_theirs(world: World) -> None:
    await of_beds.admit(world.beds, BedKind.HOSPITAL, at=NINE - DAY, by=world.other_ward)
    transfer_id = await dying(world, BedKind.HOSPICE, world.hospital, world.ward)
    await of.arrive(transfer_id, world.ward)
    assert await of.beds_of(world) == {"OWN_HOME": None, "HOSPICE": str(world.hospital)}


@pytest.mark.rule("FB-07")
async def test_hospice_at_home_lies_over_the_place_and_ends_the_stay_in_the_ward(
    world: World,
) -> None:
    await of_beds.admit(world.beds, BedKind.HOSPITAL, at=NINE - DAY, by=world.ward)
    by = world.beds.admin
    transfer_id = await dying(world, BedKind.HOME_HOSPICE, world.beds.center, by)
    await of.arrive(transfer_id, by)
    assert await of.beds_of(world) == {
        "OWN_HOME": None,
        "HOME_HOSPICE": str(world.beds.center),
    }


async def test_who_is_in_no_ledger_yet_is_entered_where_they_live(world: World) -> None:
    await rows("DELETE FROM bed_stays")
    await of.arrive(await of.in_transit(world), world.ward)
    assert await of.beds_of(world) == {"OWN_HOME": None, "HOSPITAL": str(world.hospital)}


async def test_the_place_is_held_as_long_as_the_sender_said(world: World) -> None:
    transfer_id = await of.accepted(world)
    until = (NINE + 5 * DAY).date()
    await of.depart(transfer_id, world.doctor, held_until=until)
    await of.arrive(transfer_id, world.ward)
    held = await value(
        "SELECT held_until FROM bed_stays WHERE layer = 'place' AND until_at IS NULL"
    )
    assert held == datetime(2026, 11, 29, 16, tzinfo=UTC)


async def test_a_clock_that_is_behind_arrives_when_it_left(world: World) -> None:
    transfer_id = await of.accepted(world)
    await of.depart(transfer_id, world.doctor, at=NINE + HOUR)
    await actions.arrive(
        transfer_id=transfer_id,
        actor=world.ward,
        said=TransferArrival(client_time=NINE + HOUR - timedelta(minutes=20)),
        now=NINE + HOUR + timedelta(minutes=1),
    )
    assert await value("SELECT arrived_at FROM transfers") == NINE + HOUR


@pytest.mark.rule("FB-05")
async def test_a_complete_transfer_closes_with_its_feedback(world: World) -> None:
    transfer_id = await of.in_transit(world)
    with pytest.raises(CannotMove):
        await of.feedback(transfer_id, world.ward)
    await of.arrive(transfer_id, world.ward)
    with pytest.raises(Forbidden):
        await of.feedback(transfer_id, world.doctor)
    kept = await of.feedback(transfer_id, world.ward)
    assert (kept.first, kept.thing.status) == (True, "FEEDBACK_DONE")
    assert await of.status_of(transfer_id) == "CLOSED"
    assert not (await of.feedback(transfer_id, world.ward)).first


@pytest.mark.rule("RC-08")
async def test_with_an_elder_everything_open_ends_in_one_transaction(world: World) -> None:
    episode_id = await of_beds.an_open(world.beds, at=NINE - HOUR)
    visit_id, plan_id = await a_planned_visit(world), await a_plan(world)
    waiting, gone = await of.accepted(world), await of.in_transit(world)
    await rows("UPDATE persons SET died_on = '2026-11-24' WHERE id = $1", world.elder)
    for ended in (2, 0):
        now = NINE + 3 * HOUR
        assert await actions.end_open_work(person_id=world.elder, now=now) == ended
    assert await of.beds_of(world) == {}
    assert await visit_status(visit_id) == "CANCELLED"
    assert await of_beds.status_of(episode_id) == "CLOSING"
    assert await value("SELECT status FROM care_plans WHERE id = $1", plan_id) == "ENDED"
    assert await of.status_of(waiting) == "CANCELLED"
    assert await of.status_of(gone) == "CLOSED"


async def test_who_lives_loses_nothing(world: World) -> None:
    visit_id = await a_planned_visit(world)
    assert await actions.end_open_work(person_id=world.elder, now=NINE) == 0
    assert await visit_status(visit_id) == "PLANNED"


def test_every_line_says_what_becomes_of_its_things_on_every_journey() -> None:
    for line in carry.LINES:
        assert line.by.keys() == set(Journey), line.what
