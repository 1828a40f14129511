"""The work list: what waits, for whom, in which order."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.beds.lifecycle import BedKind, Part
from backend.core import clock
from backend.core.access import Role
from backend.core.db import value
from backend.core.ids import uuid7
from backend.records import actions as records
from backend.records.lifecycle.incidents import IncidentKind
from backend.visits import actions
from backend.visits.lifecycle.plans import Going, Item
from backend.visits.lifecycle.staffing import AssignmentSaid
from backend.work import queries
from tests.beds import world as beds
from tests.builders import TUESDAY_NINE, staff_of
from tests.records.said import a_fall
from tests.visits.world import a_proof, a_visit, a_world

pytestmark = pytest.mark.anyio


async def kinds(actor, now=TUESDAY_NINE) -> list[str]:
    page = await queries.of(actor=actor, limit=50, after=None, now=now)
    return [each["kind"] for each in page.items]


async def test_a_carer_sees_the_visits_of_the_day(db) -> None:
    world = await a_world()
    await a_visit(world)
    assert await kinds(world.doctor) == ["visit"]
    assert await kinds(world.nurse) == []


async def test_what_is_odd_waits_for_the_admin_and_never_for_its_author(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await actions.check_in(
        visit_id=visit_id,
        actor=world.doctor,
        proof=a_proof(is_mock=True),
        now=TUESDAY_NINE,
    )
    assert await kinds(world.admin) == ["exception_to_decide"]
    assert await kinds(await staff_of(world.center, Role.QC)) == ["exception_to_decide"]
    assert "exception_to_decide" not in await kinds(world.doctor)


async def test_what_can_harm_somebody_stands_first(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await actions.check_in(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(is_mock=True), now=TUESDAY_NINE
    )
    await a_visit(world, start=TUESDAY_NINE + timedelta(hours=1))
    later = TUESDAY_NINE + timedelta(hours=3)
    assert await kinds(world.admin, later) == ["late_visit", "exception_to_decide"]


@pytest.mark.rule("HC-09")
async def test_who_would_go_alone_where_two_must_go_is_the_dispatchers_to_pair(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world, items=[Item(code="S206")])
    before = TUESDAY_NINE - timedelta(hours=2)
    assert await kinds(world.dispatcher, before) == ["uncovered_visit"]
    both = [world.doctor.person_id, world.nurse.person_id]
    await a_visit(
        world,
        start=TUESDAY_NINE + timedelta(hours=2),
        items=[Item(code="S206")],
        staff=[Going(person_id=each) for each in both],
    )
    said = AssignmentSaid(staff_id=world.nurse.person_id, is_lead=False)
    await actions.assign(
        visit_id=visit_id, assignment_id=uuid7(), actor=world.dispatcher, said=said, now=before
    )
    assert await kinds(world.dispatcher, before) == []


async def test_a_home_sickbed_waits_for_who_must_move_it(db) -> None:
    world = await beds.a_world()
    home_sickbed_id = await beds.an_applied(world)
    assert await kinds(world.admin) == ["home_sickbed_to_assign"]
    await beds.give(world, home_sickbed_id, Part.ASSESSOR, world.doctor)
    assert await kinds(world.admin) == []
    assert await kinds(world.doctor) == ["home_sickbed_to_assess"]


@pytest.mark.rule("HB-07", "HB-08")
async def test_a_round_that_is_due_waits_for_the_doctor_and_the_superiors_for_a_senior(db) -> None:
    world = await beds.a_world()
    await beds.an_open(world)
    assert await kinds(world.doctor, TUESDAY_NINE + beds.HOUR) == ["visit"]
    assert await kinds(world.senior, TUESDAY_NINE + beds.HOUR) == []
    by_friday = TUESDAY_NINE + 3 * beds.DAY  # three days after the opening
    assert "superior_round" in await kinds(world.senior, by_friday)
    assert "superior_round" not in await kinds(world.doctor, by_friday)
    assert "home_sickbed_late_round" in await kinds(world.doctor, by_friday)
    assert "late_superior_round" in await kinds(world.senior, by_friday + beds.DAY)
    assert await kinds(world.nurse, by_friday) == []


@pytest.mark.rule("HB-07")
async def test_a_round_is_due_on_its_day_and_late_rounds_stand_before_it(db) -> None:
    world = await beds.a_world()
    home_sickbed_id = await beds.an_open(world)
    await made_round(world, TUESDAY_NINE + 2 * beds.HOUR)
    a_week = TUESDAY_NINE + 7 * beds.DAY
    assert "home_sickbed_round" not in await kinds(world.doctor, a_week - beds.DAY)
    assert (await kinds(world.doctor, a_week))[-1] == "home_sickbed_round"
    assert (await kinds(world.doctor, a_week + beds.DAY))[0] == "home_sickbed_late_round"
    page = await queries.of(actor=world.doctor, limit=1, after=None, now=a_week + beds.DAY)
    (line,) = page.items
    assert (line["id"], line["person"]) == (home_sickbed_id, world.elder)
    assert line["due_at"] == datetime(2026, 12, 1, 16, tzinfo=UTC)
    await beds.admit(world, BedKind.HOSPITAL, at=a_week)
    assert "home_sickbed_late_round" not in await kinds(world.doctor, a_week + beds.DAY)


@pytest.mark.rule("HB-07")
async def test_a_change_of_condition_asks_for_a_round_at_once(db) -> None:
    world = await beds.a_world()
    await beds.an_open(world)
    at = TUESDAY_NINE + beds.HOUR
    await records.report_incident(
        incident_id=uuid7(),
        actor=world.nurse,
        said=a_fall(world.elder, client_time=at, kind=IncidentKind.CHANGE_OF_CONDITION),
        now=at,
    )
    assert (await kinds(world.doctor, at))[0] == "home_sickbed_extra_round"


@pytest.mark.rule("HB-12")
async def test_who_is_away_longer_than_a_bed_waits_is_the_doctors_to_close(db) -> None:
    world = await beds.a_world()
    await beds.an_open(world)
    await beds.admit(world, BedKind.HOSPITAL, at=TUESDAY_NINE + beds.DAY)
    waits = TUESDAY_NINE + 15 * beds.DAY
    assert "home_sickbed_away_too_long" not in await kinds(world.doctor, waits)
    assert "home_sickbed_away_too_long" in await kinds(world.doctor, waits + beds.DAY)
    assert "home_sickbed_away_too_long" not in await kinds(world.senior, waits + beds.DAY)


async def made_round(world, at: datetime) -> None:
    visit_id = await value("SELECT id FROM visits WHERE status = 'PLANNED'")
    end, by = at + beds.HOUR / 2, world.doctor
    await actions.check_in(visit_id=visit_id, actor=by, proof=a_proof(at), now=at)
    await actions.check_out(visit_id=visit_id, actor=by, proof=a_proof(end), items=[], now=end)


async def test_pages_go_on_behind_the_last_line(db) -> None:
    world = await a_world()
    for hour in range(3):
        await a_visit(world, start=TUESDAY_NINE + timedelta(hours=hour))
    first = await queries.of(actor=world.doctor, limit=2, after=None, now=TUESDAY_NINE)
    rest = await queries.of(actor=world.doctor, limit=2, after=first.next, now=TUESDAY_NINE)
    assert len(first.items) == 2
    assert len(rest.items) == 1
    assert rest.next is None


@pytest.mark.parametrize("role", list(Role))
async def test_every_role_can_ask(db, role) -> None:
    world = await a_world()
    await kinds(await staff_of(world.center, role), clock.now())


async def test_the_persons_shown_are_noted(db) -> None:
    world = await a_world()
    await a_visit(world)
    await kinds(world.doctor)
    seen = "SELECT persons FROM audit WHERE what = 'work.list'"
    assert await value(seen) == [world.elder]
