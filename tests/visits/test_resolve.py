"""Exceptions: who decides, who never does, one appeal, and what a corrected address clears."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, CannotMove, Missing
from backend.visits import actions, queries
from backend.visits.lifecycle.resolving import AppealSaid, Decision, DecisionSaid
from backend.visits.problems import AppealTooLate, NotYourOwn, SomebodyElseDecides
from backend.visits.schemas import VisitDetail
from backend.visits.schemas.resolving import ExceptionWhole
from tests.builders import TUESDAY_NINE, an_organization, staff_of
from tests.visits.world import AT_THE_DOOR, World, a_proof, a_visit, a_world

pytestmark = pytest.mark.anyio

BLOCK_TWELVE_LAT = 31.22764  # 460 m north of the door
BLOCK_TWELVE = {**AT_THE_DOOR, "lat": BLOCK_TWELVE_LAT}
HOUR = timedelta(hours=1)


async def a_far_visit(world: World, *, ended: bool = False) -> tuple[UUID, UUID]:
    """A visit whose check-in was 460 m away, and the exception that it raised."""
    visit_id = await a_visit(world)
    proof = a_proof(point=BLOCK_TWELVE, reason_code="ADDRESS_WRONG", reason="老人住在12号楼")
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=proof, now=TUESDAY_NINE)
    if ended:
        at = TUESDAY_NINE + HOUR / 2
        proof = a_proof(at, point=BLOCK_TWELVE)
        await actions.check_out(
            visit_id=visit_id, actor=world.doctor, proof=proof, items=[], now=at
        )
    return visit_id, await value("SELECT id FROM visit_exceptions ORDER BY id LIMIT 1")


async def decide(
    exception_id: UUID,
    by: Actor,
    decision: Decision = Decision.APPROVE,
    *,
    decision_id: UUID | None = None,
    at=TUESDAY_NINE + HOUR,
    **said: Any,
):
    return await actions.decide(
        exception_id=exception_id,
        decision_id=decision_id or uuid7(),
        actor=by,
        said=DecisionSaid(decision=decision, **{"reason_code": "EVIDENCE", **said}),
        now=at,
    )


async def appeal(exception_id: UUID, by: Actor, *, reason="老人可以作证", at=TUESDAY_NINE + HOUR):
    return await actions.appeal(
        exception_id=exception_id, actor=by, said=AppealSaid(reason=reason), now=at
    )


async def status_of(exception_id: UUID) -> Any:
    return await value("SELECT status FROM visit_exceptions WHERE id = $1", exception_id)


async def whole(world: World, visit_id: UUID) -> VisitDetail:
    found = await queries.one(visit_id=visit_id, actor=world.doctor, now=TUESDAY_NINE)
    return VisitDetail.of(found, actor=world.doctor, now=TUESDAY_NINE)


@pytest.mark.rule("EV-09")
@pytest.mark.parametrize("role", [Role.CHC_ADMIN, Role.QC])
async def test_the_office_of_the_center_decides_and_twice_is_once(db, role) -> None:
    world = await a_world()
    _, exception_id = await a_far_visit(world)
    decider, decision_id = await staff_of(world.center, role), uuid7()

    first = await decide(exception_id, decider, decision_id=decision_id, reason="核实过")
    again = await decide(exception_id, decider, decision_id=decision_id, reason="核实过")

    assert (first.first, again.first, first.thing) == (True, False, again.thing)
    assert await status_of(exception_id) == "approved"
    assert await value("SELECT count(*) FROM journal WHERE topic = 'ExceptionDecided'") == 1
    with pytest.raises(AlreadyDifferent) as refused:
        await decide(exception_id, decider, Decision.REJECT, decision_id=decision_id)
    stored = refused.value.facts["stored"]
    assert isinstance(stored, dict)
    assert stored["decision"] == "approve"


@pytest.mark.rule("EV-09")
async def test_an_exception_waits_a_day(db) -> None:
    world = await a_world()
    await a_far_visit(world)
    assert await value("SELECT due_at FROM visit_exceptions") == TUESDAY_NINE + 24 * HOUR


@pytest.mark.rule("EV-09")
async def test_nobody_decides_about_their_own(db) -> None:
    """A doctor who also runs the center."""
    world = await a_world()
    _, exception_id = await a_far_visit(world)
    doctor_as_admin = Actor(
        person_id=world.doctor.person_id,
        role=Role.CHC_ADMIN,
        organization_id=world.center,
        session_id=None,
    )
    with pytest.raises(NotYourOwn):
        await decide(exception_id, doctor_as_admin)
    assert await status_of(exception_id) == "open"


@pytest.mark.rule("EV-09")
async def test_nobody_else_decides(db) -> None:
    world = await a_world()
    _, exception_id = await a_far_visit(world)
    elsewhere = await an_organization(name="别处")
    for actor in (
        world.doctor,
        world.dispatcher,
        world.nurse,
        await staff_of(elsewhere, Role.CHC_ADMIN),
    ):
        with pytest.raises(Missing):
            await decide(exception_id, actor)
    with pytest.raises(Missing):
        await decide(uuid7(), world.admin)


@pytest.mark.rule("EV-09")
async def test_a_question_keeps_it_open_and_the_same_person_then_decides(db) -> None:
    world = await a_world()
    _, exception_id = await a_far_visit(world)
    await decide(exception_id, world.admin, Decision.ASK, reason="门口有照片吗？")
    assert await status_of(exception_id) == "asked"
    await decide(exception_id, world.admin)
    assert await status_of(exception_id) == "approved"
    with pytest.raises(CannotMove):
        await decide(exception_id, world.admin, Decision.REJECT)


@pytest.mark.rule("EV-09")
async def test_of_two_who_decide_at_once_one_is_told(db) -> None:
    world = await a_world()
    _, exception_id = await a_far_visit(world)
    await decide(exception_id, world.admin, Decision.REJECT)
    with pytest.raises(CannotMove):
        await decide(exception_id, await staff_of(world.center, Role.QC))
    assert await status_of(exception_id) == "rejected"


@pytest.mark.rule("EV-09")
async def test_a_rejection_is_appealed_once_within_seven_days(db) -> None:
    world = await a_world()
    _, exception_id = await a_far_visit(world)
    with pytest.raises(CannotMove):
        await appeal(exception_id, world.doctor)
    await decide(exception_id, world.admin, Decision.REJECT)
    last_moment = TUESDAY_NINE + HOUR + timedelta(days=7)

    with pytest.raises(AppealTooLate):
        await appeal(exception_id, world.doctor, at=last_moment + timedelta(seconds=1))
    with pytest.raises(Missing):
        await appeal(exception_id, world.nurse)
    first = await appeal(exception_id, world.doctor, at=last_moment)
    again = await appeal(exception_id, world.doctor, at=last_moment + HOUR)

    assert (first.first, again.first, first.thing) == (True, False, again.thing)
    assert await status_of(exception_id) == "open"
    assert await value("SELECT due_at FROM visit_exceptions") == last_moment + 24 * HOUR
    with pytest.raises(AlreadyDifferent):
        await appeal(exception_id, world.doctor, reason="另一个理由", at=last_moment)


@pytest.mark.rule("EV-09")
async def test_after_an_appeal_somebody_else_decides_and_that_is_final(db) -> None:
    world = await a_world()
    _, exception_id = await a_far_visit(world)
    await decide(exception_id, world.admin, Decision.REJECT)
    await appeal(exception_id, world.doctor)

    for decision in Decision:
        with pytest.raises(SomebodyElseDecides):
            await decide(exception_id, world.admin, decision)
    other = await staff_of(world.center, Role.QC)
    await decide(exception_id, other, Decision.ASK, at=TUESDAY_NINE + 2 * HOUR)
    with pytest.raises(SomebodyElseDecides):
        await decide(exception_id, world.admin)
    await decide(exception_id, other, Decision.REJECT, at=TUESDAY_NINE + 3 * HOUR)

    assert await status_of(exception_id) == "rejected"
    assert await value("SELECT appeal_until FROM visit_exceptions") is None


@pytest.mark.rule("EV-03", "EV-09")
async def test_a_visit_is_verified_when_every_exception_is_resolved(db) -> None:
    world = await a_world()
    visit_id, first = await a_far_visit(world, ended=True)
    second = await value("SELECT max(id::text)::uuid FROM visit_exceptions")
    assert not (await whole(world, visit_id)).is_verified

    await decide(first, world.admin)
    assert not (await whole(world, visit_id)).is_verified
    await decide(second, world.admin, Decision.REJECT)
    assert not (await whole(world, visit_id)).is_verified
    await appeal(second, world.doctor)
    await decide(second, await staff_of(world.center, Role.QC), at=TUESDAY_NINE + 2 * HOUR)

    assert (await whole(world, visit_id)).is_verified


@pytest.mark.rule("EV-03")
async def test_a_visit_without_an_end_is_not_verified(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    assert not (await whole(world, visit_id)).is_verified
    at = TUESDAY_NINE + HOUR / 2
    await actions.check_out(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(at), items=[], now=at
    )
    assert (await whole(world, visit_id)).is_verified


async def correct_the_pin(world: World, lat: float) -> UUID:
    address_id: UUID = await value("SELECT address FROM persons WHERE id = $1", world.elder)
    await rows("UPDATE addresses SET lat = $2 WHERE id = $1", address_id, lat)
    return address_id


@pytest.mark.rule("EV-02", "EV-09")
async def test_a_corrected_address_clears_what_was_far(db) -> None:
    """The pin was at block 2, the elder lives at block 12: the visit is verified after all."""
    world = await a_world()
    visit_id, exception_id = await a_far_visit(world, ended=True)
    assert not (await whole(world, visit_id)).is_verified

    address_id = await correct_the_pin(world, BLOCK_TWELVE_LAT)
    assert await actions.weigh_again(address_id=address_id, now=TUESDAY_NINE + HOUR) == 2
    assert await actions.weigh_again(address_id=address_id, now=TUESDAY_NINE + HOUR) == 0

    assert await status_of(exception_id) == "cleared"
    assert (await whole(world, visit_id)).is_verified
    evidence = await value("SELECT evidence FROM visit_exceptions WHERE id = $1", exception_id)
    assert '"cleared_by": "address"' in evidence


@pytest.mark.rule("EV-02")
async def test_a_correction_that_leaves_it_far_clears_nothing(db) -> None:
    world = await a_world()
    _, exception_id = await a_far_visit(world)
    address_id = await correct_the_pin(world, 31.2240)
    assert await actions.weigh_again(address_id=address_id, now=TUESDAY_NINE + HOUR) == 0
    assert await status_of(exception_id) == "open"


@pytest.mark.rule("EV-09")
async def test_a_correction_overturns_no_decision(db) -> None:
    world = await a_world()
    _, exception_id = await a_far_visit(world)
    await decide(exception_id, world.admin, Decision.REJECT)
    address_id = await correct_the_pin(world, BLOCK_TWELVE_LAT)
    assert await actions.weigh_again(address_id=address_id, now=TUESDAY_NINE + HOUR) == 0
    assert await status_of(exception_id) == "rejected"


@pytest.mark.rule("EV-09")
async def test_one_exception_shows_what_was_said_decided_and_appealed(db) -> None:
    world = await a_world()
    _, exception_id = await a_far_visit(world)
    await decide(exception_id, world.admin, Decision.REJECT, reason="照片不清")
    await appeal(exception_id, world.doctor)

    for actor in (world.doctor, world.admin):
        shown = ExceptionWhole.whole(
            *await queries.see_exception(exception_id=exception_id, actor=actor)
        )
        assert (shown.code, shown.rule, shown.evidence["distance_m"]) == ("FAR", "EV-02", 460)
        assert (shown.said_because, shown.said_reason) == ("ADDRESS_WRONG", "老人住在12号楼")
        assert [each.reason for each in shown.decisions] == ["照片不清"]
        assert shown.appeal is not None
        assert shown.appeal.reason == "老人可以作证"
    for stranger in (world.nurse, world.dispatcher):
        with pytest.raises(Missing):
            await queries.see_exception(exception_id=exception_id, actor=stranger)
    assert await value("SELECT count(*) FROM audit WHERE what = 'visits.exception'") == 2


@pytest.mark.rule("EV-09")
async def test_the_list_shows_ones_own_or_the_centers_by_urgency(db) -> None:
    world = await a_world()
    await a_far_visit(world, ended=True)
    elsewhere = await staff_of(await an_organization(name="别处"), Role.CHC_ADMIN)

    async def listed(actor: Actor, **said: Any) -> list[str]:
        asked = {"status": None, "limit": 50, "after": None, **said}
        page = await queries.exceptions(actor=actor, **asked)
        return [each["move"] for each in page.items]

    assert await listed(world.admin) == ["check_in", "check_out"]
    assert await listed(world.doctor, status="open") == ["check_in", "check_out"]
    assert await listed(world.admin, status="approved") == []
    assert await listed(world.nurse) == []
    assert await listed(elsewhere) == []
    first = await queries.exceptions(actor=world.admin, status=None, limit=1, after=None)
    assert await listed(world.admin, limit=1, after=first.next) == ["check_out"]
