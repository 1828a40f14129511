"""The work list: what waits, for whom, in which order."""

from datetime import date, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.beds.lifecycle import Part
from backend.core import calendar, clock
from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.visits import actions
from backend.work import queries
from backend.work.lifecycle import still_in_time
from tests.beds import world as beds
from tests.builders import TUESDAY_NINE, a_person, a_tie, acting, an_organization, staff_of
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


async def test_a_home_sickbed_waits_for_who_must_move_it(db) -> None:
    world = await beds.a_world()
    home_sickbed_id = await beds.an_applied(world)
    assert await kinds(world.admin) == ["home_sickbed_to_assign"]
    await beds.give(world, home_sickbed_id, Part.ASSESSOR, world.doctor)
    assert await kinds(world.admin) == []
    assert await kinds(world.doctor) == ["home_sickbed_to_assess"]


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
