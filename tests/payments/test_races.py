"""Two payers, a lock that ends, and a word that comes late (PY-09): one payment is kept."""

import asyncio
import os
import random
from uuid import UUID

import pytest

from backend.core.access import SYSTEM, Actor
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import Busy, CannotMove, Missing, Problem
from backend.payments import actions
from backend.payments.lifecycle.refunds import RefundSaid, RefundWhy
from tests.payments import books
from tests.payments.family import (
    DRUGS,
    NOW,
    Family,
    a_bill,
    an_order,
    later,
    owed_tasks,
    run_refunds,
    stands,
    status_of,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("the_books_hold")]

RACES = int(os.environ.get("RACES", "20"))
SEED = int(os.environ.get("SEED", "20261124"))
HALVES, LATE = 0.3, 0.5


async def ask(order_id: UUID, now=NOW):
    return await actions.ask_order(order_id=order_id, now=now)


async def test_giving_up_frees_the_bill_and_only_its_payer_may(family: Family) -> None:
    payable = await a_bill(family)
    order = await an_order(family, payable)
    with pytest.raises(Missing):
        await actions.cancel_order(order_id=order, actor=family.son, now=NOW)
    first = await actions.cancel_order(order_id=order, actor=family.daughter, now=NOW)
    again = await actions.cancel_order(order_id=order, actor=family.daughter, now=NOW)
    assert (first.first, again.first) == (True, False)
    assert (await status_of(order), await stands(payable)) == ("CANCELLED", "OPEN")
    assert not family.channel.pay(order.hex)


async def test_who_paid_cannot_give_up(family: Family) -> None:
    payable = await a_bill(family)
    order = await an_order(family, payable)
    family.channel.pay(order.hex)
    with pytest.raises(CannotMove):
        await actions.cancel_order(order_id=order, actor=family.daughter, now=NOW)
    assert await stands(payable) == "PAID"


async def test_a_late_success_does_not_undo_what_was_agreed_for_the_door(family: Family) -> None:
    payable = await a_bill(family, kind="DELIVERY")
    order = await an_order(family, payable)
    family.channel.pay(order.hex)
    family.channel.away = True
    await actions.expire_order(order_id=order, now=later(minutes=30))
    family.channel.away = False
    await actions.agree_on_delivery(payable_id=payable, actor=family.son, now=later(minutes=31))
    await ask(order, later(minutes=35))
    await run_refunds(now=later(minutes=36))
    assert (await status_of(order), await stands(payable)) == ("RETURNED", "ON_DELIVERY")


async def test_what_lost_its_job_is_asked_after_again(family: Family) -> None:
    payable = await a_bill(family)
    order = await an_order(family, payable)
    family.channel.pay(order.hex)
    await rows("UPDATE jobs SET status = 'dead'")
    await actions.look_for_stuck_payments(now=later(minutes=34))
    assert await owed_tasks("ask_order") == []
    for _ in range(2):
        await actions.look_for_stuck_payments(now=later(minutes=36))
    (owed,) = await owed_tasks("ask_order")
    await ask(UUID(owed["order_id"]), later(minutes=36))
    assert await stands(payable) == "PAID"

    said = RefundSaid(order_id=order, reason_code=RefundWhy.PRICE)
    await actions.refund_of(refund_id=uuid7(), said=said, actor=SYSTEM, now=NOW)
    await rows("UPDATE jobs SET status = 'dead'")
    await actions.look_for_stuck_payments(now=later(hours=1))
    await run_refunds(now=later(hours=1))
    assert await stands(payable) == "REFUNDED"


async def test_anything_at_once_keeps_one_payment(family: Family) -> None:
    """PAY3: callbacks, questions, ends, orders, refunds and people giving up, all in one moment."""
    dice = random.Random(SEED)
    for _ in range(RACES):
        family.channel.insurance.gov_fen = dice.choice([0, 15384])
        payable = await a_bill(family, DRUGS)
        first = await an_order(family, payable, family.son)
        family.channel.pay(first.hex, cash=dice.random() > HALVES)
        waits = []
        if dice.random() < LATE:  # nobody has heard of it when its lock ends, and she pays as well
            family.channel.away = True
            await actions.expire_order(order_id=first, now=later(minutes=30))
            family.channel.away = False
            hers = await an_order(family, payable, now=later(minutes=30))
            family.channel.pay(hers.hex)
            waits = [
                actions.capture(
                    order_id=hers, state=family.channel.state(hers.hex), now=later(minutes=31)
                ),
                ask(hers, later(minutes=31)),
            ]
        word = family.channel.state(first.hex)
        many = [
            *(actions.capture(order_id=first, state=word, now=later(minutes=31)) for _ in range(4)),
            *(ask(first, later(minutes=31)) for _ in range(2)),
            actions.expire_order(order_id=first, now=later(minutes=31)),
            actions.cancel_order(order_id=first, actor=family.son, now=later(minutes=31)),
            *(_pays(family, payable, family.daughter) for _ in range(2)),
            _refunds(payable),
            *waits,
        ]
        dice.shuffle(many)
        answers = await asyncio.gather(*many, return_exceptions=True)
        odd = [each for each in answers if isinstance(each, BaseException)]
        assert all(isinstance(each, Problem) for each in odd), odd
        assert not any(isinstance(each, Busy) for each in odd), odd
        await _all_is_quiet(family, payable)


async def _pays(family: Family, payable: UUID, who: Actor) -> None:
    order = await an_order(family, payable, who, now=later(minutes=31))
    family.channel.pay(order.hex)
    await ask(order, later(minutes=31))


async def _refunds(payable: UUID) -> None:
    for each in await rows("SELECT id FROM refunds WHERE payable = $1", payable):
        await actions.make_refund(refund_id=each["id"], now=later(hours=1))


async def _all_is_quiet(family: Family, payable: UUID) -> None:
    """Once every job has run, the channel has kept one payment, or none, and so have we."""
    orders = await rows("SELECT id FROM payment_orders WHERE payable = $1", payable)
    for _ in range(2):
        for order in orders:
            await actions.expire_order(order_id=order["id"], now=later(hours=2))
        await _refunds(payable)
    numbers = {order["id"].hex for order in orders}
    kept = sum(family.channel.taken.get(each, 0) for each in numbers) - sum(
        fen for number, fen in family.channel.back.items() if number.split(":")[0] in numbers
    )
    booked = await value(
        "SELECT coalesce(sum(amount_fen * ((debit = 'CLEARING')::int"
        " - (credit = 'CLEARING')::int)), 0) FROM ledger_postings WHERE payable = $1",
        payable,
    )
    owed = 25640 - family.channel.insurance.gov_fen
    assert kept == booked == (owed if await stands(payable) == "PAID" else 0)
    assert await stands(payable) in ("PAID", "OPEN")
    assert await books.violations() == []
