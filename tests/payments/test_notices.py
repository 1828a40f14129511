"""Callbacks: heard once, believed only when signed, and about what their channel may speak of."""

import asyncio

import httpx
import msgspec
import pytest

from backend.core.access import SYSTEM
from backend.core.db import value
from backend.core.ids import uuid7
from backend.payments import actions, channels
from backend.payments.channels import RefundState
from backend.payments.lifecycle.refunds import RefundSaid, RefundWhy
from backend.payments.lifecycle.statuses import ChannelName, LegStatus
from tests.payments.family import (
    NOW,
    Family,
    a_bill,
    an_order,
    owed_tasks,
    run_refunds,
    stands,
    status_of,
)
from tests.payments.pretend import Callback, PretendChannel, signed

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("the_books_hold")]


async def send(
    client: httpx.AsyncClient, body: bytes, signature: str, channel: str = "wechat"
) -> httpx.Response:
    headers = {"x-signature": signature, "content-type": "text/plain"}
    return await client.post(f"/v1/payment-notices/{channel}", content=body, headers=headers)


async def test_a_callback_is_taken_in_the_channels_own_words(
    family: Family, client: httpx.AsyncClient
) -> None:
    payable = await a_bill(family)
    order = await an_order(family, payable)
    family.channel.pay(order.hex)
    answer = await send(client, *family.channel.notice(order.hex, notice_id="n1", nonce="o1"))
    assert (answer.status_code, answer.text) == (200, "success")
    assert answer.headers["content-type"].startswith("text/plain")
    assert (await status_of(order), await stands(payable)) == ("PAID", "PAID")


@pytest.mark.rule("PY-06", "PY-09")
async def test_a_hundred_callbacks_and_questions_at_once_book_one_payment(
    family: Family, client: httpx.AsyncClient
) -> None:
    """PAY2: the same one, the same again under other nonces, and our own asking."""
    order = await an_order(family, await a_bill(family))
    family.channel.pay(order.hex)
    same = family.channel.notice(order.hex, notice_id="n1", nonce="o1")
    others = [
        family.channel.notice(order.hex, notice_id=f"n{n}", nonce=f"o{n}") for n in range(2, 22)
    ]
    answers = await asyncio.gather(
        *(send(client, *same) for _ in range(80)),
        *(send(client, *each) for each in others),
        *(actions.ask_order(order_id=order, now=NOW) for _ in range(10)),
    )
    assert {each.status_code for each in answers if isinstance(each, httpx.Response)} == {200}
    assert await value("SELECT count(*) FROM ledger_postings WHERE why = 'capture'") == 1
    assert await value("SELECT count(*) FROM journal WHERE topic = 'PaymentMade'") == 1


async def test_what_is_not_signed_moves_nothing_and_asks_nobody(
    family: Family, client: httpx.AsyncClient
) -> None:
    order = await an_order(family, await a_bill(family))
    family.channel.pay(order.hex)
    calls = family.channel.calls
    body, signature = family.channel.notice(order.hex, notice_id="n1", nonce="o1")
    for forged in (
        (body, ""),
        (body, signature[:-1] + "0" if signature[-1] != "0" else signature[:-1] + "1"),
        (body + b" ", signature),
        (b"", signature),
        (b"\x00\xff", signature),
    ):
        answer = await send(client, *forged)
        assert (answer.status_code, answer.text) == (401, "fail")
    assert (await status_of(order), family.channel.calls) == ("CREATED", calls)
    assert await value("SELECT count(*) FROM payment_notices") == 0


async def test_a_nonce_is_used_once_and_a_notice_may_come_again(
    family: Family, client: httpx.AsyncClient
) -> None:
    order = await an_order(family, await a_bill(family))
    family.channel.pay(order.hex)
    for notice_id, nonce, status in (
        ("n1", "o1", 200),
        ("n1", "o1", 200),  # the very same: heard already, with no effect
        ("n1", "o2", 200),  # sent again by the channel
        ("n2", "o1", 401),  # somebody else's with a used nonce
    ):
        answer = await send(
            client, *family.channel.notice(order.hex, notice_id=notice_id, nonce=nonce)
        )
        assert answer.status_code == status
    assert await value("SELECT count(*) FROM payment_notices") == 1


async def test_another_channel_does_not_speak_of_it(
    family: Family, client: httpx.AsyncClient
) -> None:
    other = PretendChannel(family.channel.insurance)
    channels.use(
        {ChannelName.WECHAT: family.channel, ChannelName.ALIPAY: other},
        insurance=family.channel.insurance,
    )
    order = await an_order(family, await a_bill(family))
    family.channel.pay(order.hex)
    notice = family.channel.notice(order.hex, notice_id="n1", nonce="o1")
    assert (await send(client, *notice, channel="alipay")).status_code == 401
    assert await status_of(order) == "CREATED"
    assert (await send(client, *notice, channel="unionpay")).status_code == 404
    assert (await send(client, *notice, channel="prepaid")).status_code == 404


@pytest.mark.parametrize("number", ["", "0" * 32, "x" * 32, "../../etc", "🙂"])
async def test_what_is_not_ours_is_not_taken(
    family: Family, client: httpx.AsyncClient, number: str
) -> None:
    said = Callback(notice_id="n1", nonce="o1", payment=family.channel.state(number))
    assert (await send(client, *signed(said))).status_code == 401


async def test_another_amount_is_not_taken(family: Family, client: httpx.AsyncClient) -> None:
    order = await an_order(family, await a_bill(family))
    family.channel.pay(order.hex)
    family.channel.trades[order.hex].cash_fen = 1
    notice = family.channel.notice(order.hex, notice_id="n1", nonce="o1")
    assert (await send(client, *notice)).status_code == 401
    assert await status_of(order) == "CREATED"


async def test_what_is_said_without_an_amount_is_asked_for(
    family: Family, client: httpx.AsyncClient
) -> None:
    order = await an_order(family, await a_bill(family))
    family.channel.pay(order.hex)
    state = msgspec.structs.replace(family.channel.state(order.hex), cash_fen=None)
    callback = Callback(notice_id="n1", nonce="o1", payment=state)
    assert (await send(client, *signed(callback))).status_code == 200
    assert await status_of(order) == "CREATED"
    assert len(await owed_tasks("ask_order")) == 2
    await actions.ask_order(order_id=order, now=NOW)
    assert await status_of(order) == "PAID"


async def test_a_large_body_is_not_read(family: Family, client: httpx.AsyncClient) -> None:
    answer = await send(client, b"x" * (1024 * 1024), "")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_callback_about_a_refund_keeps_its_leg(
    family: Family, client: httpx.AsyncClient
) -> None:
    order = await an_order(family, await a_bill(family))
    family.channel.pay(order.hex)
    await actions.ask_order(order_id=order, now=NOW)
    said = RefundSaid(order_id=order, reason_code=RefundWhy.PRICE)
    refund = await actions.refund_of(refund_id=uuid7(), actor=SYSTEM, said=said, now=NOW)
    number = refund.thing["out_refund_no"]
    for fen, nonce in ((1, "o1"), (8000, "o2"), (8000, "o3")):
        state = RefundState(out_refund_no=number, status=LegStatus.REFUND, fen=fen)
        callback = Callback(notice_id=nonce, nonce=nonce, refund=state)
        assert (await send(client, *signed(callback))).status_code == 200
    assert await value("SELECT count(*) FROM ledger_postings WHERE why = 'refund'") == 1
    await run_refunds()
    assert await status_of(order) == "RETURNED"
