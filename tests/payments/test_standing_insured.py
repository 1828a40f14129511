"""白名单代付 of a bill that the insurance has a part in."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from backend.core import calendar
from backend.core.access import Actor, Role
from backend.core.db import rows, transaction, value
from backend.core.ids import uuid7
from backend.payments import actions, channels
from backend.payments.actions import prepaid
from backend.payments.channels import PreSettled
from backend.payments.lifecycle.payers import StandingChannel, StandingProposal
from backend.payments.lifecycle.statuses import ChannelName, ServiceClass
from backend.payments.queries.standing import spent_in_month
from tests.builders import a_tie, staff_of
from tests.payments.family import (
    DRUGS,
    NOW,
    Family,
    a_bill,
    happened,
    later,
    run_refunds,
    stands,
    status_of,
)
from tests.payments.pretend import PretendInsurance

pytestmark = pytest.mark.anyio


async def agreed(family: Family, payer: Actor, channel: StandingChannel, **said: Any) -> UUID:
    """They pay the medicines of her bills."""
    standing_payer = uuid7()
    proposal = StandingProposal(
        person_id=family.elder.person_id,
        channel=channel,
        scopes=[ServiceClass.DRUG],
        single_cap_fen=50_000,
        month_cap_fen=50_000,
        valid_from=calendar.on(NOW),
        valid_to=calendar.on(NOW),
        **said,
    )
    await actions.propose_standing_payer(
        standing_payer_id=standing_payer, actor=payer, said=proposal, now=NOW
    )
    await actions.approve_standing_payer(
        standing_payer_id=standing_payer, actor=family.elder, now=NOW
    )
    return standing_payer


@pytest.mark.rule("PY-12")
async def test_without_a_phone_no_fund_is_asked_to_pay(family: Family) -> None:
    """The channel would refuse it; so it is not begun, and nobody is told that it was."""
    await agreed(family, family.daughter, StandingChannel.WECHAT, agreement="agreement-1")
    family.channel.insurance.gov_fen = 15384
    payable = await a_bill(family, DRUGS)
    await actions.pay_standing(payable_id=payable, now=NOW)
    assert await stands(payable) == "OPEN"
    assert family.channel.trades == {}
    assert await happened("StandingPaymentStarted") == []
    assert len(await happened("PaymentWasAsked")) == 1


@pytest.mark.rule("PY-12")
async def test_what_never_left_the_account_counts_in_no_month(family: Family) -> None:
    """The half of the insurance alone arrived, and too late."""
    await a_tie(family.elder.person_id, family.institution, why="residence", kind="organization")
    house = await staff_of(family.institution, Role.INST_ADMIN)
    standing_payer = await agreed(family, house, StandingChannel.PREPAID)
    async with transaction():
        await prepaid.add(
            institution_id=family.institution, organization_id=family.center, fen=20_000
        )
    insurance = family.channel.insurance
    insurance.gov_fen, insurance.loses = 15384, True
    payable = await a_bill(family, DRUGS, institution_id=family.institution)
    await actions.pay_standing(payable_id=payable, now=NOW)
    order = await value("SELECT id FROM payment_orders WHERE standing_payer = $1", standing_payer)
    insurance.loses, insurance.away = False, True
    assert await spent_in_month(standing_payer, now=later(minutes=1)) == 25640 - 15384
    await actions.expire_order(order_id=order, now=later(minutes=30))
    insurance.away = False
    await actions.ask_order(order_id=order, now=later(minutes=35))
    await run_refunds(now=later(minutes=36))
    assert await status_of(order) == "FAILED"
    assert await value("SELECT balance_fen FROM prepaid_accounts") == 20_000
    assert await spent_in_month(standing_payer, now=later(hours=1)) == 0


class Miscounting(PretendInsurance):
    """Its parts do not sum to the whole."""

    async def pre_settle(self, **said: Any) -> PreSettled:
        right = await super().pre_settle(**said)
        return msgspec.structs.replace(right, cash_fen=right.cash_fen + 1)


@pytest.mark.rule("PY-12", "PY-04")
async def test_an_insurance_that_miscounts_is_as_good_as_away(family: Family) -> None:
    """Nobody pays by it; after a day relatives are asked instead."""
    await agreed(family, family.daughter, StandingChannel.WECHAT, agreement="agreement-1")
    channels.use({ChannelName.WECHAT: family.channel}, insurance=Miscounting())
    payable = await a_bill(family, DRUGS)
    assert await actions.pay_standing(payable_id=payable, now=NOW) == later(minutes=5)
    # The day after: the proposal was for one day, so it is the bill alone that is old.
    await rows("UPDATE payables SET recorded_at = $1", later(hours=-24))
    assert await actions.pay_standing(payable_id=payable, now=NOW) is None
    assert len(await happened("PaymentWasAsked")) == 1
