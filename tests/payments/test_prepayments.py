"""预存: topped up by an order, used while it lasts, told of each morning."""

from datetime import timedelta
from decimal import Decimal

import pytest

from backend.core import calendar, clock
from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, CannotMove, Missing
from backend.payments import actions
from backend.payments.lifecycle.billing import Voiding
from backend.payments.lifecycle.payers import PrepaymentSaid
from backend.payments.problems import NotACenter, NotOwed
from tests.builders import an_organization, staff_of
from tests.payments.ledgers import NOW, PretendMoney, a_world, events
from tests.payments.payers_world import (
    a_payable,
    a_top_up,
    balance,
    by_the_house,
    paid,
    status_of,
    the_books_hold,
    wechat,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("db")]


__all__ = ["the_books_hold", "wechat"]


# What the ledger owes to institutions, less what is asked for and not paid yet.
OWED = """
SELECT coalesce(sum(amount_fen * ((credit = 'PREPAID')::int - (debit = 'PREPAID')::int)), 0)
     - coalesce(sum(amount_fen * ((debit = 'RECEIVABLE')::int - (credit = 'RECEIVABLE')::int))
                FILTER (WHERE p.kind = 'PREPAYMENT'), 0)
  FROM ledger_postings l JOIN payables p ON p.id = l.payable
"""


@pytest.mark.rule("PY-13")
async def test_a_top_up_counts_when_it_is_paid_and_is_used_resident_by_resident(
    wechat: PretendMoney,
) -> None:
    world = await a_world()
    await by_the_house(world)
    top_up = await a_top_up(world, 50_000)
    assert await balance(world) is None
    await paid(world, top_up)
    assert (await status_of(top_up), await balance(world)) == ("PAID", 50_000)
    assert await value(OWED) == Decimal(50_000)
    payable = await a_payable(world, 8000, person_id=world.resident, institution_id=world.house)
    await actions.pay_standing(payable_id=payable, now=NOW)
    assert await balance(world) == 42_000
    assert await value(OWED) == Decimal(42_000)


async def test_saying_it_twice_is_saying_it_once() -> None:
    world = await a_world()
    prepayment_id = uuid7()
    said = PrepaymentSaid(organization_id=world.center, amount_fen=500)
    for first in (True, False):
        kept = await actions.prepay(
            prepayment_id=prepayment_id, actor=world.house_admin, said=said, now=NOW
        )
        assert kept.first is first
    with pytest.raises(AlreadyDifferent):
        await actions.prepay(
            prepayment_id=prepayment_id,
            actor=world.house_admin,
            said=PrepaymentSaid(organization_id=world.center, amount_fen=501),
            now=NOW,
        )
    with pytest.raises(NotACenter):
        await actions.prepay(
            prepayment_id=uuid7(),
            actor=world.house_admin,
            said=PrepaymentSaid(organization_id=world.house, amount_fen=500),
            now=NOW,
        )


async def test_one_that_is_not_paid_can_be_given_up(wechat: PretendMoney) -> None:
    world = await a_world()
    top_up = await a_top_up(world)
    for first in (True, False):
        kept = await actions.cancel_prepayment(
            prepayment_id=top_up, actor=world.house_admin, now=NOW
        )
        assert kept.first is first
    assert await value(OWED) == 0
    another = await a_top_up(world)
    await paid(world, another)
    with pytest.raises(CannotMove):
        await actions.cancel_prepayment(prepayment_id=another, actor=world.house_admin, now=NOW)
    elsewhere = await staff_of(
        await an_organization(kinds=("ELDER_CARE_INSTITUTION",)), Role.INST_ADMIN
    )
    with pytest.raises(Missing):
        await actions.cancel_prepayment(prepayment_id=another, actor=elsewhere, now=NOW)


async def test_one_that_the_center_takes_back_owes_nothing_to_the_institution() -> None:
    """It was never income, so it is no less income now."""
    world = await a_world()
    top_up = await a_top_up(world)
    await actions.take_back(
        payable_id=top_up, actor=world.finance, said=Voiding(reason="填错了"), now=NOW
    )
    assert await status_of(top_up) == "VOID"
    assert await value(OWED) == 0
    assert await value("SELECT count(*) FROM ledger_postings WHERE debit = 'REVENUE'") == 0


async def test_money_that_came_past_the_channels_is_said_by_the_center_once() -> None:
    world = await a_world()
    top_up = await a_top_up(world, 700)
    stranger = await staff_of(await an_organization(name="别的中心"), Role.FINANCE)
    for nobody in (stranger, world.admin, world.house_admin):
        with pytest.raises(Missing):
            await actions.receive_prepayment(prepayment_id=top_up, actor=nobody, now=NOW)
    for first in (True, False):
        kept = await actions.receive_prepayment(prepayment_id=top_up, actor=world.finance, now=NOW)
        assert kept.first is first
    assert (await status_of(top_up), await balance(world)) == ("PAID", 700)
    given_up = await a_top_up(world)
    with pytest.raises(NotOwed):
        await actions.agree_on_delivery(payable_id=given_up, actor=world.house_admin, now=NOW)
    await actions.cancel_prepayment(prepayment_id=given_up, actor=world.house_admin, now=NOW)
    with pytest.raises(NotOwed):
        await actions.receive_prepayment(prepayment_id=given_up, actor=world.finance, now=NOW)


@pytest.mark.rule("PY-13")
async def test_each_morning_a_house_is_told_of_the_day_before(wechat: PretendMoney) -> None:
    world = await a_world()
    await paid(world, await a_top_up(world))
    tomorrow = NOW + timedelta(days=1)
    assert await actions.tell_of_statements(now=tomorrow) == 1
    assert await actions.tell_of_statements(now=tomorrow + timedelta(days=1)) == 0
    assert await events("StatementReady") == 1


async def test_over_the_wire_each_side_sees_its_accounts(client_for, wechat: PretendMoney) -> None:
    world = await a_world()
    phone = client_for(world.house_admin)
    prepayment_id = uuid7()
    body = {"organization_id": str(world.center), "amount_fen": 30_000}
    path = f"/v1/prepayments/{prepayment_id}"
    assert (await phone.put(path, json=body)).status_code == 201
    await paid(world, prepayment_id)
    assert (await phone.get(path)).json()["status"] == "PAID"
    assert len((await phone.get("/v1/prepayments")).json()["items"]) == 1
    for actor in (world.house_admin, world.finance):
        (account,) = (await client_for(actor).get("/v1/prepaid-accounts")).json()["items"]
        assert account["balance_fen"] == 30_000
    today = calendar.on(clock.now())
    statement = (await phone.get(f"/v1/statements?period={today}")).json()
    assert statement["totals"]["topped_up_fen"] == 30_000
    assert (await rows("SELECT FROM prepaid_accounts WHERE balance_fen = 30000")) != []
