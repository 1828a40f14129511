"""The work list: what waits, for whom, in which order."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.beds.lifecycle import BedKind, Part
from backend.core import calendar, clock
from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.records import actions as records
from backend.records.lifecycle.incidents import IncidentKind
from backend.visits import actions
from backend.visits.lifecycle.plans import Going, Item
from backend.visits.lifecycle.staffing import AssignmentSaid
from backend.work import queries
from backend.work.lifecycle import still_in_time
from tests.beds import world as beds
from tests.builders import TUESDAY_NINE, a_person, a_tie, acting, an_organization, staff_of
from tests.records.said import a_fall
from tests.transfers import world as transfers
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


CONTRACT = """
INSERT INTO doctor_contracts (id, person, center, doctor, team_id, district_hospital,
  municipal_hospital, lines, is_chronic, valid_from, until_on, status, signed_at, drafted_by,
  policy_version, version, fingerprint, recorded_at)
VALUES ($1, $2, $3, $4, $4, $5, $6, '', false, $7, $8, 'SIGNED', $9, $4, '', 1, '', $9)
"""


async def contracted(world: beds.World) -> None:
    """The elder has signed with the center, today."""
    other = await an_organization(kinds=("HOSPITAL",))
    today = calendar.on(TUESDAY_NINE)
    group = (world.center, world.doctor.person_id, other, world.hospital)
    year = (today, today + timedelta(days=365))
    await rows(CONTRACT, uuid7(), world.elder, *group, *year, TUESDAY_NINE)


async def waiting(world: beds.World, now=TUESDAY_NINE) -> list[UUID]:
    """Who waits for an assessor, in order, a page of one line each time."""
    found, after = [], None
    while True:
        page = await queries.of(actor=world.admin, limit=1, after=after, now=now)
        found += [each["person"] for each in page.items]
        after = page.next
        if after is None:
            return found


@pytest.mark.rule("FD-03")
async def test_a_contract_is_served_first_until_the_other_one_is_due(db) -> None:
    world = await beds.a_world()
    other = await a_person(name="王桂英", center_id=world.center)
    await a_tie(other, world.center, kind="organization")
    neighbour = msgspec.structs.replace(world, elder=other, herself=await acting(other, Role.ELDER))
    await beds.an_applied(neighbour, at=TUESDAY_NINE - timedelta(hours=5))
    await beds.an_applied(world, at=TUESDAY_NINE - timedelta(hours=1))
    assert await waiting(world) == [other, world.elder]
    await contracted(world)
    assert await waiting(world) == [world.elder, other]
    # Three working days have passed on Friday; on Monday whoever asked first is served first.
    assert await waiting(world, TUESDAY_NINE + timedelta(days=3)) == [world.elder, other]
    assert await waiting(world, TUESDAY_NINE + timedelta(days=6)) == [other, world.elder]


@pytest.mark.rule("FD-03")
@pytest.mark.parametrize(
    ("urgency", "first"), [("ROUTINE", "the contracted"), ("URGENT", "the other")]
)
async def test_a_contract_never_goes_before_hurry(db, urgency: str, first: str) -> None:
    world = await transfers.a_world()
    other = await transfers.a_world()
    ids = {}
    for name, each, at in (
        ("the other", other, transfers.NINE - timedelta(minutes=5)),
        ("the contracted", world, transfers.NINE),
    ):
        transfer_id = await transfers.requested(each, world.hospital, at=at, urgency=urgency)
        ids[transfer_id] = name
    page = await queries.of(actor=world.ward, limit=9, after=None, now=transfers.NINE)
    assert [ids[each["id"]] for each in page.items] == ["the other", "the contracted"]
    await contracted(world.beds)
    page = await queries.of(actor=world.ward, limit=9, after=None, now=transfers.NINE)
    assert ids[page.items[0]["id"]] == first


@pytest.mark.rule("HB-04", "FD-03")
@given(st.dates(date(2026, 1, 1), date(2026, 12, 1)), st.integers(1, 5))
def test_what_is_still_in_time_was_asked_for_so_many_working_days_ago(today, workdays) -> None:
    first = still_in_time(today, workdays)
    assert calendar.add_working_days(first, workdays) >= today
    assert calendar.add_working_days(first - date.resolution, workdays) < today


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
