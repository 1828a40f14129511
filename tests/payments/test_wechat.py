"""微信支付 against the pretend one: real HTTP, real signatures on both sides."""

from datetime import timedelta
from typing import Any

import pytest

from backend.core import calendar, clock
from backend.payments import channels
from backend.payments.channels import (
    About,
    Forged,
    Person,
    Placing,
    PreSettled,
    Refused,
    Transient,
)
from backend.payments.lifecycle.legs import Added, Addition, Legs, of_sources
from backend.payments.lifecycle.statuses import ChannelName, LegStatus
from tests.gateways.money import Money

pytestmark = pytest.mark.anyio

WORKED = of_sources(
    gov_fen=15384, self_fen=4000, other_fen=0, ins_cash_fen=6256, add=[Added(Addition.FREIGHT, 800)]
)
CASH = of_sources(gov_fen=0, self_fen=0, other_fen=0, ins_cash_fen=8800)
INSURED = of_sources(gov_fen=5000, self_fen=3000, other_fen=0, ins_cash_fen=0)
SETTLED = PreSettled(
    gov_fen=15384,
    self_fen=4000,
    aid_fen=0,
    other_fen=0,
    cash_fen=6256,
    pay_order_id="ORD1",
    pay_auth_no="AUTH1",
)
ELDER = Person("王秀英", "09eb26e839ff3a2e3980352ae45ef09e")
DAUGHTER = Person("周敏", "19eb26e839ff3a2e3980352ae45ef09e")
NO = "20261128000001"


@pytest.fixture
def wechat(gateway):
    return channels.channel(ChannelName.WECHAT)


def placing(legs: Legs = CASH, number: str = NO, **said: Any) -> Placing:
    return Placing(
        out_trade_no=number,
        legs=legs,
        order_type="DIAG_PAY",
        expires_at=clock.now() + timedelta(minutes=30),
        **said,
    )


def mixed(legs: Legs = WORKED, number: str = NO, **said: Any) -> Placing:
    people = {"payer": DAUGHTER, "relative": ELDER, "settlement": SETTLED}
    return placing(legs, number, **{**people, **said})


def told(gateway: Money, wechat: Any) -> list[Any]:
    """What the callbacks that were sent say, as we read them."""
    return [
        wechat.read_notice(headers=headers, body=body, now=clock.now())
        for _, headers, body in gateway.sent
    ]


async def test_an_order_is_placed_paid_told_and_asked(gateway, wechat):
    placed = await wechat.place(placing())
    assert placed.pay["package"] == "Sign=WXPay"
    waits = await wechat.ask(NO)
    assert (waits.mix, waits.cash, waits.is_over) == (LegStatus.CREATED, LegStatus.CREATED, False)

    gateway.pay(NO)
    await gateway.deliver()

    [notice] = told(gateway, wechat)
    assert notice.about is About.PAYMENT
    assert notice.state == await wechat.ask(NO)
    assert notice.state.mix is LegStatus.SUCCESS
    assert notice.state.insurance is LegStatus.NONE
    assert notice.state.cash_fen == 8800
    assert gateway.sent[0][0] == "http://bedside/v1/payment-notices/wechat"


async def test_placing_again_answers_the_same_and_another_amount_is_refused(gateway, wechat):
    first = await wechat.place(placing())
    assert (await wechat.place(placing())).pay["prepayid"] == first.pay["prepayid"]
    with pytest.raises(Refused) as refusal:
        await wechat.place(placing(of_sources(gov_fen=0, self_fen=0, other_fen=0, ins_cash_fen=1)))
    assert refusal.value.code == "OUT_TRADE_NO_USED"


@pytest.mark.rule("PY-05")
async def test_a_mixed_order_is_paid_in_both_legs_and_its_cash_alone_is_half(gateway, wechat):
    placed = await wechat.place(mixed())
    assert placed.pay["mixTradeNo"] == placed.channel_trade_no
    assert placed.pay["package"].startswith("prepay_id=")

    gateway.pay(NO)
    await gateway.deliver()

    cash, whole = (notice.state for notice in told(gateway, wechat))
    assert (cash.mix, cash.cash, cash.insurance, cash.is_over) == (
        LegStatus.CREATED,
        LegStatus.SUCCESS,
        LegStatus.CREATED,
        False,
    )
    assert whole == await wechat.ask(NO)
    assert (whole.mix, whole.cash, whole.insurance) == (LegStatus.SUCCESS,) * 3
    assert (whole.cash_fen, whole.insurance_fen) == (7056, 19384)


@pytest.mark.parametrize("leg", ["cash", "insurance"])
async def test_one_leg_may_fail_and_the_other_not(gateway, wechat, leg):
    await wechat.place(mixed())
    gateway.fault("half", leg=leg)
    gateway.pay(NO)
    state = await wechat.ask(NO)
    went = (LegStatus.FAIL, LegStatus.SUCCESS)
    assert (state.cash, state.insurance) == (went if leg == "cash" else went[::-1])
    assert state.mix is LegStatus.FAIL
    assert state.is_over


@pytest.mark.rule("PY-05")
async def test_insurance_alone_has_no_cash(gateway, wechat):
    settled = PreSettled(
        gov_fen=5000,
        self_fen=3000,
        aid_fen=0,
        other_fen=0,
        cash_fen=0,
        pay_order_id="ORD2",
        pay_auth_no="AUTH2",
    )
    placed = await wechat.place(mixed(INSURED, relative=None, payer=ELDER, settlement=settled))
    assert list(placed.pay) == ["mixTradeNo"]
    gateway.pay(NO)
    state = await wechat.ask(NO)
    assert (state.mix, state.cash, state.insurance) == (
        LegStatus.SUCCESS,
        LegStatus.NONE,
        LegStatus.SUCCESS,
    )


async def test_a_mixed_order_may_be_placed_again(gateway, wechat):
    first = await wechat.place(mixed())
    assert (await wechat.place(mixed())).channel_trade_no == first.channel_trade_no


async def test_what_is_closed_cannot_be_paid_and_closing_again_changes_nothing(gateway, wechat):
    await wechat.place(mixed())
    await wechat.close(NO)
    await wechat.close(NO)
    await wechat.close("20261128999999")
    with pytest.raises(Exception, match="CLOSED"):
        gateway.pay(NO)
    state = await wechat.ask(NO)
    assert state.is_over
    assert {state.mix, state.cash, state.insurance} == {LegStatus.FAIL}


async def test_closing_what_was_paid_leaves_it_paid(gateway, wechat):
    await wechat.place(placing())
    gateway.pay(NO)
    await wechat.close(NO)
    assert (await wechat.ask(NO)).mix is LegStatus.SUCCESS


async def test_an_unknown_order_is_over(gateway, wechat):
    state = await wechat.ask("20261128999999")
    assert state.is_over
    assert LegStatus.SUCCESS not in {state.mix, state.cash, state.insurance}


async def test_a_refund_is_made_once_under_its_number_and_told(gateway, wechat):
    await wechat.place(placing())
    gateway.pay(NO)
    for _ in range(2):
        back = await wechat.refund(
            out_trade_no=NO, out_refund_no="R20261128000001", fen=800, total_fen=8800
        )
        assert (back.status, back.fen) == (LegStatus.REFUND, 800)
    assert back == await wechat.ask_refund(out_trade_no=NO, out_refund_no="R20261128000001")
    await gateway.deliver()
    assert [notice.about for notice in told(gateway, wechat)] == [About.PAYMENT, About.REFUND]
    with pytest.raises(Refused) as refusal:
        await wechat.refund(
            out_trade_no=NO, out_refund_no="R20261128000002", fen=8001, total_fen=8800
        )
    assert refusal.value.code == "NOT_ENOUGH"


async def test_a_mixed_order_is_back_when_both_legs_are(gateway, wechat):
    await wechat.place(mixed())
    gateway.pay(NO)
    number = "R20261128000001"
    await wechat.refund(out_trade_no=NO, out_refund_no=number, fen=7056, total_fen=7056)
    assert (await wechat.ask(NO)).mix is LegStatus.SUCCESS
    await wechat.tell_insurance_refund(
        out_trade_no=NO, out_refund_no=number, fen=19384, self_fen=4000
    )
    state = await wechat.ask(NO)
    assert (state.mix, state.cash, state.insurance) == (LegStatus.REFUND,) * 3


async def test_a_refund_that_fails_says_so(gateway, wechat):
    await wechat.place(placing())
    gateway.pay(NO)
    gateway.fault("refund_fails")
    back = await wechat.refund(
        out_trade_no=NO, out_refund_no="R20261128000001", fen=800, total_fen=8800
    )
    assert back.status is LegStatus.FAIL


async def test_a_standing_payment_needs_no_phone(gateway, wechat):
    assert await wechat.place(placing(agreement="202611280001")) == channels.Placed()
    assert (await wechat.ask(NO)).mix is LegStatus.SUCCESS
    await gateway.deliver()
    assert told(gateway, wechat)[0].state.cash_fen == 8800

    gateway.fault("refuse")
    await wechat.place(placing(number="20261128000002", agreement="202611280001"))
    assert (await wechat.ask("20261128000002")).is_over


async def test_the_bill_of_a_day_names_what_was_paid_and_given_back(gateway, wechat):
    today = calendar.on(clock.now())
    assert await wechat.bill(today) == ()
    await wechat.place(placing())
    gateway.pay(NO)
    await wechat.refund(out_trade_no=NO, out_refund_no="R20261128000001", fen=800, total_fen=8800)
    await wechat.place(placing(number="20261128000002"))
    lines = await wechat.bill(today)
    assert [(line.about, line.trade_no, line.fen) for line in lines] == [
        (About.PAYMENT, NO, 8800),
        (About.REFUND, "R20261128000001", 800),
    ]
    assert await wechat.bill(today - timedelta(days=1)) == ()


@pytest.mark.rule("PY-06")
async def test_a_callback_that_was_not_taken_is_sent_again_with_a_fresh_signature(gateway, wechat):
    await wechat.place(placing())
    gateway.pay(NO)
    taken = gateway.gateway._send

    async def away(url, headers, body):
        await taken(url, headers, body)
        return 500, b""

    gateway.gateway._send = away
    try:
        assert await gateway.deliver() == 1
    finally:
        gateway.gateway._send = taken
    assert await gateway.deliver() == 0  # 15 s have not passed
    later = clock.now() + timedelta(seconds=20)
    gateway.provider.now = lambda: later
    try:
        assert await gateway.deliver() == 1
    finally:
        gateway.provider.now = clock.now
    first, second = told(gateway, wechat)
    assert first.notice_id == second.notice_id
    assert first.nonce != second.nonce


async def test_what_goes_wrong_on_request(gateway, wechat):
    await wechat.place(placing())
    gateway.fault("away")
    with pytest.raises(Transient):
        await wechat.ask(NO)
    gateway.provider.forge(ChannelName.WECHAT, "http://bedside/x", NO)
    await gateway.deliver()
    with pytest.raises(Forged):
        told(gateway, wechat)
    gateway.sent.clear()
    gateway.fault("repeat")
    gateway.pay(NO)
    await gateway.deliver()
    assert len({notice.notice_id for notice in told(gateway, wechat)}) == 1
    assert len({notice.nonce for notice in told(gateway, wechat)}) == 10


async def test_names_are_nowhere_in_clear(gateway, wechat, caplog):
    caplog.set_level("DEBUG")
    heard = []
    line = wechat._wire.line
    say = line.say

    async def hear(verb, target, *, body=b"", headers):
        heard.append(body)
        return await say(verb, target, body=body, headers=headers)

    line.say = hear
    try:
        await wechat.place(mixed())
    finally:
        line.say = say
    said = b"".join(heard).decode()
    for secret in (ELDER.name, ELDER.id_digest, DAUGHTER.name, DAUGHTER.id_digest):
        assert secret not in said
        assert secret not in caplog.text
