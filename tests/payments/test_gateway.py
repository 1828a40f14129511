"""The whole way over real HTTP: bill, quote, order, the payer's app, callback, refund."""

from datetime import timedelta
from uuid import UUID

import httpx
import msgspec
import pytest

from backend.core import calendar, clock, crypto
from backend.core.db import row, value
from backend.core.ids import uuid7
from backend.local.gateway.memory import Back, Order, Settlement
from backend.payments import actions, channels
from backend.payments.channels import About
from backend.payments.lifecycle.orders import OrderSaid, PayWith
from backend.payments.lifecycle.quoting import QuoteSaid
from backend.payments.lifecycle.refunds import RefundSaid, RefundWhy
from backend.payments.lifecycle.statuses import ChannelName
from backend.payments.problems import CashAlone
from tests.payments import books
from tests.payments.family import (
    DRUGS,
    FREIGHT,
    ROUND,
    Family,
    a_bill,
    a_family,
    run_refunds,
    stands,
    status_of,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def family(db, gateway) -> Family:
    found = await a_family()
    gateway.use()
    return found


@pytest.fixture(autouse=True)
async def _the_books_hold(db):
    """C4, after every test."""
    yield
    assert await books.violations() == []


async def ordered(family, payable, *, by=None, channel=PayWith.WECHAT) -> UUID:
    payer, now = by or family.daughter, clock.now()
    quote = await actions.quote(
        quote_id=uuid7(), actor=payer, said=QuoteSaid(payable_id=payable), now=now
    )
    said = OrderSaid(payable_id=payable, quote_number=quote.thing["number"], channel=channel)
    made = await actions.order(order_id=uuid7(), actor=payer, said=said, now=now)
    return UUID(str(made.thing["id"]))


async def order_string(order) -> str:
    sealed = await value("SELECT placed FROM payment_orders WHERE id = $1", order)
    return msgspec.json.decode(crypto.unseal_bytes(sealed, "payment_orders.placed"))["orderString"]


@pytest.mark.rule("PY-05", "PY-06")
async def test_the_worked_example_is_paid_by_fund_account_and_daughter(
    family, gateway, client: httpx.AsyncClient
):
    payable = await a_bill(family, DRUGS, FREIGHT, kind="PRESCRIPTION")
    order = await ordered(family, payable)
    legs = await row("SELECT * FROM payment_orders WHERE id = $1", order)
    assert (legs["gov_fen"], legs["self_fen"], legs["pay_cash_fen"]) == (15384, 4000, 7056)

    gateway.pay(order.hex, by="周敏")
    await gateway.deliver(client)

    assert set(gateway.answered) == {204}
    assert (await status_of(order), await stands(payable)) == ("PAID", "PAID")
    assert gateway.provider.memory.every(Settlement)[-1].state == "SUCCESS"


@pytest.mark.parametrize("channel", [PayWith.WECHAT, PayWith.ALIPAY])
async def test_cash_is_paid_and_given_back_on_both_channels(
    family, gateway, client: httpx.AsyncClient, channel
):
    payable = await a_bill(family, ROUND)
    order = await ordered(family, payable, channel=channel)
    if channel is PayWith.ALIPAY:
        gateway.pay_opened(await order_string(order))
    else:
        gateway.pay(order.hex)
    await gateway.deliver(client)
    assert await status_of(order) == "PAID"

    said = RefundSaid(order_id=order, reason_code=RefundWhy.PRICE)
    await actions.ask_refund(refund_id=uuid7(), actor=family.daughter, said=said, now=clock.now())
    await run_refunds(now=clock.now())
    await gateway.deliver(client)

    [back] = gateway.provider.memory.every(Back)
    assert (back.fen, back.state) == (8000, "SUCCESS")
    assert await status_of(order) == "RETURNED"
    assert {status < 300 for status in gateway.answered} == {True}


@pytest.mark.rule("PY-05")
async def test_a_channel_without_insurance_is_refused_at_once(family):
    payable = await a_bill(family, DRUGS, FREIGHT, kind="PRESCRIPTION")
    with pytest.raises(CashAlone):
        await ordered(family, payable, channel=PayWith.ALIPAY)
    assert await stands(payable) == "OPEN"


@pytest.mark.rule("PY-07")
@pytest.mark.parametrize("leg", ["cash", "insurance"])
async def test_half_a_success_is_taken_back(family, gateway, client: httpx.AsyncClient, leg):
    payable = await a_bill(family, DRUGS, FREIGHT, kind="PRESCRIPTION")
    order = await ordered(family, payable)
    gateway.fault("half", leg=leg)
    gateway.pay(order.hex)
    await gateway.deliver(client)
    await actions.ask_order(order_id=order, now=clock.now())
    await run_refunds(now=clock.now())

    assert (await status_of(order), await stands(payable)) == ("FAILED", "OPEN")
    settled = gateway.provider.memory.every(Settlement)[-1]
    paid = gateway.provider.memory.get(Order, order.hex)
    kept = paid.total * (paid.paid_at is not None) - paid.refunded
    assert kept == 0
    assert settled.state in ("FAIL", "REFUND")


@pytest.mark.rule("PY-06")
async def test_without_a_callback_asking_settles_it(family, gateway, client: httpx.AsyncClient):
    order = await ordered(family, await a_bill(family, ROUND))
    gateway.fault("drop")
    gateway.pay(order.hex)
    assert await gateway.deliver(client) == 0
    await actions.ask_order(order_id=order, now=clock.now())
    assert await status_of(order) == "PAID"


async def test_a_callback_ten_times_at_once_is_booked_once(
    family, gateway, client: httpx.AsyncClient
):
    order = await ordered(family, await a_bill(family, ROUND))
    gateway.fault("repeat")
    gateway.pay(order.hex)
    await gateway.deliver(client)
    assert gateway.answered == [204] * 10
    assert await value("SELECT count(*) FROM ledger_postings WHERE why = 'capture'") == 1


async def test_a_channel_that_is_away_is_told_by_the_job(family, gateway):
    gateway.fault("away", times=3)
    order = await ordered(family, await a_bill(family, ROUND))
    assert gateway.provider.memory.every(Order) == []
    gateway.provider.memory.forget()
    await actions.place_order(order_id=order, now=clock.now() + timedelta(seconds=30))
    assert gateway.provider.memory.get(Order, order.hex) is not None


async def test_the_bill_of_the_day_names_the_order_as_we_do(
    family, gateway, client: httpx.AsyncClient
):
    order = await ordered(family, await a_bill(family, ROUND))
    gateway.pay(order.hex)
    await gateway.deliver(client)
    channel = channels.channel(ChannelName.WECHAT)
    assert channel is not None
    [line] = await channel.bill(calendar.on(clock.now()))
    paid = await row("SELECT out_trade_no, pay_cash_fen FROM payment_orders WHERE id = $1", order)
    assert (line.about, line.trade_no, line.fen) == (About.PAYMENT, *paid.values())
