"""A bill opens and is paid without a phone, within limits; else whoever may pay is asked."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from backend.core.db import rows
from backend.payments import actions
from backend.payments.lifecycle.statuses import ServiceClass
from tests.payments.ledgers import NOW, PretendMoney, a_world, events
from tests.payments.payers_world import (
    a_payable,
    a_top_up,
    approved,
    balance,
    by_the_house,
    orders,
    requests,
    status_of,
    the_books_hold,
    topped_up,
    wechat,
)
from workers.listeners import LISTENERS

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("db")]


__all__ = ["the_books_hold", "wechat"]


async def pay(payable_id, *, now: datetime = NOW) -> datetime | None:
    return await actions.pay_standing(payable_id=payable_id, now=now)


@pytest.mark.rule("PY-02d")
async def test_a_relatives_money_is_taken_by_the_agreement_without_a_phone(
    wechat: PretendMoney,
) -> None:
    world = await a_world()
    await approved(world)
    payable = await a_payable(world, 8000)
    await pay(payable)
    assert await status_of(payable) == "PAID"
    assert await orders() == [("STANDING", "PAID", 8000)]
    assert list(wechat.taken.values()) == [("agreement-1", 8000)]
    (posting,) = await rows("SELECT * FROM ledger_postings WHERE why = 'capture'")
    assert (posting["debit"], posting["payer_id"]) == ("CLEARING", world.daughter.person_id)
    await pay(payable)  # late, or twice
    assert len(await orders()) == 1


@pytest.mark.rule("PY-02d")
@pytest.mark.rule("PY-13")
async def test_an_institution_pays_from_what_it_prepaid(wechat: PretendMoney) -> None:
    world = await a_world()
    await by_the_house(world)
    await topped_up(world)
    payable = await a_payable(world, 8000, person_id=world.resident, institution_id=world.house)
    await pay(payable)
    assert await status_of(payable) == "PAID"
    assert await balance(world) == 92_000
    (posting,) = await rows("SELECT * FROM ledger_postings WHERE debit = 'PREPAID'")
    assert (posting["debit"], posting["person_id"], posting["institution_id"]) == (
        "PREPAID",
        world.resident,
        world.house,
    )


@pytest.mark.rule("PY-12")
async def test_both_are_told_at_once_and_the_job_follows_the_bill(wechat: PretendMoney) -> None:
    world = await a_world()
    await approved(world)
    await pay(await a_payable(world))
    (event,) = await rows("SELECT * FROM journal WHERE topic = 'StandingPaymentStarted'")
    assert event["person_id"] == world.elder
    assert str(world.daughter.person_id) in event["body"]
    assert LISTENERS["StandingPaymentStarted"] == ("tell_at_once",)
    assert "pay_standing" in LISTENERS["PayableOpened"]


@pytest.mark.rule("PY-12")
@pytest.mark.parametrize("fen", [20_000, 20_001])
async def test_what_is_over_the_single_cap_is_asked_for(wechat: PretendMoney, fen: int) -> None:
    world = await a_world()
    await approved(world)
    payable = await a_payable(world, fen)
    await pay(payable)
    if fen == 20_000:
        assert await status_of(payable) == "PAID"
        return
    assert await status_of(payable) == "OPEN"
    both = sorted([world.daughter.person_id, world.son.person_id], key=str)
    assert await requests() == [("SYSTEM", both)]
    assert await events("PaymentWasAsked") == 1
    await pay(payable)  # once at a time
    assert len(await requests()) == 1


@pytest.mark.rule("PY-12")
async def test_the_month_is_the_calendar_month_of_shanghai(wechat: PretendMoney) -> None:
    world = await a_world()
    await approved(world)  # 300.00 a month
    new_month = datetime(2026, 11, 30, 16, tzinfo=UTC)  # midnight in Shanghai
    a_second_before = new_month - timedelta(seconds=1)
    for fen, now, status in (
        (20_000, NOW, "PAID"),
        (10_000, a_second_before, "PAID"),
        (1, a_second_before, "OPEN"),
        (20_000, new_month, "PAID"),
    ):
        payable = await a_payable(world, fen, now=now)
        await pay(payable, now=now)
        assert await status_of(payable) == status


async def test_what_went_back_is_free_in_the_month_again(wechat: PretendMoney) -> None:
    world = await a_world()
    await approved(world)
    first = await a_payable(world, 20_000)
    await pay(first)
    await rows("UPDATE payment_orders SET cash_back_fen = 5000")
    payable = await a_payable(world, 15_000)
    await pay(payable)
    await rows("UPDATE payment_orders SET cash_back_fen = 0")  # nothing was booked of it
    assert await status_of(payable) == "PAID"


@pytest.mark.rule("PY-12")
async def test_another_class_of_service_is_asked_for(wechat: PretendMoney) -> None:
    world = await a_world()
    await approved(world)
    payable = await a_payable(world, 100, service_class=ServiceClass.DRUG)
    await pay(payable)
    assert await status_of(payable) == "OPEN"
    assert len(await requests()) == 1


@pytest.mark.rule("PY-12")
async def test_a_revocation_counts_at_once(wechat: PretendMoney) -> None:
    world = await a_world()
    standing_payer_id = await approved(world)
    payable = await a_payable(world)
    await actions.revoke_standing_payer(
        standing_payer_id=standing_payer_id, actor=world.herself, now=NOW
    )
    await pay(payable)
    assert await orders() == []
    assert wechat.taken == {}


async def test_without_a_standing_payer_nobody_is_asked_by_us() -> None:
    world = await a_world()
    await pay(await a_payable(world))
    assert await requests() == []


async def test_the_second_payer_pays_what_the_first_may_not(wechat: PretendMoney) -> None:
    world = await a_world()
    await approved(world, single_cap_fen=100)
    await approved(world, world.son, agreement="agreement-2", now=NOW + timedelta(seconds=1))
    await pay(await a_payable(world, 8000))
    assert list(wechat.taken.values()) == [("agreement-2", 8000)]


@pytest.mark.rule("PY-13")
async def test_an_empty_account_is_not_overdrawn_and_others_are_asked(
    wechat: PretendMoney,
) -> None:
    world = await a_world()
    await by_the_house(world)
    await topped_up(world, 7999)
    payable = await a_payable(world, 8000, person_id=world.resident, institution_id=world.house)
    await pay(payable)
    assert await status_of(payable) == "OPEN"
    assert await balance(world) == 7999
    assert await requests() == [("SYSTEM", [world.resident])]  # nobody else may pay for her
    assert ("STANDING", "PAID", 8000) not in await orders()


async def test_an_institution_pays_nothing_that_was_done_elsewhere(wechat: PretendMoney) -> None:
    world = await a_world()
    await by_the_house(world)
    await topped_up(world)
    payable = await a_payable(world, 8000, person_id=world.resident)
    await pay(payable)
    assert await status_of(payable) == "OPEN"


async def test_an_order_that_comes_to_nothing_asks_instead(wechat: PretendMoney) -> None:
    world = await a_world()
    await approved(world)
    wechat.refuses = True
    payable = await a_payable(world)
    await pay(payable)
    (order,) = await rows("SELECT * FROM payment_orders")
    assert order["status"] == "FAILED"
    assert LISTENERS["OrderEnded"] == ("ask_instead",)
    assert await actions.ask_instead(order_id=order["id"], now=NOW)
    assert not await actions.ask_instead(order_id=order["id"], now=NOW)
    assert not await actions.ask_after_reversal(payable_id=payable, now=NOW)
    assert len(await requests()) == 1


async def test_a_channel_that_is_away_keeps_the_order_for_its_job(wechat: PretendMoney) -> None:
    world = await a_world()
    await approved(world)
    wechat.is_away = True
    payable = await a_payable(world)
    await pay(payable)
    assert await status_of(payable) == "LOCKED"
    (order,) = await rows("SELECT id FROM payment_orders")
    wechat.is_away = False
    await actions.place_order(order_id=order["id"], now=NOW + timedelta(seconds=1))
    assert await status_of(payable) == "PAID"


async def test_two_bills_at_once_stay_within_the_month(wechat: PretendMoney) -> None:
    world = await a_world()
    await approved(world)
    bills = [await a_payable(world, 10_000) for _ in range(6)]
    await asyncio.gather(*(pay(each) for each in bills))
    assert sorted([await status_of(each) for each in bills]) == ["OPEN"] * 3 + ["PAID"] * 3


async def test_a_top_up_is_nobodys_to_pay_automatically() -> None:
    world = await a_world()
    await by_the_house(world)
    top_up = await a_top_up(world)
    await pay(top_up)
    assert await orders() == []
