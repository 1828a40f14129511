"""日结: shut in order, by one; taken back by another; what comes later goes to the next day."""

from datetime import date, timedelta

import httpx
import pytest
from asyncpg import Record

from backend.core.access import Role
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Missing
from backend.core.wire import Kept
from backend.payments import actions, queries
from backend.payments.lifecycle.ledger import Account, Why
from backend.payments.problems import DayAhead, DayClosed, SomebodyElseReverses
from backend.payments.schemas.closing import DayCloseDetail, DayClosing, DayReversal
from tests.builders import an_organization, staff_of
from tests.payments.ledgers import NOW, TODAY, World, a_bill, a_world, booked, events

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("db")]

YESTERDAY = TODAY - date.resolution


async def close(
    world: World, day: date = TODAY, *, said: DayClosing | None = None, **by
) -> Kept[Record]:
    said = said or DayClosing(close_id=uuid7())
    actor = by.get("actor", world.finance)
    return await actions.close_day(day=day, actor=actor, said=said, now=by.get("now", NOW))


async def reverse(world: World, kept: Kept[Record], **by) -> Kept[Record]:
    said = DayReversal(close_id=kept.thing["id"], reason="漏记一笔")
    return await actions.reverse_close(
        day=kept.thing["closed_on"], actor=by.get("actor", world.colleague), said=said, now=NOW
    )


async def test_a_close_sums_what_was_booked_and_saying_it_twice_is_saying_it_once() -> None:
    world = await a_world()
    bill = await a_bill(world, 8000)
    await booked(bill, (Account.CLEARING, Account.RECEIVABLE, 3000), channel="wechat")
    await booked(bill, (Account.FUND, Account.RECEIVABLE, 5000))

    said = DayClosing(close_id=uuid7())
    first, again = await close(world, said=said), await close(world, said=said)

    assert (first.first, again.first) == (True, False)
    shown = DayCloseDetail.of(first.thing)
    assert shown.entries == 3
    assert {each.account: (each.debit_fen, each.credit_fen) for each in shown.accounts} == {
        Account.RECEIVABLE: (8000, 8000),
        Account.REVENUE: (0, 8000),
        Account.CLEARING: (3000, 0),
        Account.FUND: (5000, 0),
    }
    assert [(each.channel, each.received_fen, each.given_back_fen) for each in shown.channels] == [
        ("wechat", 3000, 0)
    ]
    assert await events("DayWasClosed") == 1


@pytest.mark.rule("PY-15")
async def test_what_is_booked_after_a_close_belongs_to_the_next_open_day() -> None:
    world = await a_world()
    await a_bill(world, 8000)
    await close(world)
    late = await a_bill(world, 500, now=NOW + timedelta(hours=1))
    (posting,) = await rows("SELECT booked_on FROM ledger_postings WHERE payable = $1", late)
    assert posting["booked_on"] == TODAY + date.resolution

    tomorrow = NOW + timedelta(days=1)
    shown = DayCloseDetail.of((await close(world, TODAY + date.resolution, now=tomorrow)).thing)
    assert shown.entries == 1


async def test_a_day_is_shut_once_and_in_order() -> None:
    world = await a_world()
    await close(world, YESTERDAY)
    with pytest.raises(DayClosed):
        await close(world, YESTERDAY)
    with pytest.raises(DayClosed):
        await close(world, YESTERDAY - date.resolution)
    with pytest.raises(DayAhead):
        await close(world, TODAY + date.resolution)
    assert (await close(world)).first


async def test_a_close_of_another_day_or_center_is_another_one() -> None:
    world = await a_world()
    said = DayClosing(close_id=uuid7())
    await close(world, YESTERDAY, said=said)
    with pytest.raises(AlreadyDifferent):
        await close(world, TODAY, said=said)
    elsewhere = await staff_of(await an_organization(name="别的中心"), Role.FINANCE)
    with pytest.raises(AlreadyDifferent):
        await close(world, YESTERDAY, said=said, actor=elsewhere)
    with pytest.raises(Missing):
        await queries.see_close(day=YESTERDAY, actor=elsewhere)


async def test_the_author_does_not_reverse_and_only_the_newest_day_is_opened_again() -> None:
    world = await a_world()
    earlier, newest = await close(world, YESTERDAY), await close(world)
    with pytest.raises(SomebodyElseReverses):
        await reverse(world, newest, actor=world.finance)
    with pytest.raises(DayClosed):
        await reverse(world, earlier)
    assert (await reverse(world, newest)).first
    assert not (await reverse(world, newest)).first
    assert (await reverse(world, earlier)).first
    assert await events("DayCloseReversed") == 2


async def test_a_reversed_day_is_shut_again_and_an_old_retry_does_not_do_it() -> None:
    world = await a_world()
    said = DayClosing(close_id=uuid7())
    kept = await close(world, said=said)
    await reverse(world, kept)
    assert not (await close(world, said=said)).first
    bill = await a_bill(world, 700)  # the day is open: it belongs to it
    (posting,) = await rows("SELECT booked_on FROM ledger_postings WHERE payable = $1", bill)
    assert posting["booked_on"] == TODAY
    second = await close(world)
    assert second.first
    assert DayCloseDetail.of(second.thing).entries == 1
    assert (await queries.see_close(day=TODAY, actor=world.admin))["id"] == second.thing["id"]


async def test_a_refund_gives_back_by_its_channel_and_the_sums_stay_even() -> None:
    world = await a_world()
    bill = await a_bill(world, 2000)
    await booked(bill, (Account.CLEARING, Account.RECEIVABLE, 2000), channel="alipay")
    await booked(bill, (Account.REVENUE, Account.CLEARING, 600), why=Why.REFUND, channel="alipay")
    sums = DayCloseDetail.of((await close(world)).thing)
    assert sum(each.debit_fen - each.credit_fen for each in sums.accounts) == 0
    assert [(each.received_fen, each.given_back_fen) for each in sums.channels] == [(2000, 600)]


async def test_over_the_wire(client_for) -> None:
    world = await a_world()
    day, close_id = TODAY.isoformat(), str(uuid7())
    phone: httpx.AsyncClient = client_for(world.finance)
    answer = await phone.put(f"/v1/day-closes/{day}", json={"close_id": close_id})
    assert answer.status_code == 201, answer.text
    answer = await phone.put(f"/v1/day-closes/{day}", json={"close_id": str(uuid7())})
    assert (answer.status_code, answer.json()["rule"]) == (409, "PY-15")
    other = client_for(world.colleague)
    body = {"close_id": close_id, "reason": "漏记"}
    assert (await other.put(f"/v1/day-closes/{day}/reversal", json=body)).status_code == 201
    listed = (await phone.get("/v1/day-closes")).json()["items"]
    assert [each["reversed_by"] for each in listed] == [str(world.colleague.person_id)]
    assert (await phone.get(f"/v1/day-closes/{day}")).json()["id"] == close_id
    assert (await phone.get("/v1/day-closes/2026-02-30")).status_code in (400, 404)
