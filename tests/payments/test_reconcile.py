"""PAY5: a day of thousands of orders beside a channel's bill; all that was planted is found."""

import os
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

import httpx
import msgspec
import pytest

from backend.core import calendar
from backend.core.db import rows
from backend.core.problems import AlreadyDifferent, Malformed, Missing
from backend.payments import actions
from backend.payments.channels import About, BillLine
from backend.payments.lifecycle.reconciling import DifferenceKind, Resolution
from backend.payments.lifecycle.statuses import ChannelName
from backend.payments.schemas.reconciling import DifferenceDetail, Resolving
from tests.builders import TUESDAY_NINE, an_organization, staff_of
from tests.payments.ledgers import (
    PretendBills,
    PretendMoney,
    World,
    a_world,
    events,
    speak_to,
    the_channels_as_they_were,
    the_noon_after,
)
from workers.schedule import night_of_the_books

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("db")]

DAY = calendar.on(TUESDAY_NINE)
START, END = calendar.day(DAY)
COUNT, SEED = int(os.environ.get("ORDERS", "5000")), int(os.environ.get("SEED", "5"))
WECHAT, ALIPAY = ChannelName.WECHAT, ChannelName.ALIPAY
LONG, SHORT, AMOUNT = DifferenceKind

ORDERS = """
WITH said AS (
  SELECT * FROM jsonb_to_recordset($1::jsonb)
    AS s(trade_no text, channel text, fen bigint, status text, paid_at timestamptz,
         is_undue boolean, cash_status text)),
numbered AS (SELECT *, uuidv7() AS payable, uuidv7() AS id FROM said),
opened AS (
  INSERT INTO payables (id, kind, subject_id, person, organization, classes, is_outpatient,
                        total_fen, happened_at, status, policy_version, version, recorded_at)
  SELECT payable, 'VISIT', payable, $2, $3, '{VISIT}', true, fen, $4,
         CASE status WHEN 'PAID' THEN 'PAID' ELSE 'OPEN' END, 'test', 1, $4 FROM numbered),
ordered AS (
  INSERT INTO payment_orders
    (id, payable, payer_kind, payer, pay_for_relatives, channel, out_trade_no, mix_type,
     order_type, gov_fen, self_fen, aid_fen, other_fen, ins_cash_fen, add_fen, reduce_fen,
     pay_cash_fen, total_fen, status, mix_status, cash_status, insurance_status, expires_at,
     paid_at, captured_at, is_undue, cash_back_fen, gov_back_fen, self_back_fen, other_back_fen,
     policy_version, recorded_at, fingerprint)
  SELECT id, payable, 'SELF', $2, false, channel, trade_no, 'CASH_ONLY', 'DIAG_PAY', 0, 0, 0, 0,
         fen, 0, 0, fen, fen, status, 'CREATED', cash_status, 'NONE', $4, paid_at,
         CASE status WHEN 'PAID' THEN paid_at END, is_undue, 0, 0, 0, 0, 'test', $4, ''
    FROM numbered)
INSERT INTO ledger_postings (entry_id, why, debit, credit, amount_fen, organization, person_id,
                             channel, payable, order_id, booked_on, recorded_at)
SELECT uuidv7(), 'capture', 'CLEARING', 'RECEIVABLE', fen, $3, $2, channel, payable, id, $5, $4
  FROM numbered WHERE status = 'PAID' AND fen > 0
"""

REFUND = """
WITH made AS (
  INSERT INTO refunds (id, payment_order, payable, organization, out_refund_no, cash_fen, gov_fen,
                       self_fen, other_fen, reason_code, is_undue, requested_by, role, status,
                       cash_status, insurance_status, refunded_at, recorded_at, fingerprint)
  SELECT uuidv7(), o.id, o.payable, p.organization, $2, $3, 0, 0, 0, 'other', false, $4, 'FINANCE',
         'REFUNDED', 'REFUND', 'NONE', $5, $5, ''
    FROM payment_orders o JOIN payables p ON p.id = o.payable WHERE o.out_trade_no = $1
  RETURNING *)
INSERT INTO ledger_postings (entry_id, why, debit, credit, amount_fen, organization, channel,
                             payable, order_id, refund_id, booked_on, recorded_at)
SELECT uuidv7(), 'refund', 'REVENUE', 'CLEARING', cash_fen, organization, 'wechat', payable,
       payment_order, id, $6, $5 FROM made
"""


class Order(msgspec.Struct):
    trade_no: str
    fen: int
    paid_at: datetime
    channel: str = "wechat"
    status: str = "PAID"
    is_undue: bool = False
    cash_status: str = "SUCCESS"

    def billed(self, *, fen: int | None = None) -> BillLine:
        return a_line(self.trade_no, self.fen if fen is None else fen, at=self.paid_at)


def a_line(
    trade_no: str,
    fen: int,
    *,
    about: About = About.PAYMENT,
    at: datetime = START + timedelta(hours=9),
) -> BillLine:
    return BillLine(about=about, trade_no=trade_no, channel_trade_no=f"c{trade_no}", fen=fen, at=at)


def some_orders(count: int, *, seed: int = 5) -> list[Order]:
    dice = random.Random(seed)
    seconds = [dice.randrange(86_400) for _ in range(count)]
    return [
        Order(f"T{number:06}", dice.randrange(1, 200_000), START + timedelta(seconds=second))
        for number, second in enumerate(seconds)
    ]


async def keep(world: World, orders: list[Order]) -> None:
    said = msgspec.json.encode(orders).decode()
    await rows(ORDERS, said, world.elder, world.center, START, DAY)


async def give_back(world: World, trade_no: str, refund_no: str, fen: int, at: datetime) -> None:
    on = calendar.on(at)
    await rows(REFUND, trade_no, refund_no, fen, world.elder, at, on)


async def reconcile(lines: list[BillLine], day: date = DAY, *, channel=WECHAT) -> PretendBills:
    port = PretendBills(lines)
    speak_to({channel: port})
    await actions.reconcile_channel(channel=channel, day=day, now=the_noon_after(day))
    return port


@pytest.fixture(autouse=True)
def no_channels() -> Iterator[None]:
    with the_channels_as_they_were():
        yield


async def found() -> list[tuple[str, str, str, int | None, int | None]]:
    return [
        (each["trade_no"], each["about"], each["kind"], each["theirs_fen"], each["ours_fen"])
        for each in await rows("SELECT * FROM reconciliation_differences ORDER BY trade_no, about")
    ]


NOON = START + timedelta(hours=12)
Expected = tuple[DifferenceKind, int | None, int | None]


class Planted:
    """A day on which thousands of orders agree with the bill, until something is planted."""

    def __init__(self) -> None:
        self.orders = some_orders(COUNT, seed=SEED)
        self.unknown: list[Order] = []
        self.bill = {each.trade_no: [each.billed()] for each in self.orders}
        self.given_back: list[tuple[str, str, int]] = []
        self.unbooked: list[str] = []
        self.expected: dict[tuple[str, str], Expected] = {}

    def expect(
        self, no: str, kind: DifferenceKind, theirs: int | None, ours: int | None, *, about: About
    ) -> None:
        self.expected[no, about.value] = (kind, theirs, ours)

    def payment(self, order: Order, kind: DifferenceKind, theirs: int | None = None) -> None:
        ours = None if kind is LONG else order.fen
        self.expect(order.trade_no, kind, theirs, ours, about=About.PAYMENT)

    def unknown_to_us(self, order: Order) -> None:
        self.unknown.append(order)
        self.payment(order, LONG, order.fen)

    def in_flight(self, order: Order) -> None:
        order.status = "CREATED"
        self.payment(order, LONG, order.fen)

    def expired(self, order: Order) -> None:
        order.status = "EXPIRED"
        self.payment(order, LONG, order.fen)

    def of_another_channel(self, order: Order) -> None:
        order.channel = "alipay"
        self.payment(order, LONG, order.fen)

    def unknown_to_them(self, order: Order) -> None:
        del self.bill[order.trade_no]
        self.payment(order, SHORT)

    def more(self, order: Order) -> None:
        self.bill[order.trade_no] = [order.billed(fen=order.fen + 1)]
        self.payment(order, AMOUNT, order.fen + 1)

    def less(self, order: Order) -> None:
        self.bill[order.trade_no] = [order.billed(fen=order.fen - 1)]
        self.payment(order, AMOUNT, order.fen - 1)

    def charged_twice(self, order: Order) -> None:
        self.bill[order.trade_no] *= 2
        self.payment(order, AMOUNT, order.fen * 2)

    def not_in_the_ledger(self, order: Order) -> None:
        self.unbooked.append(order.trade_no)
        self.expect(order.trade_no, AMOUNT, order.fen, 0, about=About.PAYMENT)

    def refund_unknown_to_us(self, order: Order) -> None:
        no = f"R{order.trade_no}"
        self.bill[no] = [a_line(no, order.fen, about=About.REFUND)]
        self.expect(no, LONG, order.fen, None, about=About.REFUND)

    def refund_unknown_to_them(self, order: Order) -> None:
        no = f"R{order.trade_no}"
        self.given_back.append((order.trade_no, no, order.fen))
        self.expect(no, SHORT, None, order.fen, about=About.REFUND)

    def refund_of_another_amount(self, order: Order) -> None:
        no = f"R{order.trade_no}"
        self.given_back.append((order.trade_no, no, order.fen))
        self.bill[no] = [a_line(no, order.fen + 5, about=About.REFUND, at=NOON)]
        self.expect(no, AMOUNT, order.fen + 5, order.fen, about=About.REFUND)

    async def keep(self, world: World) -> list[BillLine]:
        await keep(world, [each for each in self.orders if each not in self.unknown])
        for trade_no, refund_no, fen in self.given_back:
            await give_back(world, trade_no, refund_no, fen, NOON)
        await rows(
            "DELETE FROM ledger_postings WHERE order_id IN"
            " (SELECT id FROM payment_orders WHERE out_trade_no = ANY ($1::text[]))",
            self.unbooked,
        )
        return [line for lines in self.bill.values() for line in lines]


KINDS = [
    Planted.unknown_to_us,
    Planted.in_flight,
    Planted.expired,
    Planted.of_another_channel,
    Planted.unknown_to_them,
    Planted.more,
    Planted.less,
    Planted.charged_twice,
    Planted.not_in_the_ledger,
    Planted.refund_unknown_to_us,
    Planted.refund_unknown_to_them,
    Planted.refund_of_another_amount,
]


@pytest.mark.rule("PY-15")
async def test_twelve_kinds_of_difference_among_five_thousand_orders_are_all_found() -> None:
    world = await a_world()
    day = Planted()
    picked = random.Random(SEED).sample(day.orders, 5 * len(KINDS))
    for place, order in enumerate(picked):
        KINDS[place % len(KINDS)](day, order)
    bill = await day.keep(world)

    await reconcile(bill)
    seen = {(no, about): (kind, theirs, ours) for no, about, kind, theirs, ours in await found()}
    assert (len(KINDS), len(day.expected)) == (12, 60)
    assert seen == day.expected

    await reconcile(bill)  # again, also by a second worker, changes nothing
    assert len(await found()) == len(day.expected)
    asked = await rows("SELECT * FROM jobs WHERE task = 'settle_difference'")
    assert len(asked) == 10  # those in flight with us, and those expired


async def test_a_day_that_agrees_has_no_difference_whatever_is_odd_about_it() -> None:
    world = await a_world()
    orders = some_orders(40)
    orders[0].paid_at = START
    orders[1].paid_at = END - timedelta(microseconds=1)
    orders[2].is_undue = True
    of_alipay = Order("A1", 500, START + timedelta(hours=1), channel="alipay")
    without_cash = Order("N1", 0, START + timedelta(hours=1))
    half = Order("H1", 600, START + timedelta(hours=1), cash_status="FAIL")
    tomorrows = Order("X1", 300, END)
    await keep(world, [*orders, of_alipay, without_cash, half, tomorrows])
    # Only the insurance had taken its part, and gave it back.
    await rows(
        "DELETE FROM ledger_postings WHERE order_id ="
        " (SELECT id FROM payment_orders WHERE out_trade_no = 'H1')"
    )
    await give_back(world, "T000002", "R1", 5, START + timedelta(hours=2))
    # Given back there a moment before midnight; booked here a moment after it.
    await give_back(world, "T000003", "R2", 7, END + timedelta(seconds=1))
    bill = [each.billed() for each in [*orders, tomorrows]]
    bill += [a_line("R1", 5, about=About.REFUND)]
    bill += [a_line("R2", 7, about=About.REFUND, at=END - timedelta(seconds=2))]

    await reconcile(bill)
    await reconcile(bill, DAY + timedelta(days=1))

    assert await found() == []
    assert await events("DifferencesFound") == 0
    kept = await rows("SELECT * FROM reconciliations ORDER BY of_day")
    assert [each["organization"] for each in kept] == [world.center] * 2
    total = sum(each.fen for each in orders) - 5 - 7
    assert (kept[0]["theirs_count"], kept[0]["theirs_fen"]) == (42, total)
    assert (kept[1]["theirs_count"], kept[1]["theirs_fen"]) == (1, 300)


async def test_what_stands_in_the_next_bill_settles_itself() -> None:
    world = await a_world()
    late = Order("T1", 900, END - timedelta(seconds=1))
    await keep(world, [late])
    await reconcile([])
    assert [each[2] for each in await found()] == ["SHORT"]
    await reconcile([a_line("T1", 900, at=END + timedelta(seconds=1))], DAY + timedelta(days=1))
    (row,) = await rows("SELECT * FROM reconciliation_differences")
    assert row["resolution_code"] == Resolution.CAME_LATER


async def test_a_long_of_ours_is_settled_once_our_order_followed() -> None:
    world = await a_world()
    await keep(world, [Order("T1", 900, START + timedelta(hours=1), status="EXPIRED")])
    await reconcile([a_line("T1", 900)])
    assert await events("DifferencesFound") == 0  # first it is asked
    (row,) = await rows("SELECT * FROM reconciliation_differences")
    now = the_noon_after(DAY)
    assert not await actions.settle_asked(difference_id=row["id"], now=now)
    assert await events("DifferencesFound") == 1  # it did not follow: finance hears of it
    await rows(
        "UPDATE payment_orders SET status = 'PAID', captured_at = $1 WHERE out_trade_no = 'T1'", now
    )
    await rows(
        "INSERT INTO ledger_postings (entry_id, why, debit, credit, amount_fen, organization,"
        " payable, order_id, booked_on, recorded_at)"
        " SELECT uuidv7(), 'capture', 'CLEARING', 'RECEIVABLE', 900, $1, payable, id, $2, $3"
        " FROM payment_orders WHERE out_trade_no = 'T1'",
        world.center,
        DAY,
        now,
    )
    assert await actions.settle_asked(difference_id=row["id"], now=now)
    (row,) = await rows("SELECT * FROM reconciliation_differences")
    assert row["resolution_code"] == Resolution.ASKED


async def test_finance_hears_of_a_long_once_however_long_its_channel_is_away() -> None:
    world = await a_world()
    await keep(world, [Order("T1", 900, START + timedelta(hours=1), status="EXPIRED")])
    await reconcile([a_line("T1", 900)])
    (row,) = await rows("SELECT id FROM reconciliation_differences")
    port = PretendMoney()
    port.is_away = True
    speak_to({WECHAT: port})
    now: datetime | None = the_noon_after(DAY)
    for _ in range(5):
        assert now is not None
        now = await actions.settle_difference(difference_id=row["id"], now=now)
    assert await events("DifferencesFound") == 0  # nobody has said yet
    assert now is not None
    port.is_away = False
    assert await actions.settle_difference(difference_id=row["id"], now=now) is None
    assert await events("DifferencesFound") == 1


@pytest.mark.rule("BG-16")
async def test_at_three_in_the_morning_each_channel_owes_yesterday_once() -> None:
    speak_to({WECHAT: PretendBills([]), ALIPAY: PretendBills([])})
    for year_end in (date(2026, 12, 31), date(2026, 2, 15)):
        await rows("DELETE FROM jobs")
        tick = night_of_the_books(the_noon_after(year_end))
        assert tick == the_noon_after(year_end) - timedelta(hours=9)
        await actions.reconcile_channels(now=tick)
        await actions.reconcile_channels(now=tick + timedelta(minutes=1))
        owed = await rows("SELECT key, args FROM jobs WHERE task = 'reconcile_channel' ORDER BY id")
        assert [each["key"] for each in owed] == [
            f"reconcile_channel:alipay:{year_end}",
            f"reconcile_channel:wechat:{year_end}",
        ]


@pytest.mark.rule("BG-16")
async def test_days_on_which_nobody_worked_are_owed_afterwards() -> None:
    world = await a_world()
    await keep(world, some_orders(1))
    await reconcile([])
    speak_to({WECHAT: PretendBills([])})
    missed = [DAY + timedelta(days=days) for days in (1, 2, 3)]
    await rows("DELETE FROM jobs")
    await actions.reconcile_channels(now=the_noon_after(missed[-1]))
    owed = await rows("SELECT key FROM jobs WHERE task = 'reconcile_channel' ORDER BY key")
    assert [each["key"] for each in owed] == [f"reconcile_channel:wechat:{day}" for day in missed]


async def test_a_channel_that_is_away_is_asked_again_later() -> None:
    world = await a_world()
    await keep(world, some_orders(1))
    port = PretendBills([])
    speak_to({WECHAT: port})
    port.is_away = True
    noon = the_noon_after(DAY)
    now = noon - timedelta(hours=9)
    again = await actions.reconcile_channel(channel=WECHAT, day=DAY, now=now)
    assert again == now + timedelta(minutes=5)
    assert await rows("SELECT FROM reconciliations") == []
    port.is_away = False
    again = await actions.reconcile_channel(channel=WECHAT, day=DAY, now=now)
    assert again == now + timedelta(minutes=5), "a bill that is not made yet is not an empty one"
    assert await actions.reconcile_channel(channel=WECHAT, day=DAY, now=noon) is None
    assert [each[2] for each in await found()] == ["SHORT"]


async def a_difference(world: World) -> UUID:
    await keep(world, [Order("T1", 900, START + timedelta(hours=1))])
    await reconcile([])
    (row,) = await rows("SELECT id FROM reconciliation_differences")
    return UUID(str(row["id"]))


@pytest.mark.rule("PY-15")
async def test_what_nobody_resolves_in_time_is_escalated_once() -> None:
    world = await a_world()
    difference = await a_difference(world)
    (job,) = await rows("SELECT * FROM jobs WHERE task = 'escalate_difference'")
    assert job["due_at"] == the_noon_after(DAY) + timedelta(days=3)
    assert await actions.escalate_difference(difference_id=difference, now=job["due_at"])
    assert not await actions.escalate_difference(difference_id=difference, now=job["due_at"])
    assert await events("DifferenceEscalated") == 1


async def test_a_resolution_is_said_once_and_stops_the_clock() -> None:
    world = await a_world()
    difference = await a_difference(world)
    now = the_noon_after(DAY)
    said = Resolving(code=Resolution.CHANNEL_ERROR, note="渠道漏单，已补")
    with pytest.raises(Malformed):
        await actions.resolve_difference(
            difference_id=difference,
            actor=world.finance,
            said=Resolving(code=Resolution.ASKED),
            now=now,
        )
    for first in (True, False):
        kept = await actions.resolve_difference(
            difference_id=difference, actor=world.finance, said=said, now=now
        )
        assert (kept.first, DifferenceDetail.of(kept.thing).note) == (first, said.note)
    with pytest.raises(AlreadyDifferent):
        await actions.resolve_difference(
            difference_id=difference,
            actor=world.colleague,
            said=Resolving(code=Resolution.OTHER),
            now=now,
        )
    assert not await actions.escalate_difference(difference_id=difference, now=now)
    stranger = await staff_of(await an_organization(name="别的中心"), world.finance.role)
    with pytest.raises(Missing):
        await actions.resolve_difference(
            difference_id=difference, actor=stranger, said=said, now=now
        )


async def test_over_the_wire_a_center_sees_its_own_and_what_belongs_to_nobody(client_for) -> None:
    world = await a_world()
    await keep(world, [Order("T1", 900, START + timedelta(hours=1))])
    await reconcile([a_line("U1", 50)])
    phone: httpx.AsyncClient = client_for(world.finance)
    listed = (await phone.get("/v1/reconciliations?channel=wechat")).json()["items"]
    assert {each["organization_id"] for each in listed} == {None, str(world.center)}
    assert [each["differences_open"] for each in listed] == [1, 1]
    one = listed[0]["id"]
    assert (await phone.get(f"/v1/reconciliations/{one}")).json() == listed[0]
    waiting = (await phone.get("/v1/reconciliation-differences?is_open=true")).json()["items"]
    assert {each["kind"] for each in waiting} == {"LONG", "SHORT"}
    elsewhere = await staff_of(await an_organization(name="别的中心"), world.finance.role)
    seen = (await client_for(elsewhere).get("/v1/reconciliation-differences")).json()["items"]
    assert [each["kind"] for each in seen] == ["LONG"]
    short = next(each for each in waiting if each["kind"] == "SHORT")
    path = f"/v1/reconciliation-differences/{short['id']}"
    assert (await client_for(elsewhere).get(path)).status_code == 404
    answer = await phone.put(f"{path}/resolution", json={"code": "channel_error"})
    assert answer.status_code == 201, answer.text
    assert (await phone.get(path)).json()["code"] == "channel_error"
