"""What becomes of a signed contract: renewed, given another doctor, ended; and what is computed."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from backend.contracts import actions, queries
from backend.contracts.lifecycle import Standing
from backend.contracts.lifecycle.said import DoctorChange, Renewal, Termination
from backend.contracts.problems import (
    DoctorChangedAlready,
    NotAFamilyDoctor,
    NotInForce,
    SameDoctor,
    TermTooLong,
)
from backend.contracts.schemas import DoctorContractDetail
from backend.core import calendar
from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, CannotMove, Missing
from backend.people import queries as people
from backend.visits import actions as visits
from backend.visits.lifecycle import Kind, PlaceKind, Proof
from backend.visits.lifecycle.plans import Going, Place, VisitPlan
from tests.builders import a_person, acting, staff_of
from tests.contracts.world import (
    AT_THE_DOOR,
    NOW,
    TODAY,
    World,
    a_contract,
    a_drafted,
    a_round_made,
    a_world,
    at,
    events,
    sign_both,
    ties,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


async def detail(contract_id, *, now=NOW) -> DoctorContractDetail:
    found = await queries.doctor_contract(contract_id=contract_id, now=now)
    return DoctorContractDetail.of(found, now=now)


def ending(reason: Any = "moved", *, now: datetime = NOW) -> Termination:
    return Termination(client_time=now, reason_code=reason)


def midnight(day: date) -> datetime:
    return calendar.day(day)[0]


async def test_either_side_ends_it_with_the_month_and_the_ties_end_with_it(world: World) -> None:
    contract_id = await a_contract(world)
    elder = await world.herself()
    made = await actions.terminate(contract_id=contract_id, actor=elder, said=ending(), now=NOW)
    assert msgspec.json.decode(made.thing["said"])["until_on"] == "2026-12-01"
    first = date(2026, 12, 1)
    assert {until for _, _, until in await ties(world.elder)} == {midnight(first)}
    standings = [
        (await detail(contract_id, now=moment)).standing
        for moment in (NOW, midnight(first) - timedelta(seconds=1), midnight(first))
    ]
    assert standings == [Standing.EXPIRING, Standing.EXPIRING, Standing.TERMINATED]


async def test_ending_twice_is_once_and_another_ending_is_refused(world: World) -> None:
    contract_id = await a_contract(world)
    said: dict[str, Any] = {"contract_id": contract_id, "actor": world.admin, "now": NOW}
    first = await actions.terminate(**said, said=ending())
    again = await actions.terminate(**said, said=ending())
    assert (first.first, again.first) == (True, False)
    with pytest.raises(AlreadyDifferent):
        await actions.terminate(**said, said=ending("breach"))


async def test_a_contract_that_has_not_begun_never_was(world: World) -> None:
    contract_id = await a_contract(world, valid_from=date(2027, 1, 1))
    await actions.terminate(contract_id=contract_id, actor=world.doctor, said=ending(), now=NOW)
    assert (await detail(contract_id)).standing is Standing.TERMINATED
    assert {until for _, _, until in await ties(world.elder)} == {midnight(date(2027, 1, 1))}
    await a_contract(world, valid_from=date(2027, 1, 1))


async def test_a_draft_is_given_up(world: World) -> None:
    contract_id = await a_drafted(world)
    await actions.terminate(contract_id=contract_id, actor=world.doctor, said=ending(), now=NOW)
    assert (await detail(contract_id)).standing is Standing.TERMINATED
    assert await events("DoctorContractEnded") == 0


async def test_a_contract_ends_with_a_life_at_once(world: World) -> None:
    contract_id = await a_contract(world)
    assert await actions.end_after_death(person_id=world.elder, now=NOW) == 0
    await rows("UPDATE persons SET died_on = $2 WHERE id = $1", world.elder, TODAY)
    assert await actions.end_after_death(person_id=world.elder, now=NOW) == 1
    assert await actions.end_after_death(person_id=world.elder, now=NOW) == 0
    assert (await detail(contract_id)).standing is Standing.TERMINATED


@pytest.mark.rule("FD-06")
async def test_a_renewal_begins_behind_the_last_day(world: World) -> None:
    contract_id, renewal_id = await a_contract(world), uuid7()
    said: dict[str, Any] = {
        "contract_id": contract_id,
        "renewal_id": renewal_id,
        "actor": world.doctor,
    }
    await actions.renew(**said, said=Renewal(client_time=NOW), now=NOW)
    assert not (await actions.renew(**said, said=Renewal(client_time=NOW), now=NOW)).first
    drafted = await detail(renewal_id)
    assert (drafted.valid_from, drafted.valid_to) == (date(2027, 11, 24), date(2028, 11, 23))
    assert (drafted.standing, drafted.renews_id) == (Standing.DRAFT, contract_id)
    over = midnight(date(2027, 11, 24))
    assert (await detail(contract_id, now=over)).standing is Standing.EXPIRED
    await sign_both(world, renewal_id)
    assert (await detail(contract_id, now=over)).standing is Standing.RENEWED
    assert (await detail(renewal_id, now=over)).standing is Standing.ACTIVE
    members = {member for member, begins, _ in await ties(world.elder) if begins == over}
    assert members == {world.center, world.doctor.person_id}


@pytest.mark.rule("FD-06")
async def test_a_renewal_is_no_longer_than_a_contract(world: World) -> None:
    contract_id = await a_contract(world)
    with pytest.raises(TermTooLong):
        await actions.renew(
            contract_id=contract_id,
            renewal_id=uuid7(),
            actor=world.admin,
            said=Renewal(client_time=NOW, years=4),
            now=NOW,
        )


def change(world: World, doctor_id=None, *, now: datetime = NOW) -> DoctorChange:
    return DoctorChange(client_time=now, doctor_id=doctor_id or world.colleague.person_id)


@pytest.mark.rule("FD-09")
async def test_another_doctor_comes_with_the_next_month(world: World) -> None:
    contract_id = await a_contract(world)
    await actions.change_doctor(
        contract_id=contract_id,
        change_id=uuid7(),
        actor=await world.herself(),
        said=change(world),
        now=NOW,
    )
    first = midnight(date(2026, 12, 1))
    before, after = first - timedelta(seconds=1), first
    assert (await detail(contract_id)).doctor_next_id == world.colleague.person_id
    assert (await detail(contract_id, now=before)).doctor_id == world.doctor.person_id
    assert (await detail(contract_id, now=after)).doctor_id == world.colleague.person_id
    end = midnight(date(2027, 11, 24))
    spans = {member: (begins, until) for member, begins, until in await ties(world.elder)}
    assert spans[world.doctor.person_id] == (midnight(TODAY), first)
    assert spans[world.colleague.person_id] == (first, end)


@pytest.mark.rule("FD-09")
async def test_the_doctor_is_changed_once_in_a_contract_year(world: World) -> None:
    contract_id = await a_contract(world, valid_to=date(2029, 11, 23))
    said: dict[str, Any] = {"contract_id": contract_id, "actor": world.admin}
    await actions.change_doctor(**said, change_id=uuid7(), said=change(world), now=NOW)
    back = change(world, world.doctor.person_id)
    last = midnight(date(2027, 11, 24)) - timedelta(seconds=1)
    for now in (NOW, last):
        with pytest.raises(DoctorChangedAlready) as refused:
            await actions.change_doctor(**said, change_id=uuid7(), said=back, now=now)
        assert refused.value.facts["next_on"] == date(2027, 11, 24)
    following = midnight(date(2027, 11, 24))
    await actions.change_doctor(**said, change_id=uuid7(), said=back, now=following)
    december = midnight(date(2027, 12, 1))
    assert (await detail(contract_id, now=december)).doctor_id == world.doctor.person_id


@pytest.mark.rule("FD-09")
async def test_the_next_doctor_is_another_of_the_center_while_there_is_a_contract(
    world: World,
) -> None:
    contract_id = await a_contract(world)
    said: dict[str, Any] = {"contract_id": contract_id, "change_id": uuid7(), "actor": world.admin}
    with pytest.raises(SameDoctor):
        await actions.change_doctor(**said, said=change(world, world.doctor.person_id), now=NOW)
    stranger = await staff_of(world.municipal, Role.GP)
    with pytest.raises(NotAFamilyDoctor):
        await actions.change_doctor(**said, said=change(world, stranger.person_id), now=NOW)
    with pytest.raises(NotInForce):
        late = midnight(date(2027, 11, 2))
        await actions.change_doctor(**said, said=change(world), now=late)


async def test_nothing_more_happens_to_what_was_ended(world: World) -> None:
    contract_id = await a_contract(world)
    said: dict[str, Any] = {"contract_id": contract_id, "actor": world.admin, "now": NOW}
    await actions.terminate(**said, said=ending())
    with pytest.raises(CannotMove):
        await actions.change_doctor(**said, change_id=uuid7(), said=change(world))
    with pytest.raises(CannotMove):
        await actions.renew(**said, renewal_id=uuid7(), said=Renewal(client_time=NOW))


async def test_who_has_no_tie_ends_nothing(world: World) -> None:
    contract_id = await a_contract(world)
    stranger = await acting(await a_person(name="别人"), Role.ELDER)
    with pytest.raises(Missing):
        await actions.terminate(contract_id=contract_id, actor=stranger, said=ending(), now=NOW)


@pytest.mark.rule("BG-17")
async def test_a_renewal_is_reminded_of_a_month_and_a_week_before(world: World) -> None:
    contract_id = await a_contract(world)
    owed = await rows("SELECT due_at, args FROM jobs WHERE task = 'remind_renewal' ORDER BY due_at")
    assert [calendar.on(each["due_at"]) for each in owed] == [
        date(2027, 10, 24),
        date(2027, 11, 16),
    ]
    said: dict[str, Any] = {"contract_id": contract_id, "until_on": date(2027, 11, 24), "days": 30}
    due = owed[0]["due_at"]
    assert await actions.remind_renewal(**said, now=due)
    assert not await actions.remind_renewal(**{**said, "until_on": date(2027, 1, 1)}, now=due)
    renewal_id = uuid7()
    await actions.renew(
        contract_id=contract_id,
        renewal_id=renewal_id,
        actor=world.admin,
        said=Renewal(client_time=NOW),
        now=NOW,
    )
    await sign_both(world, renewal_id)
    assert not await actions.remind_renewal(**said, now=due)
    assert await events("DoctorContractExpiring") == 1


async def a_visit_made(
    world: World, start: datetime, *, person_id=None, kind=Kind.FOLLOW_UP
) -> None:
    """Planned, checked in and out."""
    visit_id = uuid7()
    place = PlaceKind.INSTITUTION if person_id else PlaceKind.HOME
    await visits.plan(
        visit_id=visit_id,
        actor=await staff_of(world.center, Role.DISPATCHER),
        said=VisitPlan(
            kind=kind,
            person_id=person_id or world.elder,
            place=Place(kind=place),
            planned_start=start,
            planned_end=start + timedelta(minutes=40),
            staff=[Going(person_id=world.doctor.person_id)],
        ),
        if_match=None,
        now=start - timedelta(days=1),
    )
    proof = {"client_time": start.isoformat(), "method": "GPS", "point": AT_THE_DOOR}
    said: dict[str, Any] = {"visit_id": visit_id, "actor": world.doctor}
    await visits.check_in(**said, proof=msgspec.convert(proof, Proof), now=start)
    end = start + timedelta(minutes=40)
    left = msgspec.convert({**proof, "client_time": end.isoformat()}, Proof)
    await visits.check_out(**said, proof=left, items=[], now=end)


@pytest.mark.rule("FD-10")
async def test_a_contract_without_a_contact_for_half_a_year_is_flagged(world: World) -> None:
    contract_id = await a_contract(world)
    half_a_year = midnight(TODAY + timedelta(days=180))
    assert not (await detail(contract_id, now=half_a_year - timedelta(days=1))).has_no_contact
    assert (await detail(contract_id, now=half_a_year)).has_no_contact
    page: dict[str, Any] = {
        "person_id": None,
        "mine": True,
        "limit": 50,
        "after": None,
        "now": half_a_year,
    }
    flagged = await queries.doctor_contracts(actor=world.doctor, no_contact=True, **page)
    assert [each["id"] for each in flagged.items] == [contract_id]
    await a_visit_made(world, at(TODAY + timedelta(days=10), 9))
    assert not (await detail(contract_id, now=half_a_year)).has_no_contact
    flagged = await queries.doctor_contracts(actor=world.doctor, no_contact=True, **page)
    assert flagged.items == []
    assert (await detail(contract_id, now=half_a_year + timedelta(days=11))).has_no_contact


@pytest.mark.rule("FD-04", "FD-05")
async def test_a_resident_of_a_visited_house_signs_and_has_an_exam_a_year(world: World) -> None:
    await a_round_made(world, at(TODAY, 14))
    contract_id = await a_contract(world, person_id=world.resident)
    said = await detail(contract_id)
    assert (said.exam.year, said.exam.is_entitled, said.exam.used_at) == (2026, True, None)
    start = at(TODAY + timedelta(days=1), 9)
    await a_visit_made(world, start, person_id=world.resident, kind=Kind.EXAM)
    used = await detail(contract_id, now=start + timedelta(hours=1))
    assert used.exam.used_at == start + timedelta(minutes=40)
    new_year = at(date(2027, 1, 1), 0)
    assert (await detail(contract_id, now=new_year)).exam.used_at is None


@pytest.mark.rule("FD-05")
async def test_who_lives_at_home_or_is_younger_has_no_exam_in_the_house(world: World) -> None:
    assert not (await detail(await a_contract(world))).exam.is_entitled
    await a_round_made(world, at(TODAY, 14))
    await rows("UPDATE persons SET born_on = '1961-11-25' WHERE id = $1", world.resident)
    contract_id = await a_contract(world, person_id=world.resident)
    assert not (await detail(contract_id)).exam.is_entitled
    assert (await detail(contract_id, now=NOW + timedelta(days=1))).exam.is_entitled


@pytest.mark.rule("FD-02")
@pytest.mark.parametrize(
    ("born_on", "is_chronic", "first"),
    [(date(1966, 11, 24), False, True), (date(1966, 11, 25), False, False), (None, True, True)],
)
async def test_who_is_sixty_or_chronic_comes_first(world, born_on, is_chronic, first) -> None:
    await rows("UPDATE persons SET born_on = $2 WHERE id = $1", world.elder, born_on)
    contract_id = await a_contract(world, is_chronic=is_chronic)
    assert (await detail(contract_id)).is_priority is first


async def test_a_list_shows_whom_one_may_see_page_by_page(world: World) -> None:
    contract_id = await a_contract(world)
    page: dict[str, Any] = {
        "person_id": None,
        "mine": False,
        "no_contact": None,
        "limit": 1,
        "now": NOW,
    }
    mine = await queries.doctor_contracts(actor=await world.herself(), after=None, **page)
    assert [each["id"] for each in mine.items] == [contract_id]
    elsewhere = await staff_of(world.municipal, Role.GP)
    assert (await queries.doctor_contracts(actor=elsewhere, after=None, **page)).items == []
    looked = await value("SELECT count(*) FROM audit WHERE what = 'contracts.doctors'")
    assert looked == 1


async def test_a_doctor_of_the_contract_sees_the_person_and_later_not(world: World) -> None:
    await a_contract(world)
    later = midnight(date(2027, 11, 24))
    tied = await people.ties_of(actor=world.doctor, person_ids=[world.elder], now=NOW)
    assert tied == {world.elder: "contract"}
    tied = await people.ties_of(actor=world.doctor, person_ids=[world.elder], now=later)
    assert tied == {world.elder: "registration"}
