"""Bills: opened once, from what is verified, and taken back."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.core.access import SYSTEM
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import CannotMove, Missing
from backend.payments import actions, queries
from backend.payments.lifecycle.billing import Done
from backend.payments.lifecycle.statuses import Kind, PayableStatus
from backend.payments.lifecycle.tariffs import Fee
from backend.payments.problems import NothingVerified
from tests.builders import TUESDAY_NINE as NINE
from tests.payments.world import World, a_tariff, a_world, balances, lines_of, the_bill

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


def a_dressing(**changed: Any) -> Done:
    said: dict[str, Any] = {
        "item": "S113",
        "from_at": NINE,
        "until_at": NINE + timedelta(minutes=20),
    }
    return Done(**{**said, **changed})


async def bill(world: World, *done: Done, subject_id: UUID | None = None) -> UUID | None:
    return await actions.bill(
        kind=Kind.VISIT,
        subject_id=subject_id or uuid7(),
        person_id=world.visits.elder,
        organization_id=world.center,
        institution_id=None,
        is_outpatient=False,
        done=done,
        actor=SYSTEM,
        now=NINE,
    )


async def events() -> list[str]:
    found = await rows("SELECT topic FROM journal WHERE topic <> 'TariffKept' ORDER BY id")
    return [each["topic"] for each in found]


@pytest.mark.rule("PY-03")
async def test_what_was_done_becomes_a_debt_of_whole_fen(world: World) -> None:
    payable_id = await bill(world, a_dressing(quantity=2), Done(item="S105", from_at=NINE))
    assert payable_id is not None
    found = await the_bill(payable_id)
    assert (found["status"], found["total_fen"], found["classes"]) == ("OPEN", 6500, ["VISIT"])
    assert found["policy_version"] == "shanghai-2026.1"
    assert await lines_of(payable_id) == {"S113": 6000, "S105": 500}
    assert await balances(payable_id) == {"RECEIVABLE": 6500, "REVENUE": -6500}
    assert await events() == ["PayableOpened"]


async def test_the_same_is_billed_once_however_often_it_is_said(world: World) -> None:
    visit_id = uuid7()
    said = [bill(world, a_dressing(), subject_id=visit_id) for _ in range(10)]
    opened = await asyncio.gather(*said)
    assert len(set(opened)) == 1
    assert opened[0] is not None
    assert await value("SELECT count(*) FROM payables") == 1
    assert await balances(opened[0]) == {"RECEIVABLE": 3000, "REVENUE": -3000}


@pytest.mark.rule("HB-15")
async def test_two_rounds_of_a_doctor_on_a_day_are_billed_once_also_at_the_same_moment(
    world: World,
) -> None:
    doctor = world.visits.doctor.person_id
    rounds = [
        Done(item=Fee.ROUND, from_at=NINE + timedelta(hours=n), done_by=doctor, visit_id=uuid7())
        for n in range(4)
    ]
    opened = await asyncio.gather(*(bill(world, each) for each in rounds))
    assert len([each for each in opened if each is not None]) == 1
    tomorrow = Done(item=Fee.ROUND, from_at=NINE + timedelta(days=1), done_by=doctor)
    assert await bill(world, tomorrow) is not None


async def test_what_comes_to_nothing_is_paid_as_it_opens(world: World) -> None:
    payable_id = await bill(world, Done(item=Fee.DOOR_OF_A_HOUSE, from_at=NINE))
    assert payable_id is not None
    found = await the_bill(payable_id)
    assert (found["status"], found["total_fen"]) == ("PAID", 0)
    moves = await rows("SELECT move FROM payable_moves WHERE payable = $1", payable_id)
    assert {each["move"] for each in moves} == {"open", "capture"}
    assert await balances(payable_id) == {}
    assert await events() == ["NothingWasOwed"]


@pytest.mark.rule("HB-17")
async def test_without_a_price_nothing_is_billed_and_the_center_is_told(world: World) -> None:
    visit_id = uuid7()
    done = a_dressing(), Done(item="S114", from_at=NINE)
    assert await bill(world, *done, subject_id=visit_id) is None
    assert await bill(world, *done, subject_id=visit_id) is None
    other = await bill(world, Done(item="S114", from_at=NINE))
    assert other is None
    assert await value("SELECT count(*) FROM payables") == 0
    assert await events() == ["PriceMissed"]  # once, however often it is missed
    assert await value("SELECT count(*) FROM missed_prices") == 2
    tariff_id = await a_tariff(world.finance, "S114", 1500)
    waiting = await queries.waiting_for(tariff_id=tariff_id, kind=Kind.VISIT)
    assert len(waiting) == 2
    assert visit_id in waiting
    payable_id = await bill(world, *done, subject_id=visit_id)
    assert payable_id is not None
    assert await lines_of(payable_id) == {"S113": 3000, "S114": 1500}
    waiting.remove(visit_id)
    assert await queries.waiting_for(tariff_id=tariff_id, kind=Kind.VISIT) == waiting


async def test_a_center_without_a_price_table_bills_nothing_and_hears_nothing(db: None) -> None:
    world = await a_world(with_prices=False)
    assert await bill(world, a_dressing()) is None
    assert await events() == []


@pytest.mark.rule("HB-17")
async def test_a_line_keeps_the_price_of_its_day(world: World) -> None:
    tomorrow = NINE + timedelta(days=1)
    await a_tariff(world.finance, "S105", 900, from_on=tomorrow.date())
    today = await bill(world, Done(item="S105", from_at=NINE))
    later = await bill(world, Done(item="S105", from_at=tomorrow))
    assert today is not None
    assert later is not None
    assert await lines_of(today) == {"S105": 500}
    assert await lines_of(later) == {"S105": 900}


async def test_nothing_verified_is_nothing_to_bill(world: World) -> None:
    with pytest.raises(NothingVerified):
        await bill(world)


@pytest.mark.rule("LT-02")
async def test_the_same_minutes_of_an_item_are_billed_once(world: World) -> None:
    assert await bill(world, a_dressing()) is not None
    assert await bill(world, a_dressing(from_at=NINE + timedelta(minutes=19))) is None
    later = NINE + timedelta(minutes=20)
    assert await bill(world, a_dressing(from_at=later, until_at=later + timedelta(minutes=5)))


async def test_a_bill_is_taken_back_once_and_frees_its_minutes(world: World) -> None:
    payable_id = await bill(world, a_dressing())
    assert payable_id is not None
    for _ in range(2):
        status = await actions.void(payable_id=payable_id, actor=world.finance, now=NINE)
        assert status is PayableStatus.VOID
    assert await balances(payable_id) == {}
    assert await value("SELECT count(*) FROM billed_minutes") == 0
    assert await events() == ["PayableOpened", "PayableVoided"]
    with pytest.raises(Missing):
        await actions.void(payable_id=uuid7(), actor=world.finance, now=NINE)


async def test_what_is_paid_is_not_taken_back(world: World) -> None:
    payable_id = await bill(world, Done(item=Fee.DOOR_OF_A_HOUSE, from_at=NINE))
    assert payable_id is not None
    with pytest.raises(CannotMove):
        await actions.void(payable_id=payable_id, actor=world.finance, now=NINE)


async def test_what_is_owed_by_somebody_is_what_is_not_settled(world: World) -> None:
    opened = await bill(world, a_dressing())
    await bill(world, Done(item=Fee.DOOR_OF_A_HOUSE, from_at=NINE))
    assert await queries.owed_by(world.visits.elder) == [opened]
