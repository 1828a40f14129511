"""Orders: one try of one payer; whatever the channel does, one payment of a payable is kept."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from backend.core import calendar
from backend.core.db import row, rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent
from backend.payments import actions, queries
from backend.payments.actions.reconcile import keep_reconciliation
from backend.payments.channels import State
from backend.payments.lifecycle.legs import MixType
from backend.payments.lifecycle.orders import OrderSaid, Outcome, PayWith
from backend.payments.lifecycle.quoting import QuoteSaid
from backend.payments.lifecycle.statuses import ChannelName, LegStatus
from backend.payments.problems import (
    CashAlone,
    EstimateOnly,
    IdentityMissing,
    PaymentInProgress,
    QuoteStale,
    WrongPurse,
)
from backend.people.problems import DelegationEnded
from tests.payments.family import (
    DRUGS,
    FREIGHT,
    NOW,
    Family,
    a_bill,
    an_order,
    balance,
    happened,
    later,
    owed_tasks,
    run_refunds,
    stands,
    status_of,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("the_books_hold")]


async def ask(order_id: UUID, now=NOW):
    return await actions.ask_order(order_id=order_id, now=now)


@pytest.mark.rule("PY-02c", "PY-10")
async def test_a_relative_pays_the_elders_bill_and_the_channel_is_asked(family: Family) -> None:
    payable = await a_bill(family)
    order = await an_order(family, payable)
    assert await stands(payable) == "LOCKED"
    assert await ask(order) == later(seconds=5)

    family.channel.pay(order.hex)
    assert await ask(order, later(seconds=5)) is None

    assert (await status_of(order), await stands(payable)) == ("PAID", "PAID")
    assert await balance("CLEARING") == 8000
    assert await balance("RECEIVABLE") == 0
    paid = await queries.order(order)
    assert (paid["payer_kind"], paid["pay_for_relatives"]) == ("RELATIVE", True)
    (made,) = await happened("PaymentMade")
    assert made["to_id"] == str(family.daughter.person_id)


@pytest.mark.rule("PY-09")
async def test_the_second_payer_is_told_who_pays_and_until_when(family: Family) -> None:
    payable = await a_bill(family)
    await an_order(family, payable)
    with pytest.raises(PaymentInProgress) as refused:
        await an_order(family, payable, family.son, now=later(minutes=1))
    assert refused.value.facts == {"by": "周*", "until": later(minutes=30)}


@pytest.mark.rule("PY-09")
async def test_of_two_payers_at_once_one_wins(family: Family) -> None:
    """C2."""
    for _ in range(10):
        payable = await a_bill(family)
        quote = await actions.quote(
            quote_id=uuid7(), actor=family.son, said=QuoteSaid(payable_id=payable), now=NOW
        )
        said = OrderSaid(
            payable_id=payable, quote_number=quote.thing["number"], channel=PayWith.WECHAT
        )
        answers = await asyncio.gather(
            *(
                actions.order(order_id=uuid7(), actor=who, said=said, now=NOW)
                for who in (family.daughter, family.son) * 4
            ),
            return_exceptions=True,
        )
        assert sum(not isinstance(each, BaseException) for each in answers) == 1
        assert sum(isinstance(each, PaymentInProgress) for each in answers) == 7


async def test_an_order_said_again_is_the_same_and_no_other(family: Family) -> None:
    payable, order = await a_bill(family), uuid7()
    await an_order(family, payable, order_id=order)
    said = OrderSaid(payable_id=payable, quote_number=1, channel=PayWith.WECHAT)
    again = await actions.order(order_id=order, actor=family.daughter, said=said, now=NOW)
    assert (again.first, again.thing["id"]) == (False, order)
    other = OrderSaid(payable_id=payable, quote_number=1, channel=PayWith.ALIPAY)
    with pytest.raises(AlreadyDifferent):
        await actions.order(order_id=order, actor=family.daughter, said=other, now=NOW)
    with pytest.raises(AlreadyDifferent):  # it is not the son's, whatever he says
        await actions.order(order_id=order, actor=family.son, said=said, now=NOW)


@pytest.mark.rule("PY-14")
async def test_a_newer_quote_makes_the_shown_one_stale(family: Family) -> None:
    payable = await a_bill(family)
    for number in (1, 2):
        quote = await actions.quote(
            quote_id=uuid7(), actor=family.daughter, said=QuoteSaid(payable_id=payable), now=NOW
        )
        assert quote.thing["number"] == number
    said = OrderSaid(payable_id=payable, quote_number=1, channel=PayWith.WECHAT)
    with pytest.raises(QuoteStale) as refused:
        await actions.order(order_id=uuid7(), actor=family.daughter, said=said, now=NOW)
    assert refused.value.facts == {"number": 2}


@pytest.mark.rule("PY-10")
async def test_whose_delegation_ended_pays_nothing(family: Family) -> None:
    payable = await a_bill(family)
    await rows(
        "UPDATE delegations SET revoked_at = $2, revoked_by = person WHERE delegate = $1",
        family.daughter.person_id,
        NOW,
    )
    with pytest.raises(DelegationEnded):
        await an_order(family, payable)


@pytest.mark.rule("PY-01", "PY-04", "PY-05")
async def test_the_insurance_and_a_relative_pay_one_order(family: Family) -> None:
    """14.2: gov 153.84, self 40.00, cash 62.56 and freight 8.00: 70.56 to pay."""
    family.channel.insurance.gov_fen, family.channel.insurance.self_fen = 15384, 4000
    payable = await a_bill(family, DRUGS, FREIGHT, kind="PRESCRIPTION")
    order = await an_order(family, payable)
    placed = family.channel.trades[order.hex].placing
    assert (placed.legs.pay_cash_fen, placed.legs.total_fen) == (7056, 26440)
    assert (placed.legs.mix_type, placed.order_type) == ("CASH_AND_INSURANCE", "INT_RX_PAY")
    assert placed.payer and placed.payer.name == "周敏"
    assert placed.relative and placed.relative.name == "周秀英"
    family.channel.pay(order.hex)
    await ask(order)
    assert [await balance(each) for each in ("CLEARING", "FUND", "ACCOUNT")] == [7056, 15384, 4000]


@pytest.mark.rule("PY-02a", "PY-02b")
async def test_mutual_aid_helps_after_the_elders_own_from_nobody_but_who_asks(
    family: Family,
) -> None:
    insurance = family.channel.insurance
    insurance.gov_fen, insurance.self_fen, insurance.aid_fen = 15384, 4000, 99999
    payable = await a_bill(family, DRUGS, FREIGHT, kind="PRESCRIPTION")
    said = QuoteSaid(payable_id=payable, use_mutual_aid=True)
    quote = await actions.quote(quote_id=uuid7(), actor=family.daughter, said=said, now=NOW)
    assert [quote.thing[leg] for leg in ("self_fen", "aid_fen", "ins_cash_fen")] == [10256, 6256, 0]
    assert quote.thing["pay_cash_fen"] == 800
    insured, aid, _ = insurance.asked[-1]
    assert (insured.name, aid and aid.name) == ("周秀英", "周敏")  # everybody's own card

    order = OrderSaid(payable_id=payable, quote_number=1, channel=PayWith.WECHAT)
    with pytest.raises(QuoteStale):  # her brother does not pay with her account
        await actions.order(order_id=uuid7(), actor=family.son, said=order, now=NOW)


@pytest.mark.rule("PY-14")
async def test_an_estimate_says_so_and_nobody_pays_by_it(family: Family) -> None:
    family.channel.insurance.away = True
    payable = await a_bill(family, DRUGS)
    with pytest.raises(EstimateOnly):
        await an_order(family, payable)
    quote = await row("SELECT * FROM quotes WHERE payable = $1", payable)
    assert quote
    assert (quote["is_estimated"], quote["gov_fen"]) == (True, 20512)


async def test_without_a_number_the_insurance_is_not_used(family: Family) -> None:
    family.channel.insurance.gov_fen = 100
    payable = await a_bill(family, DRUGS)
    quote = await actions.quote(
        quote_id=uuid7(), actor=family.son, said=QuoteSaid(payable_id=payable), now=NOW
    )
    await rows("UPDATE persons SET identity_number = NULL WHERE id = $1", family.son.person_id)
    said = OrderSaid(payable_id=payable, quote_number=quote.thing["number"], channel=PayWith.WECHAT)
    with pytest.raises(IdentityMissing):
        await actions.order(order_id=uuid7(), actor=family.son, said=said, now=NOW)


@pytest.mark.rule("PY-06", "BG-15")
async def test_it_is_asked_after_further_and_further_apart(family: Family) -> None:
    order = await an_order(family, await a_bill(family))
    asked, at = [], NOW
    for _ in range(7):
        at = await ask(order, at)
        asked.append((at - NOW) // timedelta(seconds=1))
    assert asked == [5, 15, 30, 60, 300, 600, 900]


@pytest.mark.rule("PY-09")
async def test_a_lock_ends_in_time_and_another_may_pay(family: Family) -> None:
    payable = await a_bill(family)
    order = await an_order(family, payable)
    await actions.expire_order(order_id=order, now=later(minutes=30))
    assert (await status_of(order), await stands(payable)) == ("EXPIRED", "OPEN")
    assert not family.channel.pay(order.hex)  # closed at the channel first
    await an_order(family, payable, family.son, now=later(minutes=31))


@pytest.mark.rule("PY-09")
async def test_a_lock_that_is_over_stops_nobody_although_no_job_ran(family: Family) -> None:
    payable = await a_bill(family)
    order = await an_order(family, payable)
    await an_order(family, payable, family.son, now=later(minutes=31))
    assert await status_of(order) == "EXPIRED"


@pytest.mark.rule("PY-09")
async def test_the_lock_ends_while_the_channel_is_away_and_the_late_success_is_kept(
    family: Family,
) -> None:
    payable = await a_bill(family)
    order = await an_order(family, payable)
    family.channel.pay(order.hex)
    family.channel.away = True
    again = await ask(order, later(minutes=30))
    assert await stands(payable) == "OPEN"
    family.channel.away = False
    assert again is not None
    assert await ask(order, again) is None
    assert (await status_of(order), await stands(payable)) == ("PAID", "PAID")


@pytest.mark.rule("PY-09")
async def test_paid_at_the_last_second_and_again_by_another_the_later_goes_back(
    family: Family,
) -> None:
    """23.2 step 9."""
    payable = await a_bill(family)
    brothers = await an_order(family, payable, family.son)
    family.channel.pay(brothers.hex)
    family.channel.away = True
    await actions.expire_order(order_id=brothers, now=later(minutes=30))
    family.channel.away = False
    hers = await an_order(family, payable, now=later(minutes=31))
    family.channel.pay(hers.hex)
    await ask(hers, later(minutes=32))
    await ask(brothers, later(minutes=35))

    assert (await status_of(hers), await status_of(brothers)) == ("PAID", "PAID")
    assert await balance("CLEARING") == 16000
    (told,) = await happened("PaymentUndue")
    assert told["to_id"] == str(family.son.person_id)
    assert told["from_id"] == str(family.daughter.person_id)

    await run_refunds(now=later(minutes=36))
    assert await status_of(brothers) == "RETURNED"
    assert (await balance("CLEARING"), await balance("UNDUE")) == (8000, 0)
    assert list(family.channel.back.values()) == [8000]
    assert await stands(payable) == "PAID"


@pytest.mark.rule("PY-09")
async def test_a_late_success_is_faster_than_whoever_came_after(family: Family) -> None:
    payable = await a_bill(family)
    early = await an_order(family, payable, family.son)
    family.channel.pay(early.hex)
    family.channel.away = True
    await actions.expire_order(order_id=early, now=later(minutes=30))
    family.channel.away = False
    after = await an_order(family, payable, now=later(minutes=31))
    await ask(early, later(minutes=32))
    assert (await status_of(early), await stands(payable)) == ("PAID", "PAID")
    overtaken = [
        each for each in await owed_tasks("expire_order") if each["order_id"] == str(after)
    ]
    assert len(overtaken) == 2  # its own end, and at once
    await actions.expire_order(order_id=after, now=later(minutes=32))
    assert await status_of(after) == "CANCELLED"
    assert not family.channel.pay(after.hex)


@pytest.mark.rule("PY-07")
async def test_half_of_an_order_is_reversed_and_the_bill_is_open_again(family: Family) -> None:
    """23.2 step 8: the insurance paid, the cash failed."""
    family.channel.insurance.gov_fen = 15384
    payable = await a_bill(family, DRUGS)
    order = await an_order(family, payable)
    family.channel.pay(order.hex, cash=False)
    await ask(order)
    assert (await status_of(order), await stands(payable)) == ("REVERSING", "LOCKED")
    with pytest.raises(PaymentInProgress):
        await an_order(family, payable, family.son, now=later(minutes=45))

    await run_refunds()
    assert (await status_of(order), await stands(payable)) == ("FAILED", "OPEN")
    assert list(family.channel.insurance.back.values()) == [15384]
    assert family.channel.told == list(family.channel.insurance.back)  # the same number
    assert (await balance("FUND"), await balance("UNDUE")) == (0, 0)
    (told,) = await happened("PaymentReversed")
    assert told["to_id"] == str(family.daughter.person_id)
    assert await ask(order) is None  # hearing of it again changes nothing
    assert await status_of(order) == "FAILED"


@pytest.mark.rule("PY-07", "PY-15")
async def test_cash_that_failed_is_missed_in_no_bill(family: Family) -> None:
    """The channel's bill has no line of it, and neither have we."""
    family.channel.insurance.gov_fen = 15384
    order = await an_order(family, await a_bill(family, DRUGS))
    family.channel.pay(order.hex, cash=False)
    await ask(order)
    await run_refunds()
    await keep_reconciliation(
        channel=ChannelName.WECHAT, day=calendar.on(NOW), bill=[], now=later(hours=18)
    )
    assert await rows("SELECT * FROM reconciliation_differences") == []


@pytest.mark.rule("PY-07")
async def test_cash_without_the_insurance_goes_back_too(family: Family) -> None:
    family.channel.insurance.gov_fen = 15384
    payable = await a_bill(family, DRUGS)
    order = await an_order(family, payable)
    family.channel.pay(order.hex, insured=False)
    await ask(order)
    await run_refunds()
    assert (await status_of(order), await stands(payable)) == ("FAILED", "OPEN")
    assert list(family.channel.back.values()) == [25640 - 15384]


@pytest.mark.rule("PY-07", "PY-09")
async def test_a_half_that_is_heard_of_late_stops_nobody(family: Family) -> None:
    family.channel.insurance.gov_fen = 15384
    payable = await a_bill(family, DRUGS)
    early = await an_order(family, payable, family.son)
    family.channel.pay(early.hex, cash=False)
    family.channel.away = True
    await actions.expire_order(order_id=early, now=later(minutes=30))
    family.channel.away = False
    after = await an_order(family, payable, now=later(minutes=31))
    await ask(early, later(minutes=32))
    assert (await status_of(early), await status_of(after)) == ("REVERSING", "CREATED")
    family.channel.pay(after.hex)
    await ask(after, later(minutes=33))
    await run_refunds(now=later(minutes=34))
    assert (await status_of(early), await status_of(after)) == ("FAILED", "PAID")
    assert await stands(payable) == "PAID"


async def test_another_amount_is_never_captured(family: Family) -> None:
    payable = await a_bill(family)
    order = await an_order(family, payable)
    family.channel.pay(order.hex)
    family.channel.trades[order.hex].cash_fen = 1
    for _ in range(2):
        await ask(order)
    assert (await status_of(order), await stands(payable)) == ("CREATED", "LOCKED")
    assert await balance("CLEARING") == 0
    assert len(await happened("PaymentDoubted")) == 1


async def test_a_crash_before_it_was_placed_is_made_good_by_the_job(family: Family) -> None:
    payable = await a_bill(family)
    family.channel.away = True
    order = await an_order(family, payable)
    assert (await queries.order(order))["placed_at"] is None
    family.channel.away = False
    await ask(order, later(seconds=5))  # "I do not know it" ends nothing yet
    assert await status_of(order) == "CREATED"
    assert await actions.place_order(order_id=order, now=later(seconds=6)) is None
    assert (await queries.order(order))["placed_at"] == later(seconds=6)
    assert family.channel.pay(order.hex)


async def test_what_was_placed_and_not_answered_is_the_same_order(family: Family) -> None:
    payable = await a_bill(family)
    family.channel.loses = True
    order = await an_order(family, payable)
    family.channel.loses = False
    family.channel.pay(order.hex)
    family.channel.refuses = True  # it is paid: placing it again is refused
    await actions.place_order(order_id=order, now=later(seconds=5))
    assert (await status_of(order), await stands(payable)) == ("PAID", "PAID")


async def test_what_a_channel_refuses_frees_the_bill(family: Family) -> None:
    payable = await a_bill(family)
    family.channel.refuses = True
    order = await an_order(family, payable)
    assert (await status_of(order), await stands(payable)) == ("FAILED", "OPEN")


@pytest.mark.rule("PY-05")
async def test_without_cash_the_insurance_alone_pays(family: Family) -> None:
    family.channel.insurance.gov_fen = 99999
    payable = await a_bill(family, DRUGS)
    order = await an_order(family, payable, family.elder)
    paid = await queries.order(order)
    assert (paid["channel"], paid["mix_type"], paid["status"]) == (
        "insurance",
        "INSURANCE_ONLY",
        "PAID",
    )
    assert (await balance("FUND"), family.channel.calls) == (25640, 0)


async def test_a_lost_answer_of_the_insurance_is_asked_for(family: Family) -> None:
    family.channel.insurance.gov_fen = 99999
    family.channel.insurance.loses = True
    order = await an_order(family, await a_bill(family, DRUGS), family.elder)
    assert await status_of(order) == "CREATED"
    assert await ask(order, later(seconds=5)) is None
    assert await status_of(order) == "PAID"


@pytest.mark.rule("PY-09")
async def test_a_hundred_who_hear_of_one_success_book_it_once(family: Family) -> None:
    """PAY2."""
    payable = await a_bill(family)
    order = await an_order(family, payable)
    family.channel.pay(order.hex)
    state = family.channel.state(order.hex)
    outcomes = await asyncio.gather(
        *(actions.capture(order_id=order, state=state, now=NOW) for _ in range(90)),
        *(ask(order) for _ in range(10)),
    )
    assert outcomes.count(Outcome.CAPTURE) <= 1
    assert await value("SELECT count(*) FROM ledger_postings WHERE why = 'capture'") == 1
    assert len(await happened("PaymentMade")) == 1


async def test_an_unsaid_amount_is_not_taken_on_trust(family: Family) -> None:
    order = await an_order(family, await a_bill(family))
    state = State(
        out_trade_no=order.hex,
        mix=LegStatus.SUCCESS,
        cash=LegStatus.SUCCESS,
        insurance=LegStatus.NONE,
        is_over=True,
    )
    outcome = await actions.capture(order_id=order, state=state, now=NOW)
    assert outcome is Outcome.ASK
    assert await status_of(order) == "CREATED"


@pytest.mark.rule("PY-05")
async def test_a_channel_is_given_what_it_takes(family: Family) -> None:
    family.channel.insurance.gov_fen = 100
    family.channel.takes = frozenset({MixType.CASH_ONLY})
    with pytest.raises(CashAlone):
        await an_order(family, await a_bill(family, DRUGS))
    with pytest.raises(WrongPurse):  # nobody here speaks to 支付宝
        await an_order(family, await a_bill(family), channel=PayWith.ALIPAY)


async def test_nobody_but_an_institution_pays_from_an_account(family: Family) -> None:
    payable = await a_bill(family)
    with pytest.raises(WrongPurse):
        await an_order(family, payable, channel=PayWith.PREPAID)


async def test_what_was_settled_in_advance_is_ordered_once(family: Family) -> None:
    family.channel.insurance.gov_fen = 15384
    payable = await a_bill(family, DRUGS)
    order = await an_order(family, payable)
    await actions.cancel_order(order_id=order, actor=family.daughter, now=NOW)
    said = OrderSaid(payable_id=payable, quote_number=1, channel=PayWith.WECHAT)
    with pytest.raises(QuoteStale):
        await actions.order(order_id=uuid7(), actor=family.daughter, said=said, now=NOW)
    await an_order(family, payable)
