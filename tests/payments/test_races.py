"""Two payers, a lock that ends, and a word that comes late (PY-09): one payment is kept."""

from uuid import UUID

import pytest

from backend.core.problems import CannotMove, Missing
from backend.payments import actions
from tests.payments import books
from tests.payments.family import (
    NOW,
    Family,
    a_bill,
    a_family,
    an_order,
    later,
    run_refunds,
    stands,
    status_of,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def family(db: None) -> Family:
    return await a_family()


@pytest.fixture(autouse=True)
async def _the_books_hold(db: None):
    """C4, after every test."""
    yield
    assert await books.violations() == []


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
    payable = await a_bill(family)
    order = await an_order(family, payable)
    family.channel.pay(order.hex)
    family.channel.away = True
    await actions.expire_order(order_id=order, now=later(minutes=30))
    family.channel.away = False
    await actions.agree_on_delivery(payable_id=payable, actor=family.son, now=later(minutes=31))
    await ask(order, later(minutes=35))
    await run_refunds(now=later(minutes=36))
    assert (await status_of(order), await stands(payable)) == ("RETURNED", "ON_DELIVERY")
