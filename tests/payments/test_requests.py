"""代付请求: a bill is put before relatives; the first lock wins, and it does not live long."""

from datetime import timedelta

import pytest

from backend.core.access import Role
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Missing
from backend.payments import actions
from backend.payments.lifecycle.orders import OrderSaid, PayWith
from backend.payments.lifecycle.payers import PaymentAsked
from backend.payments.lifecycle.quoting import QuoteSaid
from backend.payments.lifecycle.requests import RequestStanding, standing
from backend.payments.lifecycle.statuses import PayableStatus
from backend.payments.problems import MayNotPay, NotOwed, PaymentInProgress
from backend.payments.queries.requests import payment_request
from backend.payments.schemas.payers import PaymentRequestDetail
from tests.builders import a_person, a_tie, an_organization, staff_of
from tests.payments.ledgers import NOW, PretendMoney, World, a_world, events
from tests.payments.payers_world import a_payable, wechat

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("db")]


__all__ = ["wechat"]


async def ask(world: World, payable, *recipients, by=None, request_id=None, now=NOW):
    said = PaymentAsked(
        payable_id=payable, recipients=list(recipients or [world.daughter.person_id])
    )
    return await actions.ask_to_pay(
        request_id=request_id or uuid7(), actor=by or world.herself, said=said, now=now
    )


@pytest.mark.rule("PY-11")
async def test_it_lives_a_day_or_as_long_as_the_stock_is_kept_back() -> None:
    world = await a_world()
    payable = await a_payable(world)
    assert (await ask(world, payable)).thing["expires_at"] == NOW + timedelta(hours=24)
    for kept_for, lives in ((60, 30), (10, 10)):
        await rows(
            "UPDATE payables SET stock_until = $2 WHERE id = $1",
            payable,
            NOW + timedelta(minutes=kept_for),
        )
        kept = await ask(world, payable)
        assert kept.thing["expires_at"] == NOW + timedelta(minutes=lives)


def test_what_became_of_it_follows_from_the_bill() -> None:
    def now_is(status: PayableStatus, minutes: int) -> RequestStanding:
        return standing(
            status, expires_at=NOW + timedelta(minutes=30), now=NOW + timedelta(minutes=minutes)
        )

    assert now_is(PayableStatus.OPEN, 29) is RequestStanding.OPEN
    assert now_is(PayableStatus.OPEN, 30) is RequestStanding.EXPIRED
    assert now_is(PayableStatus.LOCKED, 30) is RequestStanding.IN_PROGRESS
    assert now_is(PayableStatus.PAID, 90) is RequestStanding.PAID
    assert now_is(PayableStatus.REFUNDED, 90) is RequestStanding.PAID
    assert now_is(PayableStatus.VOID, 1) is RequestStanding.CLOSED


@pytest.mark.rule("PY-11")
async def test_several_are_asked_and_only_those_who_may_pay() -> None:
    world = await a_world()
    payable = await a_payable(world)
    both = (world.daughter.person_id, world.son.person_id)
    kept = await ask(world, payable, *both)
    assert set(kept.thing["recipients"]) == set(both)
    assert await events("PaymentWasAsked") == 1
    with pytest.raises(MayNotPay):
        await ask(world, payable, await a_person(name="邻居"))
    await rows("UPDATE delegations SET revoked_at = $1", NOW)
    with pytest.raises(MayNotPay):
        await ask(world, payable, *both)


async def test_saying_it_twice_is_saying_it_once_and_differently_is_refused() -> None:
    world = await a_world()
    payable, request_id = await a_payable(world), uuid7()
    assert (await ask(world, payable, request_id=request_id)).first
    assert not (await ask(world, payable, request_id=request_id)).first
    with pytest.raises(AlreadyDifferent):
        await ask(world, payable, world.son.person_id, request_id=request_id)


@pytest.mark.rule("PY-11")
async def test_the_doctor_who_billed_and_the_nurse_of_the_house_may_ask() -> None:
    world = await a_world()
    nurse = await staff_of(world.house, Role.INST_NURSE)
    doctor = await staff_of(world.center, Role.GP)
    from_elsewhere = await staff_of(await an_organization(name="别的中心"), Role.GP)
    await a_tie(world.elder, from_elsewhere.person_id)
    payable = await a_payable(world)
    assert (await ask(world, payable, by=doctor)).first
    for nobody in (nurse, from_elsewhere):
        with pytest.raises(Missing):
            await ask(world, payable, by=nobody)
    in_house = await a_payable(world, person_id=world.resident, institution_id=world.house)
    with pytest.raises(MayNotPay):  # it may ask, but nobody was let pay for her
        await ask(world, in_house, by=nurse)


async def test_nothing_is_asked_for_what_is_not_owed() -> None:
    world = await a_world()
    payable = await a_payable(world)
    await rows("UPDATE payables SET status = 'PAID' WHERE id = $1", payable)
    with pytest.raises(NotOwed):
        await ask(world, payable)


@pytest.mark.rule("PY-11")
async def test_of_several_the_first_lock_wins(wechat: PretendMoney) -> None:
    world = await a_world()
    payable = await a_payable(world)
    request = (await ask(world, payable, world.daughter.person_id, world.son.person_id)).thing
    for payer in (world.daughter, world.son):
        said = QuoteSaid(payable_id=payable)
        quote = await actions.quote(quote_id=uuid7(), actor=payer, said=said, now=NOW)
        order = OrderSaid(
            payable_id=payable, quote_number=quote.thing["number"], channel=PayWith.WECHAT
        )
        placing = actions.order(order_id=uuid7(), actor=payer, said=order, now=NOW)
        if payer is world.daughter:
            assert (await placing).first
        else:
            with pytest.raises(PaymentInProgress) as refused:
                await placing
            assert refused.value.facts["by"] == "周*"
    found = await payment_request(request["id"])
    assert found is not None
    detail = PaymentRequestDetail.of(found, actor=world.son, now=NOW)
    assert detail.standing is RequestStanding.IN_PROGRESS
    assert detail.recipients == [world.son.person_id]


async def test_who_was_asked_sees_it_and_no_drug(client_for) -> None:
    world = await a_world()
    payable = await a_payable(world)
    request_id = uuid7()
    body = {"payable_id": str(payable), "recipients": [str(world.daughter.person_id)]}
    answer = await client_for(world.herself).put(f"/v1/payment-requests/{request_id}", json=body)
    assert answer.status_code == 201, answer.text
    path = f"/v1/payment-requests/{request_id}"
    seen = (await client_for(world.daughter).get(path)).json()
    assert (seen["total_fen"], seen["standing"], seen["classes"]) == (8000, "OPEN", ["NURSING"])
    assert "S113" not in str(seen)
    assert (await client_for(world.son).get(path)).status_code == 404
    for actor, count in ((world.daughter, 1), (world.son, 0), (world.herself, 1)):
        listed = (await client_for(actor).get("/v1/payment-requests")).json()["items"]
        assert len(listed) == count
    await rows("UPDATE delegations SET revoked_at = $1", NOW)
    assert (await client_for(world.daughter).get(path)).status_code == 403
    listed = (await client_for(world.daughter).get("/v1/payment-requests")).json()["items"]
    assert listed == []
