"""What the pretend providers do on a bad day, and what they keep of a good one."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from backend.core import calendar, clock
from backend.core.access import SYSTEM
from backend.core.db import row, value
from backend.core.ids import uuid7
from backend.local.gateway.memory import Back, Order
from backend.payments import actions, channels
from backend.payments.channels import About
from backend.payments.lifecycle.orders import PayWith
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
from tests.payments.way import order_string, ordered

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
    await actions.refund_of(refund_id=uuid7(), actor=SYSTEM, said=said, now=clock.now())
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
    paid: Any = await row(
        "SELECT out_trade_no, pay_cash_fen FROM payment_orders WHERE id = $1", order
    )
    assert (line.about, line.trade_no, line.fen) == (About.PAYMENT, *paid.values())
