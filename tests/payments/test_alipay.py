"""支付宝 against the pretend one: real HTTP, RSA2 on both sides."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from backend.core import calendar, clock
from backend.local.gateway.provider import CannotPay
from backend.payments import channels
from backend.payments.channels import About, Forged, Placing, Refused, Transient
from backend.payments.lifecycle.legs import Legs, MixType, of_sources
from backend.payments.lifecycle.statuses import ChannelName, LegStatus
from tests.gateways.money import Money

pytestmark = pytest.mark.anyio

CASH = of_sources(gov_fen=0, self_fen=0, other_fen=0, ins_cash_fen=8805)
NO = "20261128000001"


@pytest.fixture
def alipay(gateway):
    return channels.channel(ChannelName.ALIPAY)


def placing(number: str = NO, legs: Legs = CASH, **said: Any) -> Placing:
    return Placing(
        out_trade_no=number,
        legs=legs,
        order_type="DIAG_PAY",
        expires_at=clock.now() + timedelta(minutes=30),
        **said,
    )


def told(gateway: Money, alipay: Any) -> list[Any]:
    return [
        alipay.read_notice(headers=headers, body=body, now=clock.now())
        for _, headers, body in gateway.sent
    ]


async def test_an_order_is_signed_opened_paid_told_and_asked(gateway, alipay):
    placed = await alipay.place(placing())
    order = placed.pay["orderString"]
    assert dict(parse_qsl(order))["method"] == "alipay.trade.app.pay"

    gateway.pay_opened(order)
    await gateway.deliver()

    [notice] = told(gateway, alipay)
    assert notice.about is About.PAYMENT
    state = await alipay.ask(NO)
    assert notice.state == state
    assert (state.mix, state.cash, state.insurance) == (
        LegStatus.SUCCESS,
        LegStatus.SUCCESS,
        LegStatus.NONE,
    )
    assert state.cash_fen == 8805
    assert gateway.sent[0][0] == "http://bedside/v1/payment-notices/alipay"


async def test_an_order_nobody_opened_can_be_paid_until_it_expires(gateway, alipay):
    now = clock.now()
    waits = await alipay.ask(NO, expires_at=now + timedelta(minutes=1))
    assert (waits.mix, waits.is_over) == (LegStatus.CREATED, False)
    over = await alipay.ask(NO, expires_at=now - timedelta(minutes=1))
    assert (over.mix, over.is_over) == (LegStatus.FAIL, True)


async def test_what_was_altered_cannot_be_opened(gateway, alipay):
    order = (await alipay.place(placing())).pay["orderString"]
    with pytest.raises(CannotPay, match="signature"):
        gateway.pay_opened(order.replace("88.05", "0.01"))


async def test_what_is_closed_cannot_be_paid_and_closing_again_changes_nothing(gateway, alipay):
    order = (await alipay.place(placing())).pay["orderString"]
    await alipay.close(NO)  # nobody opened it yet
    gateway.open(order)
    assert not (await alipay.ask(NO)).is_over
    await alipay.close(NO)
    await alipay.close(NO)
    with pytest.raises(CannotPay, match="CLOSED"):
        gateway.pay_opened(order)
    state = await alipay.ask(NO)
    assert (state.mix, state.is_over) == (LegStatus.FAIL, True)


async def test_a_refund_is_made_once_under_its_number(gateway, alipay):
    gateway.pay_opened((await alipay.place(placing())).pay["orderString"])
    said = {"out_trade_no": NO, "out_refund_no": "R20261128000001"}
    with pytest.raises(Refused):
        await alipay.ask_refund(**said)
    for _ in range(2):
        back = await alipay.refund(**said, fen=805, total_fen=8805)
        assert (back.status, back.fen) == (LegStatus.REFUND, 805)
    assert await alipay.ask_refund(**said) == back
    assert (await alipay.ask(NO)).mix is LegStatus.SUCCESS
    with pytest.raises(Refused):
        await alipay.refund(out_trade_no=NO, out_refund_no="R2", fen=8001, total_fen=8805)
    await alipay.refund(out_trade_no=NO, out_refund_no="R3", fen=8000, total_fen=8805)
    assert (await alipay.ask(NO)).mix is LegStatus.REFUND


async def test_insurance_is_not_taken(alipay):
    legs = of_sources(gov_fen=100, self_fen=0, other_fen=0, ins_cash_fen=100)
    assert alipay.takes == {MixType.CASH_ONLY}
    with pytest.raises(Refused):
        await alipay.place(placing(legs=legs))
    with pytest.raises(Refused):
        await alipay.tell_insurance_refund(out_trade_no=NO, out_refund_no="R1", fen=1)


async def test_a_standing_payment_needs_no_phone(gateway, alipay):
    await alipay.place(placing(agreement="20261128300000"))
    assert (await alipay.ask(NO)).mix is LegStatus.SUCCESS
    gateway.fault("refuse")
    with pytest.raises(Refused) as refusal:
        await alipay.place(placing("20261128000002", agreement="20261128300000"))
    assert refusal.value.code == "ACQ.BUYER_BALANCE_NOT_ENOUGH"


async def test_the_bill_of_a_day_names_what_was_paid_and_given_back(gateway, alipay):
    today = calendar.on(clock.now())
    assert await alipay.bill(today) == ()
    gateway.pay_opened((await alipay.place(placing())).pay["orderString"])
    await alipay.refund(out_trade_no=NO, out_refund_no="R20261128000001", fen=805, total_fen=8805)
    lines = await alipay.bill(today)
    assert [(line.about, line.trade_no, line.fen) for line in lines] == [
        (About.PAYMENT, NO, 8805),
        (About.REFUND, "R20261128000001", 805),
    ]


async def test_a_notice_is_sent_again_until_it_hears_success(gateway, alipay):
    gateway.pay_opened((await alipay.place(placing())).pay["orderString"])
    said = [b"fail", b"success"]
    gateway.gateway._send, taken = _answering(gateway.gateway._send, said), gateway.gateway._send
    try:
        await gateway.deliver()
        later = clock.now() + timedelta(seconds=20)
        gateway.provider.now = lambda: later
        assert await gateway.deliver() == 1
        assert await gateway.deliver() == 0
    finally:
        gateway.gateway._send, gateway.provider.now = taken, clock.now
    first, second = told(gateway, alipay)
    assert first.notice_id == second.notice_id


async def test_what_goes_wrong_on_request(gateway, alipay):
    gateway.open((await alipay.place(placing())).pay["orderString"])
    gateway.fault("away")
    with pytest.raises(Transient):
        await alipay.ask(NO)
    gateway.provider.forge(ChannelName.ALIPAY, "http://bedside/x", NO)
    await gateway.deliver()
    with pytest.raises(Forged):
        told(gateway, alipay)


def _answering(send: Any, answers: list[bytes]) -> Any:
    async def answer(url: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        await send(url, headers, body)
        return 200, answers.pop(0)

    return answer
