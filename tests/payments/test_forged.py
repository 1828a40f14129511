"""PAY1: forged, altered, stale and replayed callbacks move nothing and ask nobody."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import httpx
import pytest

from backend.core import clock
from backend.core.db import rows, value
from backend.payments import channels
from backend.payments.channels import Forged
from backend.payments.channels.alipay.app import read_moment
from backend.payments.channels.calls import Line
from backend.payments.lifecycle.orders import PayWith
from backend.payments.lifecycle.statuses import ChannelName
from tests.payments import books, forgeries
from tests.payments.family import ROUND, Family, a_bill, a_family, status_of
from tests.payments.way import order_string, ordered

pytestmark = pytest.mark.anyio

FEN = 8000


@pytest.fixture
async def family(db, gateway) -> Family:
    found = await a_family()
    gateway.use()
    return found


@pytest.fixture
async def orders(family) -> dict[str, UUID]:
    """One that waits at each channel."""
    return {
        channel.value: await ordered(family, await a_bill(family, ROUND), channel=channel)
        for channel in (PayWith.WECHAT, PayWith.ALIPAY)
    }


@pytest.fixture
def nobody_is_asked(monkeypatch):
    async def ask(*_words: object) -> None:
        raise AssertionError("a forged callback made us ask")

    monkeypatch.setattr(Line, "_ask", ask)


def all_of(gateway, orders: dict[str, UUID]) -> list[forgeries.Forgery]:
    keys = gateway.provider.keys
    return [
        *forgeries.of_wechat(keys, number=orders["wechat"].hex, fen=FEN),
        *forgeries.of_alipay(keys, number=orders["alipay"].hex, fen=FEN),
    ]


def is_taken(gateway: Any, forgery: forgeries.Forgery, answer: httpx.Response) -> Any:
    wire = gateway.gateway.alipay if forgery.channel == "alipay" else gateway.gateway.wechat
    return wire.is_taken(answer.status_code, answer.content)


async def post(client: httpx.AsyncClient, each: forgeries.Forgery) -> httpx.Response:
    return await client.post(
        f"/v1/payment-notices/{each.channel}", content=each.body, headers=each.headers
    )


@pytest.mark.rule("PY-06")
async def test_none_of_them_is_taken(
    gateway, orders, nobody_is_asked, client: httpx.AsyncClient, caplog
):
    caplog.set_level(logging.DEBUG)
    forged = all_of(gateway, orders)
    assert len(forged) >= 100
    for each in forged:
        answer = await post(client, each)
        assert not is_taken(gateway, each, answer), each.name
        assert answer.status_code < 500, each.name
    for order in orders.values():
        assert await status_of(order) == "CREATED"
    assert await value("SELECT count(*) FROM ledger_postings WHERE why <> 'bill'") == 0
    assert await value("SELECT count(*) FROM payables WHERE status <> 'LOCKED'") == 0
    assert await books.violations() == []
    assert "SUCCESS" not in caplog.text  # nothing of what they said


async def test_the_channel_itself_refuses_all_that_is_not_sealed(gateway, orders):
    for each in all_of(gateway, orders):
        if not each.is_signed:
            reader: Any = channels.channel(ChannelName(each.channel))
            with pytest.raises(Forged):
                reader.read_notice(headers=each.headers, body=each.body, now=clock.now())
                pytest.fail(each.name)


@pytest.mark.parametrize("seconds", [-301, -300, 0, 300, 301])
@pytest.mark.parametrize("name", [ChannelName.WECHAT, ChannelName.ALIPAY])
async def test_a_genuine_one_is_believed_for_five_minutes(gateway, orders, name, seconds):
    gateway.pay(orders["wechat"].hex)
    gateway.pay_opened(await order_string(orders["alipay"]))
    await gateway.deliver()
    [(headers, body)] = [(h, b) for url, h, b in gateway.sent if url.endswith(name)]
    signed_at = (
        int({k.lower(): v for k, v in headers.items()}["wechatpay-timestamp"])
        if name is ChannelName.WECHAT
        else read_moment(dict(parse_qsl(body.decode()))["notify_time"]).timestamp()
    )
    now = datetime.fromtimestamp(signed_at + seconds, UTC)
    reader: Any = channels.channel(name)
    if abs(seconds) > 300:
        with pytest.raises(Forged, match="window"):
            reader.read_notice(headers=headers, body=body, now=now)
    else:
        assert reader.read_notice(headers=headers, body=body, now=now).state.is_over


async def test_the_genuine_one_is_taken_after_all_of_them(
    gateway, orders, client: httpx.AsyncClient
):
    for each in all_of(gateway, orders):
        await post(client, each)
    gateway.pay(orders["wechat"].hex)
    gateway.pay_opened(await order_string(orders["alipay"]))
    await gateway.deliver(client)
    assert [await status_of(order) for order in orders.values()] == ["PAID", "PAID"]


async def test_what_is_sent_to_the_other_channels_door_is_refused(
    gateway, orders, nobody_is_asked, client: httpx.AsyncClient
):
    gateway.pay(orders["wechat"].hex)
    await gateway.deliver()
    [(_, headers, body)] = gateway.sent
    for door in ("alipay", "insurance", "prepaid", "..", "wechat2"):
        answer = await client.post(f"/v1/payment-notices/{door}", content=body, headers=headers)
        assert answer.status_code < 500
        assert answer.content != b"success"
    assert await status_of(orders["wechat"]) == "CREATED"


async def test_a_replayed_one_moves_nothing_twice_and_no_other_order(
    family, gateway, orders, client: httpx.AsyncClient
):
    gateway.pay(orders["wechat"].hex)
    await gateway.deliver(client)
    [(_, headers, body)] = gateway.sent
    before = await rows("SELECT count(*) FROM ledger_postings")
    answers = await asyncio.gather(
        *(
            client.post("/v1/payment-notices/wechat", content=body, headers=headers)
            for _ in range(20)
        )
    )
    assert {answer.status_code for answer in answers} == {204}  # it was taken, once
    assert await rows("SELECT count(*) FROM ledger_postings") == before

    other = forgeries.WeChat(gateway.provider.keys, number=orders["alipay"].hex, fen=FEN).body()
    answer = await client.post("/v1/payment-notices/wechat", content=other, headers=headers)
    assert answer.status_code == 400
    assert await status_of(orders["alipay"]) == "CREATED"
