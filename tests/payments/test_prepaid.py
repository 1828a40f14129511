"""An institution's account: topped up like a bill, used at once, and never below nothing."""

import asyncio
from uuid import UUID

import pytest

from backend.core.access import Actor, Role
from backend.core.db import value
from backend.core.ids import uuid7
from backend.core.problems import Missing
from backend.payments import actions
from backend.payments.lifecycle.orders import PayWith
from backend.payments.lifecycle.refunds import RefundSaid, RefundWhy
from backend.payments.problems import NotOwed, PrepaidTooLow
from tests.builders import staff_of
from tests.payments.family import (
    DRUGS,
    NOW,
    ROUND,
    Family,
    a_bill,
    an_order,
    balance,
    later,
    run_refunds,
    stands,
    status_of,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("the_books_hold")]

TOP_UP = ("TOP_UP", "VISIT", 20000, False)


@pytest.fixture
async def house(family: Family) -> Actor:
    """The administration of her house, which has put 200.00 into its account."""
    admin = await staff_of(family.institution, Role.INST_ADMIN)
    top_up = await a_bill(family, TOP_UP, kind="PREPAYMENT", institution_id=family.institution)
    order = await an_order(family, top_up, admin)
    family.channel.pay(order.hex)
    await actions.ask_order(order_id=order, now=NOW)
    assert await stands(top_up) == "PAID"
    return admin


async def left() -> int:
    return int(await value("SELECT balance_fen FROM prepaid_accounts"))


async def pays(family: Family, house: Actor, payable: UUID) -> UUID:
    return await an_order(family, payable, house, channel=PayWith.PREPAID)


@pytest.mark.rule("PY-13")
async def test_it_pays_what_a_resident_owes_at_once(family: Family, house: Actor) -> None:
    assert (await left(), await balance("PREPAID")) == (20000, -20000)
    payable = await a_bill(family, ROUND, institution_id=family.institution)
    order = await pays(family, house, payable)
    assert (await status_of(order), await stands(payable)) == ("PAID", "PAID")
    assert (await left(), await balance("PREPAID")) == (12000, -12000)


async def test_what_is_given_back_is_in_the_account_again(family: Family, house: Actor) -> None:
    payable = await a_bill(family, ROUND, institution_id=family.institution)
    order = await pays(family, house, payable)
    finance = await staff_of(family.center, Role.FINANCE)
    said = RefundSaid(order_id=order, reason_code=RefundWhy.PRICE)
    await actions.ask_refund(refund_id=uuid7(), actor=finance, said=said, now=NOW)
    await run_refunds()
    assert (await left(), await stands(payable)) == (20000, "REFUNDED")


async def test_it_is_never_below_nothing(family: Family, house: Actor) -> None:
    payables = [await a_bill(family, ROUND, institution_id=family.institution) for _ in range(5)]
    answers = await asyncio.gather(
        *(pays(family, house, each) for each in payables), return_exceptions=True
    )
    assert sum(isinstance(each, PrepaidTooLow) for each in answers) == 3
    assert await left() == 4000


async def test_it_pays_for_its_own_residents_alone(family: Family, house: Actor) -> None:
    with pytest.raises(Missing):
        await pays(family, house, await a_bill(family, ROUND))


async def test_the_insurance_pays_its_part_and_the_account_the_rest(
    family: Family, house: Actor
) -> None:
    family.channel.insurance.gov_fen = 15384
    payable = await a_bill(family, DRUGS, institution_id=family.institution)
    order = await pays(family, house, payable)
    assert (await status_of(order), await left()) == ("PAID", 20000 - (25640 - 15384))
    assert await balance("FUND") == 15384


async def test_what_the_insurance_refuses_takes_nothing(family: Family, house: Actor) -> None:
    family.channel.insurance.gov_fen = 15384
    family.channel.insurance.fails = True
    payable = await a_bill(family, DRUGS, institution_id=family.institution)
    order = await pays(family, house, payable)
    assert (await status_of(order), await stands(payable)) == ("FAILED", "OPEN")
    assert await left() == 20000


async def test_a_late_word_of_the_insurance_is_reversed(family: Family, house: Actor) -> None:
    insurance = family.channel.insurance
    insurance.gov_fen = 15384
    insurance.loses = True
    payable = await a_bill(family, DRUGS, institution_id=family.institution)
    order = await pays(family, house, payable)
    insurance.loses, insurance.away = False, True
    assert await left() == 20000 - (25640 - 15384)
    await actions.expire_order(order_id=order, now=later(minutes=30))
    assert (await stands(payable), await left()) == ("OPEN", 20000)
    insurance.away = False
    await actions.ask_order(order_id=order, now=later(minutes=35))
    assert await status_of(order) == "REVERSING"
    await run_refunds(now=later(minutes=36))
    assert (await status_of(order), await stands(payable)) == ("FAILED", "OPEN")
    assert (await left(), await balance("FUND")) == (20000, 0)


async def test_a_top_up_is_not_asked_back_like_a_bill(family: Family, house: Actor) -> None:
    order = await value("SELECT id FROM payment_orders")
    finance = await staff_of(family.center, Role.FINANCE)
    said = RefundSaid(order_id=order, reason_code=RefundWhy.OTHER)
    with pytest.raises(NotOwed):
        await actions.ask_refund(refund_id=uuid7(), actor=finance, said=said, now=NOW)
