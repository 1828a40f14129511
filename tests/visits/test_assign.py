"""Who goes: assigned, replaced, and never two sent for one."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Missing
from backend.people import queries as people
from backend.people.problems import TieEnded
from backend.visits import actions
from backend.visits.lifecycle import Code
from backend.visits.lifecycle.staffing import AssignmentSaid
from backend.visits.problems import AlreadyBegun, AlreadyGoing, NotGoing, NotQualified
from tests.builders import TUESDAY_NINE, a_person, a_tie, an_organization, staff_of
from tests.visits.world import World, a_proof, a_round, a_visit, a_world

pytestmark = pytest.mark.anyio

BEFORE = TUESDAY_NINE - timedelta(hours=1)


async def assign(
    world: World,
    visit_id: UUID,
    staff: Actor,
    *,
    instead_of: Actor | None = None,
    assignment_id: UUID | None = None,
    by: Actor | None = None,
    now=BEFORE,
    **changed,
):
    return await actions.assign(
        visit_id=visit_id,
        assignment_id=assignment_id or uuid7(),
        actor=by or world.dispatcher,
        said=AssignmentSaid(
            staff_id=staff.person_id,
            replaces_id=instead_of.person_id if instead_of else None,
            **changed,
        ),
        now=now,
    )


async def going(visit_id: UUID) -> set[UUID]:
    found = await rows(
        "SELECT staff FROM visit_assignments WHERE visit = $1 AND until_at IS NULL", visit_id
    )
    return {each["staff"] for each in found}


async def test_assigning_twice_is_assigning_once(db) -> None:
    world, assignment_id = await a_world(), uuid7()
    visit_id = await a_visit(world)

    first = await assign(world, visit_id, world.nurse, assignment_id=assignment_id)
    again = await assign(world, visit_id, world.nurse, assignment_id=assignment_id)

    assert (first.first, again.first) == (True, False)
    assert first.thing == again.thing
    assert first.thing.role == "NURSE"
    assert await going(visit_id) == {world.doctor.person_id, world.nurse.person_id}
    with pytest.raises(AlreadyDifferent) as refused:
        await assign(world, visit_id, world.nurse, assignment_id=assignment_id, is_lead=False)
    stored = refused.value.facts["stored"]
    assert isinstance(stored, dict)
    assert stored["id"] == str(assignment_id)
    assert "fingerprint" not in stored


async def test_nobody_is_sent_twice_to_one_visit(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    with pytest.raises(AlreadyGoing):
        await assign(world, visit_id, world.doctor)
    assert await value("SELECT count(*) FROM visit_assignments") == 1


async def test_replacing_moves_the_visit_and_the_tie(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    colleague = await staff_of(world.center, Role.GP, name="王强")

    await assign(world, visit_id, colleague, instead_of=world.doctor, reason="ill")

    assert await going(visit_id) == {colleague.person_id}
    ties = await rows("SELECT member_id, until_at FROM care_team WHERE because_id = $1", visit_id)
    assert {each["member_id"]: each["until_at"] for each in ties} == {
        world.doctor.person_id: BEFORE,
        colleague.person_id: TUESDAY_NINE + timedelta(minutes=40, days=30),
    }
    told = await value("SELECT body FROM journal WHERE topic = 'VisitReassigned'")
    assert str(world.doctor.person_id) in told
    assert str(colleague.person_id) in told


async def test_two_dispatchers_who_replace_the_same_carer_send_one_colleague(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    colleagues = [await staff_of(world.center, Role.GP, name=f"王{n}") for n in "一二"]

    answers = await asyncio.gather(
        *(assign(world, visit_id, each, instead_of=world.doctor) for each in colleagues),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in answers) == ["Kept", "NotGoing"]
    assert len(await going(visit_id)) == 1
    with pytest.raises(NotGoing):
        await assign(world, visit_id, world.nurse, instead_of=world.doctor)


async def test_whoever_comes_back_is_assigned_again(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await assign(world, visit_id, world.nurse, instead_of=world.doctor)
    await assign(world, visit_id, world.doctor, instead_of=world.nurse)

    kept = await actions.check_in(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE
    )

    assert kept.thing.findings == []
    assert (await people.tie(actor=world.doctor, person_id=world.elder, now=TUESDAY_NINE)) == (
        "visit"
    )


@pytest.mark.rule("EV-02", "EV-05")
async def test_whoever_was_assigned_when_it_happened_is_the_right_person(db) -> None:
    """Reassigned while the phone was still offline, after the check-in."""
    world = await a_world()
    visit_id = await a_visit(world)
    soon_after = TUESDAY_NINE + timedelta(minutes=5)
    await assign(world, visit_id, world.nurse, instead_of=world.doctor, now=soon_after)

    kept = await actions.check_in(
        visit_id=visit_id,
        actor=world.doctor,
        proof=a_proof(),
        now=TUESDAY_NINE + timedelta(hours=2),
    )

    assert kept.thing.findings == []


@pytest.mark.rule("EV-02", "EV-03")
async def test_a_colleague_who_was_never_assigned_is_recorded_as_another_person(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    kept = await actions.check_in(
        visit_id=visit_id, actor=world.nurse, proof=a_proof(), now=TUESDAY_NINE
    )
    assert [each.code for each in kept.thing.findings] == [Code.WRONG_PERSON]


@pytest.mark.rule("HC-09")
async def test_going_alone_where_two_must_go_is_asked_after(db) -> None:
    world = await a_world()
    await rows("UPDATE persons SET care_flags = '{AGGRESSION}' WHERE id = $1", world.elder)
    visit_id = await a_visit(world)
    later = await a_visit(world, start=TUESDAY_NINE + timedelta(hours=3))
    await assign(world, later, world.nurse)

    alone = await actions.check_in(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE
    )
    at = TUESDAY_NINE + timedelta(hours=3)
    both = await actions.check_in(visit_id=later, actor=world.nurse, proof=a_proof(at), now=at)

    assert [each.code for each in alone.thing.findings] == [Code.ALONE]
    assert both.thing.findings == []


async def test_a_second_carer_may_join_a_visit_that_has_begun_but_not_one_that_is_over(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    assert (await assign(world, visit_id, world.nurse, now=TUESDAY_NINE)).first
    at = TUESDAY_NINE + timedelta(minutes=30)
    await actions.check_out(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(at), items=[], now=at
    )
    other = await staff_of(world.center, Role.GP, name="王强")
    with pytest.raises(AlreadyBegun):
        await assign(world, visit_id, other, now=at)


async def test_only_who_may_go_is_sent_and_only_the_own_office_sends(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    elsewhere = await an_organization(name="别处")
    stranger = await staff_of(elsewhere, Role.GP)
    with pytest.raises(NotQualified):
        await assign(world, visit_id, stranger, instead_of=world.doctor)
    with pytest.raises(Missing):
        await assign(world, visit_id, stranger, by=await staff_of(elsewhere, Role.DISPATCHER))
    assert await going(visit_id) == {world.doctor.person_id}


async def test_an_assignment_of_another_visit_is_missing_here(db) -> None:
    world, assignment_id = await a_world(), uuid7()
    first = await a_visit(world)
    second = await a_visit(world, start=TUESDAY_NINE + timedelta(hours=1))
    await assign(world, first, world.nurse, assignment_id=assignment_id)
    with pytest.raises(Missing):
        await assign(world, second, world.nurse, assignment_id=assignment_id)


async def test_whoever_takes_over_a_round_may_see_its_residents(db) -> None:
    world = await a_world()
    resident = await a_person(name="钱素芬", residence_id=world.house)
    await a_tie(resident, world.center, kind="organization")
    round_id = await a_round(world)
    colleague = await staff_of(world.center, Role.GP, name="王强")

    await assign(world, round_id, colleague, instead_of=world.doctor)
    await rows("UPDATE care_team SET until_at = $1 WHERE member_kind = 'organization'", BEFORE)

    assert await people.tie(actor=colleague, person_id=resident, now=TUESDAY_NINE) == "round"
    with pytest.raises(TieEnded):
        await people.tie(actor=world.doctor, person_id=resident, now=TUESDAY_NINE)
