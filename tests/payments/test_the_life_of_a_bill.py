"""C3, PAY3: whatever two payers, a channel and crashes do to a bill, money is conserved.

The channel and the insurance keep a truth of their own. Callbacks come in any order and number,
also old ones; answers are lost; the channel is away; we die between any two steps; jobs run late
or twice. When all is quiet again, the books say what the channel says, and one payment is kept.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from anyio import from_thread
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from backend.core.access import SYSTEM
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import CannotMove
from backend.payments import actions
from backend.payments.actions import ordering
from backend.payments.channels import State
from backend.payments.lifecycle.orders import OrderSaid, PayWith
from backend.payments.lifecycle.quoting import QuoteSaid
from backend.payments.lifecycle.refunds import RefundSaid, RefundWhy
from backend.payments.problems import NotOwed, PaymentInProgress, RefundTooMuch
from tests.payments import books
from tests.payments.family import DRUGS, FREIGHT, NOW, Family, a_bill, a_family
from tests.state.living import live

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
BEFORE = ("nothing", "pays", "pays too late", "half", "half too late")
# Which legs take money: mostly both.
LEGS = st.sampled_from([(True, True), (True, True), (True, True), (True, False), (False, True)])

MONEY = """
SELECT coalesce(sum(amount_fen * ((debit = 'CLEARING')::int - (credit = 'CLEARING')::int)), 0) AS
         cash,
       coalesce(sum(amount_fen * ((debit IN ('FUND', 'ACCOUNT'))::int
                                  - (credit IN ('FUND', 'ACCOUNT'))::int)), 0) AS insured,
       coalesce(sum(amount_fen * ((debit = 'UNDUE')::int - (credit = 'UNDUE')::int)), 0) AS undue
  FROM ledger_postings WHERE payable = $1
"""


class ABill(RuleBasedStateMachine):
    """The daughter, the son, their phones, the channel, and the jobs."""

    family: ClassVar[Family]

    @initialize(gov_fen=st.sampled_from([0, 15384]), before=st.sampled_from(BEFORE))
    def is_opened(self, gov_fen: int, before: str) -> None:
        self.now = NOW
        self.orders: list[UUID] = []
        self.heard: list[tuple[UUID, State]] = []
        channel = self.family.channel
        channel.away = channel.loses = channel.refunds_fail = False
        channel.insurance.away = channel.insurance.loses = False
        channel.insurance.gov_fen = gov_fen
        self.payable: UUID = from_thread.run(self._open)
        if before != "nothing":
            from_thread.run(self._order, "son", "well")
            channel.pay(self.orders[0].hex, cash="half" not in before)
        if "too late" in before:  # and nobody has heard of it yet
            channel.away = True
            self.now += HOUR
            from_thread.run(self._run, "expire_order", self.orders[0])
            channel.away = False

    async def _open(self) -> UUID:
        return await a_bill(self.family, DRUGS, FREIGHT)

    @rule(who=st.sampled_from(["daughter", "son"]), how=st.sampled_from(["well", "dies", "lost"]))
    def somebody_wants_to_pay(self, who: str, how: str) -> None:
        from_thread.run(self._order, who, how)

    async def _order(self, who: str, how: str) -> None:
        payer, order = getattr(self.family, who), uuid7()
        channel = self.family.channel
        channel.insurance.away = False
        try:
            quote = await actions.quote(
                quote_id=uuid7(),
                actor=payer,
                said=QuoteSaid(payable_id=self.payable),
                now=self.now,
            )
            said = OrderSaid(
                payable_id=self.payable,
                quote_number=quote.thing["number"],
                channel=PayWith.WECHAT,
            )
            if how == "dies":  # after the first transaction, before the channel heard of it
                await ordering._begin(order_id=order, actor=payer, said=said, now=self.now)
            else:
                channel.loses = how == "lost"
                await actions.order(order_id=order, actor=payer, said=said, now=self.now)
        except (PaymentInProgress, NotOwed):
            return
        finally:
            channel.loses = False
        self.orders.append(order)

    @precondition(lambda self: self.orders)
    @rule(
        data=st.data(),
        legs=st.sampled_from([(True, True), (True, True), (True, False), (False, True)]),
    )
    def a_phone_pays(self, data: Any, legs: tuple[bool, bool]) -> None:
        order = data.draw(st.sampled_from(self.orders))
        self.family.channel.pay(order.hex, cash=legs[0], insured=legs[1])

    @rule(who=st.sampled_from(["daughter", "son"]), legs=LEGS)
    def somebody_pays_at_once(self, who: str, legs: tuple[bool, bool]) -> None:
        from_thread.run(self._order, who, "well")
        if self.orders:
            self.family.channel.pay(self.orders[-1].hex, cash=legs[0], insured=legs[1])

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def a_callback_sets_out(self, data: Any) -> None:
        order = data.draw(st.sampled_from(self.orders))
        if order.hex in self.family.channel.trades:
            self.heard.append((order, self.family.channel.state(order.hex)))

    @precondition(lambda self: self.heard)
    @rule(data=st.data())
    def a_callback_arrives(self, data: Any) -> None:
        """Now or long after, and again."""
        order, state = data.draw(st.sampled_from(self.heard))
        from_thread.run(self._hear, order, state)

    async def _hear(self, order: UUID, state: State) -> None:
        await actions.capture(order_id=order, state=state, now=self.now)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), job=st.sampled_from(["place_order", "ask_order", "expire_order"]))
    def a_job_runs(self, data: Any, job: str) -> None:
        order = data.draw(st.sampled_from(self.orders))
        from_thread.run(self._run, job, order)

    async def _run(self, job: str, order: UUID) -> None:
        expires_at: datetime = await value(
            "SELECT expires_at FROM payment_orders WHERE id = $1", order
        )
        if job != "expire_order" or self.now >= expires_at:
            await getattr(actions, job)(order_id=order, now=self.now)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def somebody_gives_up(self, data: Any) -> None:
        from_thread.run(self._cancel, data.draw(st.sampled_from(self.orders)))

    async def _cancel(self, order: UUID) -> None:
        payer = await value("SELECT payer FROM payment_orders WHERE id = $1", order)
        family = self.family
        who = family.daughter if payer == family.daughter.person_id else family.son
        try:
            await actions.cancel_order(order_id=order, actor=who, now=self.now)
        except CannotMove:
            return

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), fen=st.sampled_from([0, 500, 4000]))
    def somebody_wants_money_back(self, data: Any, fen: int) -> None:
        from_thread.run(self._refund, data.draw(st.sampled_from(self.orders)), fen)

    async def _refund(self, order: UUID, fen: int) -> None:
        said = RefundSaid(order_id=order, reason_code=RefundWhy.OTHER, cash_fen=fen)
        try:
            await actions.refund_of(refund_id=uuid7(), actor=SYSTEM, said=said, now=self.now)
        except (NotOwed, RefundTooMuch):
            return

    @rule(loses=st.booleans())
    def refunds_are_made(self, loses: bool) -> None:
        from_thread.run(self._make_refunds, loses)

    async def _make_refunds(self, loses: bool) -> None:
        channel = self.family.channel
        channel.loses = channel.insurance.loses = loses
        for each in await rows("SELECT id FROM refunds WHERE payable = $1", self.payable):
            await actions.make_refund(refund_id=each["id"], now=self.now)
        channel.loses = channel.insurance.loses = False

    @rule(away=st.booleans())
    def the_channel_comes_and_goes(self, away: bool) -> None:
        self.family.channel.away = away

    @rule(minutes=st.sampled_from([1, 10, 31]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def the_books_hold(self) -> None:
        assert from_thread.run(books.violations) == []

    def teardown(self) -> None:
        if hasattr(self, "payable"):
            from_thread.run(self._all_is_quiet)

    async def _all_is_quiet(self) -> None:
        """Everything is back, every job has run, and nothing is under way."""
        channel = self.family.channel
        channel.away = False
        self.now += HOUR
        for _ in range(3):
            for order in self.orders:
                await actions.place_order(order_id=order, now=self.now)
                await actions.expire_order(order_id=order, now=self.now)
            await self._make_refunds(loses=False)
        assert await books.violations() == []
        stood = await rows(
            "SELECT id, status, is_undue FROM payment_orders WHERE payable = $1", self.payable
        )
        under_way = {"CREATED", "REVERSING"}
        assert not [each for each in stood if each["status"] in under_way], stood
        kept = [
            each
            for each in stood
            if each["status"] in ("PAID", "RETURNED") and not each["is_undue"]
        ]
        assert len(kept) <= 1
        (money,) = await rows(MONEY, self.payable)
        numbers = [order.hex for order in self.orders]
        assert money["cash"] == sum(channel.taken.get(each, 0) for each in numbers) - sum(
            fen for number, fen in channel.back.items() if number.split(":")[0] in numbers
        )
        assert money["undue"] == 0
        assert money["insured"] == await self._insured()
        status = await value("SELECT status FROM payables WHERE id = $1", self.payable)
        assert (status == "OPEN") == (not kept)
        if not kept:
            assert (money["cash"], money["insured"]) == (0, 0)
        # Nothing that the channel took is unknown to us.
        assert {number for number in numbers if channel.taken.get(number)} <= {
            each["id"].hex
            for each in await rows(
                "SELECT id FROM payment_orders WHERE payable = $1 AND captured_at IS NOT NULL",
                self.payable,
            )
        }

    async def _insured(self) -> int:
        insurance = self.family.channel.insurance
        quotes = await rows("SELECT id FROM quotes WHERE payable = $1", self.payable)
        refunds = await rows("SELECT id FROM refunds WHERE payable = $1", self.payable)
        return sum(insurance.taken.get(f"P{each['id'].hex}", 0) for each in quotes) - sum(
            insurance.back.get(each["id"].hex, 0) for each in refunds
        )


@pytest.mark.rule("PY-07", "PY-09")
async def test_money_is_conserved_whatever_happens(db: None) -> None:
    ABill.family = await a_family()
    await live(ABill)
