"""The bill of a visit: of what was verified, once, and never in the way of care."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.core.access import Actor
from backend.core.db import row, rows, value
from backend.core.ids import uuid7
from backend.visits import actions
from backend.visits.lifecycle import Kind
from backend.visits.lifecycle.plans import Going
from backend.visits.lifecycle.resolving import Decision, DecisionSaid
from backend.visits.lifecycle.rounds import EntrySaid
from tests.builders import TUESDAY_NINE as NINE
from tests.builders import a_person, a_tie, staff_of
from tests.payments.world import World, a_tariff, a_world, lines_of
from tests.visits.world import a_proof, a_round, a_visit

pytestmark = pytest.mark.anyio

LATER = NINE + timedelta(minutes=30)
FAR = {"lat": 31.2270, "lon": 121.4452, "datum": "wgs84", "accuracy_m": 15}


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


async def come(visit_id: UUID, actor: Actor, **proof: Any) -> None:
    await actions.check_in(visit_id=visit_id, actor=actor, proof=a_proof(**proof), now=NINE)


async def go(visit_id: UUID, actor: Actor, *items: str, **proof: Any) -> None:
    await actions.check_out(
        visit_id=visit_id, actor=actor, proof=a_proof(LATER, **proof), items=[*items], now=LATER
    )


async def run_jobs() -> list[UUID]:
    """What a worker does with the bills that are owed."""
    opened = []
    for job in await rows(
        "SELECT id, args ->> 'visit_id' AS visit FROM jobs"
        " WHERE task = 'bill_visit' AND status = 'pending' ORDER BY id"
    ):
        opened += await actions.bill_visit(visit_id=UUID(job["visit"]), now=LATER)
        await rows("UPDATE jobs SET status = 'done' WHERE id = $1", job["id"])
    return opened


async def bills() -> int:
    return int(await value("SELECT count(*) FROM payables"))


@pytest.mark.rule("HB-15")
async def test_a_verified_round_at_home_is_billed_with_its_items(world: World) -> None:
    visit_id = await a_visit(world.visits)
    await come(visit_id, world.visits.doctor)
    assert await run_jobs() == []
    await go(visit_id, world.visits.doctor, "S115", "S105")
    (payable_id,) = await run_jobs()
    assert await lines_of(payable_id) == {"S115": 8000, "S105": 500}
    line = await row("SELECT * FROM payable_lines WHERE payable = $1 AND item = 'S115'", payable_id)
    assert line is not None
    assert (line["visit_id"], line["done_by"]) == (visit_id, world.visits.doctor.person_id)
    assert line["rule"] == "HB-15"
    assert await actions.bill_visit(visit_id=visit_id, now=LATER) == [payable_id]
    assert await bills() == 1


@pytest.mark.rule("HB-15")
async def test_a_visit_with_something_odd_is_billed_when_the_last_of_it_is_approved(
    world: World,
) -> None:
    visit_id = await a_visit(world.visits)
    await come(visit_id, world.visits.doctor, point=FAR)
    await go(visit_id, world.visits.doctor, point=FAR)
    assert await actions.bill_visit(visit_id=visit_id, now=LATER) == []
    odd = await rows("SELECT id FROM visit_exceptions ORDER BY id")
    assert len(odd) == 2
    for each in odd:
        assert await run_jobs() == []
        await decide(world, each["id"], Decision.APPROVE)
    assert len(await run_jobs()) == 1


@pytest.mark.rule("HB-15")
async def test_what_was_rejected_is_not_billed(world: World) -> None:
    visit_id = await a_visit(world.visits)
    await come(visit_id, world.visits.doctor, point=FAR)
    await go(visit_id, world.visits.doctor)
    (odd,) = await rows("SELECT id FROM visit_exceptions")
    await decide(world, odd["id"], Decision.REJECT)
    assert await run_jobs() == []
    assert await actions.bill_visit(visit_id=visit_id, now=LATER) == []


@pytest.mark.rule("HB-15")
async def test_a_round_without_a_check_in_is_not_billed_whoever_approves_it(world: World) -> None:
    visit_id = await a_visit(world.visits)
    await go(visit_id, world.visits.doctor)
    for each in await rows("SELECT id FROM visit_exceptions"):
        await decide(world, each["id"], Decision.APPROVE)
    assert await run_jobs() == []
    assert await bills() == 0


async def test_a_visit_is_billed_when_everybody_has_left(world: World) -> None:
    both = [world.visits.doctor, world.visits.nurse]
    visit_id = await a_visit(world.visits, staff=[Going(person_id=each.person_id) for each in both])
    for each in both:
        await come(visit_id, each)
    await go(visit_id, world.visits.doctor, "S105")
    assert await run_jobs() == []
    await go(visit_id, world.visits.nurse, "S113", "S105")
    odd = await rows("SELECT id FROM visit_exceptions WHERE status = 'open'")
    for each in odd:  # a dressing asks for a consent where the list says so
        await decide(world, each["id"], Decision.APPROVE)
    (payable_id,) = await run_jobs()
    assert await lines_of(payable_id) == {"S115": 8000, "S105": 500, "S113": 3000}


@pytest.mark.rule("HB-15")
async def test_what_a_colleague_did_offline_is_billed_beside_and_nothing_twice(
    world: World,
) -> None:
    """The doctor's phone had signal; the nurse's speaks when the bill is open already."""
    both = [world.visits.doctor, world.visits.nurse]
    visit_id = await a_visit(world.visits, staff=[Going(person_id=each.person_id) for each in both])
    await come(visit_id, world.visits.doctor)
    await go(visit_id, world.visits.doctor, "S105")
    (first,) = await run_jobs()
    early = NINE - timedelta(minutes=5)
    await actions.check_in(
        visit_id=visit_id, actor=world.visits.nurse, proof=a_proof(early), now=LATER
    )
    assert await actions.bill_visit(visit_id=visit_id, now=LATER) == []
    await go(visit_id, world.visits.nurse, "S113", "S105")
    for each in await rows("SELECT id FROM visit_exceptions WHERE status = 'open'"):
        await decide(world, each["id"], Decision.APPROVE)
    for _ in range(2):
        again, beside = await actions.bill_visit(visit_id=visit_id, now=LATER)
        assert again == first
        assert await lines_of(beside) == {"S113": 3000}
    assert await bills() == 2


@pytest.mark.rule("HB-15")
async def test_a_visit_of_no_length_is_billed_once_it_is_approved(world: World) -> None:
    visit_id = await a_visit(world.visits)
    await come(visit_id, world.visits.doctor)
    await actions.check_out(
        visit_id=visit_id, actor=world.visits.doctor, proof=a_proof(), items=["S105"], now=LATER
    )
    for each in await rows("SELECT id FROM visit_exceptions WHERE status = 'open'"):
        await decide(world, each["id"], Decision.APPROVE)
    (payable_id,) = await run_jobs()
    assert await lines_of(payable_id) == {"S115": 8000, "S105": 500}
    assert await value("SELECT count(*) FROM billed_minutes") == 0


@pytest.mark.rule("HB-17")
async def test_what_a_colleague_did_offline_waits_for_its_price_too(world: World) -> None:
    both = [world.visits.doctor, world.visits.nurse]
    visit_id = await a_visit(world.visits, staff=[Going(person_id=each.person_id) for each in both])
    await come(visit_id, world.visits.doctor)
    await go(visit_id, world.visits.doctor)
    (first,) = await run_jobs()
    early = NINE - timedelta(minutes=5)
    await actions.check_in(
        visit_id=visit_id, actor=world.visits.nurse, proof=a_proof(early), now=LATER
    )
    await go(visit_id, world.visits.nurse, "S104")
    for each in await rows("SELECT id FROM visit_exceptions WHERE status = 'open'"):
        await decide(world, each["id"], Decision.APPROVE)
    assert set(await run_jobs()) == {first}
    tariff_id = await a_tariff(world.finance, "S104", 1200)
    assert await actions.bill_what_waited(tariff_id=tariff_id, now=LATER) == 1
    (beside,) = set(await run_jobs()) - {first}
    assert await lines_of(beside) == {"S104": 1200}


async def test_an_address_put_right_lets_the_bill_be_made(world: World) -> None:
    visit_id = await a_visit(world.visits)
    await come(visit_id, world.visits.doctor, point=FAR)
    await go(visit_id, world.visits.doctor)
    address = await value("SELECT address FROM visits WHERE id = $1", visit_id)
    await rows("UPDATE addresses SET lat = 31.2260 WHERE id = $1", address)
    assert await actions.weigh_again(address_id=address, now=LATER) == 1
    assert len(set(await run_jobs())) == 1


@pytest.mark.rule("HB-17")
async def test_a_check_out_commits_without_a_price_and_is_billed_when_there_is_one(
    world: World,
) -> None:
    visit_id = await a_visit(world.visits, kind=Kind.EXAM)
    await come(visit_id, world.visits.doctor)
    await go(visit_id, world.visits.doctor, "S104")
    assert await run_jobs() == []
    assert await value("SELECT count(*) FROM journal WHERE topic = 'PriceMissed'") == 1
    tariff_id = await a_tariff(world.finance, "S104", 1200)
    assert await actions.bill_what_waited(tariff_id=tariff_id, now=LATER) == 1
    (payable_id,) = await run_jobs()
    assert await lines_of(payable_id) == {"S104": 1200, "DOOR_FEE": 1000}


async def a_resident(world: World, name: str) -> UUID:
    resident = await a_person(
        name=name, residence_id=world.visits.house, center_id=world.visits.center
    )
    await a_tie(resident, world.center, kind="organization")
    return resident


async def seen(world: World, round_id: UUID, person_id: UUID, status: str = "seen") -> None:
    said = EntrySaid(client_time=LATER, status=status, reason="不愿意")  # type: ignore[arg-type]
    await actions.enter(
        round_id=round_id, person_id=person_id, actor=world.visits.doctor, said=said, now=LATER
    )


@pytest.mark.rule("HB-15")
async def test_a_round_is_billed_to_each_resident_who_was_seen(world: World) -> None:
    one, two, away = [await a_resident(world, name) for name in ("甲", "乙", "丙")]
    round_id = await a_round(world.visits, one, two, away)
    await come(round_id, world.visits.doctor)
    await seen(world, round_id, one)
    await seen(world, round_id, away, "away")
    await go(round_id, world.visits.doctor)
    (first,) = await run_jobs()
    assert await lines_of(first) == {"WARD_ROUND": 500, "DOOR_FEE_INSTITUTION": 0}
    await seen(world, round_id, two)
    assert len(await run_jobs()) == 2  # the first again, and the one written after leaving
    billed = await rows("SELECT person, institution FROM payables ORDER BY recorded_at, id")
    assert {each["person"] for each in billed} == {one, two}
    assert {each["institution"] for each in billed} == {world.visits.house}


@pytest.mark.rule("IM-06")
async def test_an_in_house_unit_settles_as_outpatient_without_a_door_fee(world: World) -> None:
    house = world.visits.house
    unit_doctor = await staff_of(house, world.visits.doctor.role, name="顾医生")
    resident = await a_resident(world, "丁")
    await rows(
        "INSERT INTO in_house_units (id, organization, kind, subjects, main_site_doctors, nurses,"
        " area_m2, has_infusion_room, status, filed_at, version, fingerprint)"
        " VALUES ($1, $2, 'INFIRMARY', '{general_practice}', 1, 1, 60, false, 'operating', $3, 1,"
        " '')",
        uuid7(),
        house,
        NINE,
    )
    for item, fen in {"S113": 3000, "DOOR_FEE_INSTITUTION": 2500}.items():
        await a_tariff(world.house_admin, item, fen)
    visit_id = uuid7()
    await rows(
        "INSERT INTO visits (id, kind, person, organization, place_kind, institution,"
        " planned_start, planned_end, items, needs_two, status, planned_by, policy_version,"
        " version, fingerprint, recorded_at) VALUES ($1, 'EXAM', $2, $3, 'institution', $3, $4, $5,"
        " '[]', false, 'PLANNED', $6, 'shanghai-2026.1', 1, '', $4)",
        visit_id,
        resident,
        house,
        NINE,
        LATER,
        unit_doctor.person_id,
    )
    await come(visit_id, unit_doctor)
    await go(visit_id, unit_doctor, "S113")
    for each in await rows("SELECT id FROM visit_exceptions"):
        await rows("UPDATE visit_exceptions SET status = 'approved' WHERE id = $1", each["id"])
    (payable_id,) = await actions.bill_visit(visit_id=visit_id, now=LATER)
    assert await lines_of(payable_id) == {"S113": 3000, "DOOR_FEE_INSTITUTION": 0}
    found = await row("SELECT * FROM payables WHERE id = $1", payable_id)
    assert found is not None
    assert found["is_outpatient"]
    waived = "SELECT rule FROM payable_lines WHERE item = 'DOOR_FEE_INSTITUTION'"
    assert await value(waived) == "IM-06"


async def decide(world: World, exception_id: UUID, decision: Decision) -> None:
    await actions.decide(
        exception_id=exception_id,
        decision_id=uuid7(),
        actor=world.visits.admin,
        said=DecisionSaid(decision=decision, reason_code="seen"),
        now=LATER,
    )
