"""Who hears of what payers and books do, in words fit for a lock screen."""

import msgspec
import pytest

from backend.core.db import rows
from backend.core.ids import uuid7
from backend.notifications import actions as notifications
from backend.notifications.lifecycle.kinds import KINDS
from backend.payments import actions
from backend.payments.lifecycle.statuses import ServiceClass
from backend.payments.schemas.closing import DayClosing, DayReversal
from tests.payments.ledgers import NOW, TODAY, PretendMoney, World, a_world
from tests.payments.payers_world import (
    a_payable,
    approved,
    by_the_house,
    the_books_hold,
    topped_up,
    wechat,
)

__all__ = ["the_books_hold", "wechat"]
pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("db")]


async def told(topic: str) -> set[tuple[str, object]]:
    """Kinds and recipients, once everybody was told of these events."""
    for event in await rows("SELECT id, body FROM journal WHERE topic = $1", topic):
        args = msgspec.json.decode(event["body"])
        for _ in range(2):
            await notifications.tell_of(event=topic, key=str(event["id"]), args=args, now=NOW)
    found = await rows("SELECT kind, recipient FROM notifications")
    assert len(found) == len({(each["kind"], each["recipient"]) for each in found})
    return {(each["kind"], each["recipient"]) for each in found}


@pytest.mark.rule("PY-12")
async def test_every_automatic_payment_is_told_to_the_elder_and_to_who_pays(
    wechat: PretendMoney,
) -> None:
    world = await a_world()
    await approved(world)
    await actions.pay_standing(payable_id=await a_payable(world), now=NOW)
    assert await told("StandingPaymentStarted") == {
        ("standing_payment", world.elder),
        ("standing_payment", world.daughter.person_id),
    }


@pytest.mark.rule("PY-12")
async def test_of_a_house_its_administration_is_told(wechat: PretendMoney) -> None:
    world = await a_world()
    await by_the_house(world)
    await topped_up(world)
    payable = await a_payable(world, person_id=world.resident, institution_id=world.house)
    await actions.pay_standing(payable_id=payable, now=NOW)
    assert await told("StandingPaymentStarted") == {
        ("standing_payment", world.resident),
        ("standing_payment", world.house_admin.person_id),
    }


async def test_the_family_hears_of_an_offer_and_of_its_end(wechat: PretendMoney) -> None:
    world = await a_world()
    standing_payer_id = await approved(world)
    everybody = {world.elder, world.daughter.person_id, world.son.person_id}
    assert await told("StandingPayerProposed") == {
        ("standing_payer_proposed", each) for each in everybody
    }
    assert ("standing_payer_approved", world.daughter.person_id) in await told(
        "StandingPayerApproved"
    )
    await actions.revoke_standing_payer(
        standing_payer_id=standing_payer_id, actor=world.daughter, now=NOW
    )
    assert {("standing_payer_revoked", each) for each in everybody} <= await told(
        "StandingPayerRevoked"
    )


async def test_whoever_may_pay_is_asked_when_nobody_pays_by_itself(wechat: PretendMoney) -> None:
    world = await a_world()
    await approved(world)
    payable = await a_payable(world, service_class=ServiceClass.DRUG)
    await actions.pay_standing(payable_id=payable, now=NOW)
    assert await told("PaymentWasAsked") == {
        ("payment_asked", world.daughter.person_id),
        ("payment_asked", world.son.person_id),
    }


async def test_finance_and_the_admins_hear_of_a_close_that_was_taken_back() -> None:
    world = await a_world()
    await a_reversal(world)
    assert await told("DayCloseReversed") == {
        ("day_close_reversed", each.person_id)
        for each in (world.finance, world.colleague, world.admin)
    }


async def a_reversal(world: World) -> None:
    close_id = uuid7()
    await actions.close_day(
        day=TODAY, actor=world.finance, said=DayClosing(close_id=close_id), now=NOW
    )
    said = DayReversal(close_id=close_id, reason="漏记一笔")
    await actions.reverse_close(day=TODAY, actor=world.colleague, said=said, now=NOW)


MINE = (
    "standing_payer_proposed",
    "standing_payer_approved",
    "standing_payer_revoked",
    "standing_payment",
    "payment_asked",
    "statement_ready",
    "day_close_reversed",
    "differences_found",
    "difference_escalated",
)


@pytest.mark.rule("PY-10")
@pytest.mark.parametrize("kind", MINE)
def test_no_text_names_an_amount_a_service_or_a_medicine(kind: str) -> None:
    about = KINDS[kind]
    for text in (about.chinese, about.english):
        said = f"{text.title}{text.body}".lower()
        assert not any(word in said for word in ("药", "诊断", "元", "drug", "medicine", "yuan"))
        assert not any(letter.isdigit() for letter in said)
