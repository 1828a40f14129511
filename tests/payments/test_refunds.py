"""Refunds: each leg back where it came from, once, and above a limit by a second person's word."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from backend.core.access import SYSTEM, Actor, Role
from backend.core.db import value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, CannotMove, Missing
from backend.payments import actions, queries
from backend.payments.actions.returning import hear_refund
from backend.payments.channels import RefundState
from backend.payments.lifecycle.refunds import RefundDecided, RefundSaid, RefundWhy
from backend.payments.lifecycle.statuses import LegStatus
from backend.payments.problems import NotOwed, RefundTooMuch, SomebodyElseApproves
from backend.payments.schemas.orders import RefundDetail
from tests.builders import a_delegation, staff_of
from tests.payments.family import (
    DRUGS,
    FREIGHT,
    NOW,
    ROUND,
    Family,
    a_bill,
    an_order,
    balance,
    happened,
    later,
    run_refunds,
    stands,
    status_of,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("the_books_hold")]


@pytest.fixture
async def finance(family: Family) -> Actor:
    return await staff_of(family.center, Role.FINANCE, name="钱会计")


async def paid(family: Family, *lines: tuple[str, str, int, bool]) -> tuple[UUID, UUID]:
    payable = await a_bill(family, *(lines or (ROUND,)))
    order = await an_order(family, payable)
    family.channel.pay(order.hex)
    await actions.ask_order(order_id=order, now=NOW)
    assert await status_of(order) == "PAID"
    return payable, order


async def ask(order_id: UUID, by: Actor, *, refund_id: UUID | None = None, **legs: Any):
    said = RefundSaid(order_id=order_id, reason_code=RefundWhy.NOT_DONE, **legs)
    return await actions.ask_refund(refund_id=refund_id or uuid7(), actor=by, said=said, now=NOW)


async def decide(refund_id: UUID, by: Actor, *, approves: bool = True):
    said = RefundDecided(approves=approves)
    return await actions.decide_refund(refund_id=refund_id, actor=by, said=said, now=NOW)


@pytest.mark.rule("PY-08")
async def test_a_small_one_is_made_at_once_and_in_parts(family: Family, finance: Actor) -> None:
    payable, order = await paid(family)
    await ask(order, finance, cash_fen=3000)
    await run_refunds()
    assert (await stands(payable), await status_of(order)) == ("PARTLY_REFUNDED", "PAID")
    await ask(order, finance)  # all that is left
    await run_refunds()
    assert (await stands(payable), await status_of(order)) == ("REFUNDED", "RETURNED")
    assert sorted(family.channel.back.values()) == [3000, 5000]
    assert (await balance("CLEARING"), await balance("REVENUE")) == (0, 0)
    assert len(await happened("RefundMade")) == 2


@pytest.mark.rule("PY-08")
async def test_the_insurance_goes_first_and_the_channel_hears_its_number(
    family: Family, finance: Actor
) -> None:
    insurance = family.channel.insurance
    insurance.gov_fen, insurance.self_fen = 15384, 4000
    payable, order = await paid(family, DRUGS, FREIGHT)
    asked = await ask(order, family.daughter, cash_fen=6256, gov_fen=15384, self_fen=4000)
    await decide(asked.thing["id"], finance)
    family.channel.away = True
    again = await actions.make_refund(refund_id=asked.thing["id"], now=NOW)
    assert again == later(seconds=5)
    assert insurance.back == {asked.thing["out_refund_no"]: 19384}
    assert family.channel.told == []
    family.channel.away = False
    await run_refunds(now=again)
    assert family.channel.told == [asked.thing["out_refund_no"]]
    assert list(family.channel.back.values()) == [6256]
    assert await stands(payable) == "PARTLY_REFUNDED"  # the way there is kept
    assert [await balance(each) for each in ("CLEARING", "FUND", "ACCOUNT")] == [800, 0, 0]


@pytest.mark.rule("PY-08")
async def test_above_the_limit_somebody_else_of_finance_says_yes(
    family: Family, finance: Actor
) -> None:
    _, order = await paid(family, ("ROUND", "VISIT", 10001, False))
    asked = await ask(order, finance)
    assert asked.thing["status"] == "REQUESTED"
    await run_refunds()
    assert family.channel.back == {}
    with pytest.raises(SomebodyElseApproves):
        await decide(asked.thing["id"], finance)
    elsewhere = await staff_of(family.institution, Role.FINANCE)
    with pytest.raises(Missing):
        await decide(asked.thing["id"], elsewhere)
    other = await staff_of(family.center, Role.FINANCE, name="孙会计")
    first, again = await decide(asked.thing["id"], other), await decide(asked.thing["id"], other)
    assert (first.first, again.first) == (True, False)
    with pytest.raises(AlreadyDifferent):
        await decide(asked.thing["id"], other, approves=False)
    await run_refunds()
    assert await status_of(order) == "RETURNED"


@pytest.mark.rule("PY-08")
async def test_many_small_ones_are_a_large_one(family: Family, finance: Actor) -> None:
    _, order = await paid(family, ("ROUND", "VISIT", 20000, False))
    statuses = [(await ask(order, finance, cash_fen=5000)).thing["status"] for _ in range(3)]
    assert statuses == ["APPROVED", "APPROVED", "REQUESTED"]


async def test_what_is_declined_may_be_asked_for_again(family: Family, finance: Actor) -> None:
    payable, order = await paid(family, ("ROUND", "VISIT", 20000, False))
    asked = await ask(order, family.daughter)
    await decide(asked.thing["id"], finance, approves=False)
    with pytest.raises(AlreadyDifferent):
        await decide(asked.thing["id"], finance)
    again = await ask(order, family.daughter)
    assert (again.thing["status"], await stands(payable)) == ("REQUESTED", "PAID")


@pytest.mark.rule("PY-08")
async def test_who_paid_does_not_give_it_back_to_themselves(family: Family, finance: Actor) -> None:
    payable, order = await paid(family)
    for who in (family.daughter, family.elder):
        asked = await ask(order, who, cash_fen=1)
        assert asked.thing["status"] == "REQUESTED"
    await run_refunds()
    assert (await stands(payable), family.channel.back) == ("PAID", {})
    await decide(asked.thing["id"], finance)
    await run_refunds()
    assert list(family.channel.back.values()) == [1]


async def test_no_leg_gives_back_more_than_it_took(family: Family) -> None:
    family.channel.insurance.gov_fen = 15384
    _, order = await paid(family, DRUGS)
    with pytest.raises(RefundTooMuch) as refused:
        await ask(order, family.daughter, cash_fen=25640 - 15384 + 1)
    assert refused.value.facts["cash_left_fen"] == 25640 - 15384
    answers = await asyncio.gather(
        *(ask(order, family.daughter, cash_fen=6000) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(each, RefundTooMuch) for each in answers) == 4
    with pytest.raises(RefundTooMuch):
        await ask(order, family.daughter, other_fen=1)


async def test_asked_twice_is_asked_once_and_only_by_whom_it_concerns(family: Family) -> None:
    _, order = await paid(family)
    refund = uuid7()
    first = await ask(order, family.daughter, refund_id=refund)
    again = await ask(order, family.daughter, refund_id=refund)
    assert (first.first, again.first) == (True, False)
    with pytest.raises(AlreadyDifferent):
        await ask(order, family.daughter, refund_id=refund, cash_fen=1)
    with pytest.raises(Missing):
        await ask(order, family.son)
    with pytest.raises(Missing):
        await queries.see_refund(refund_id=refund, actor=family.son, now=NOW)
    assert await queries.see_refund(refund_id=refund, actor=family.elder, now=NOW)


@pytest.mark.rule("PY-10")
async def test_who_may_only_pay_is_not_told_why_it_went_back(
    family: Family, finance: Actor
) -> None:
    """What the center wrote may name a medicine; what they wrote themselves is theirs."""
    _, order = await paid(family)
    theirs = await ask(order, finance, cash_fen=1, reason="对阿莫西林过敏")
    own = await ask(order, family.daughter, cash_fen=1, reason="重复")

    async def told(refund: UUID, actor: Actor) -> str | None:
        seen = await queries.see_refund(refund_id=refund, actor=actor, now=NOW)
        return RefundDetail.seen(*seen).reason

    for who in (family.elder, finance):
        assert await told(theirs.thing["id"], who) == "对阿莫西林过敏"
    assert await told(theirs.thing["id"], family.daughter) is None
    assert await told(own.thing["id"], family.daughter) == "重复"
    await a_delegation(family.elder.person_id, family.daughter.person_id, "VIEW_FULL")
    assert await told(theirs.thing["id"], family.daughter) == "对阿莫西林过敏"


async def test_nothing_goes_back_of_what_was_not_paid(family: Family) -> None:
    order = await an_order(family, await a_bill(family))
    with pytest.raises(NotOwed):
        await ask(order, family.daughter)


async def test_a_leg_that_sticks_is_told_and_tried_again(family: Family, finance: Actor) -> None:
    payable, order = await paid(family)
    asked = await ask(order, finance)
    refund = asked.thing["id"]
    family.channel.refunds_fail = True
    again = await actions.make_refund(refund_id=refund, now=NOW)
    assert again == later(hours=24)
    assert (await queries.refund(refund))["status"] == "PARTIAL_FAIL"
    assert await stands(payable) == "REFUNDING"
    assert len(await happened("RefundStuck")) == 1
    family.channel.refunds_fail = False
    assert await actions.make_refund(refund_id=refund, now=again) is None
    assert (await status_of(order), await stands(payable)) == ("RETURNED", "REFUNDED")


async def test_lost_answers_and_many_hands_give_back_once(family: Family, finance: Actor) -> None:
    family.channel.insurance.gov_fen = 15384
    _, order = await paid(family, DRUGS)
    asked = await ask(order, finance, cash_fen=5000, gov_fen=5000)
    refund = asked.thing["id"]
    family.channel.loses = family.channel.insurance.loses = True
    for _ in range(3):
        await actions.make_refund(refund_id=refund, now=NOW)
    family.channel.loses = family.channel.insurance.loses = False
    await asyncio.gather(*(actions.make_refund(refund_id=refund, now=NOW) for _ in range(8)))
    assert await value("SELECT count(*) FROM ledger_postings WHERE why = 'refund'") == 2
    assert (await queries.refund(refund))["status"] == "REFUNDED"
    assert len(await happened("RefundMade")) == 1


async def test_two_that_end_together_end_both(family: Family, finance: Actor) -> None:
    """Each was back at the channel before the other one was finished here."""
    payable, order = await paid(family)
    asked = [await ask(order, finance, cash_fen=3000), await ask(order, finance)]
    family.channel.loses = True
    for each in asked:
        await actions.make_refund(refund_id=each.thing["id"], now=NOW)
        back = RefundState(
            out_refund_no=each.thing["out_refund_no"],
            status=LegStatus.REFUND,
            fen=each.thing["cash_fen"],
        )
        assert await hear_refund(refund_id=each.thing["id"], state=back, now=NOW)
    family.channel.loses = False
    await run_refunds()
    assert (await status_of(order), await stands(payable)) == ("RETURNED", "REFUNDED")
    assert [(await queries.refund(each.thing["id"]))["status"] for each in asked] == [
        "REFUNDED",
        "REFUNDED",
    ]


async def test_a_slice_above_gives_back_on_behalf_of_what_happened(family: Family) -> None:
    """23.2 step 14: the medicines came back; the freight is kept."""
    family.channel.insurance.gov_fen = 15384
    _, order = await paid(family, DRUGS, FREIGHT)
    said = RefundSaid(
        order_id=order, reason_code=RefundWhy.RETURNED_GOODS, cash_fen=100, gov_fen=200
    )
    made = await actions.refund_of(refund_id=uuid7(), said=said, actor=SYSTEM, now=NOW)
    assert (made.thing["status"], made.thing["role"]) == ("APPROVED", "SYSTEM")


async def test_what_needs_nobody_is_decided_by_nobody(family: Family, finance: Actor) -> None:
    other = await staff_of(family.center, Role.FINANCE, name="孙会计")
    _, order = await paid(family)
    asked = await ask(order, finance)  # small: nobody is asked
    with pytest.raises(CannotMove):
        await decide(asked.thing["id"], other)
