"""Writers of money: a daughter and a son pay their mother's bills while everything dies."""

import asyncio
import time
from typing import ClassVar
from uuid import UUID

from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.problems import Busy
from backend.local.gateway.memory import Back, Fault, Mixed, Order, Settlement
from tests.faults.phone import AGAIN_AFTER_S, Phone, path_of
from tests.faults.writers import Writer, audited
from tests.payments import books
from tests.payments.family import FREIGHT, ROUND, a_bill

PLACED_WITHIN_S = 60
SETTLED_WITHIN_S = 90
# What may go wrong on the other side: nobody is told, everybody is told again and again, or late.
FAULTS = ("", "", "", "drop", "repeat", "delay")

PAID = "SELECT id FROM payment_orders WHERE status = 'PAID' AND NOT is_undue"
TAKEN = "SELECT payment_order AS id FROM payment_order_moves WHERE move = 'succeed'"
BOOKED = "SELECT DISTINCT entry_id, order_id AS id FROM ledger_postings WHERE why = 'capture'"
TOLD = (
    "SELECT o.id FROM journal j JOIN payment_orders o ON o.payable = j.subject_id"
    " WHERE j.topic = 'PaymentMade'"
)
WAITING = """
SELECT count(*) AS n FROM payment_orders o WHERE o.id = ANY ($1::uuid[]) AND o.status = 'CREATED'
"""
HELD = """
SELECT coalesce(sum(fen) FILTER (WHERE account = 'CLEARING'), 0)::bigint AS cash,
       coalesce(sum(fen) FILTER (WHERE account IN ('FUND', 'ACCOUNT', 'OTHER')), 0)::bigint
         AS insured
  FROM (SELECT debit AS account, amount_fen AS fen FROM ledger_postings
         UNION ALL SELECT credit, -amount_fen FROM ledger_postings) AS both_sides
"""


class Payers(Writer):
    """A bill is quoted, ordered and paid; in the end the books say what the channels say."""

    asked: ClassVar = {
        "paid orders": (PAID, 1),
        "times it was taken": (TAKEN, 1),
        "times it was booked": (BOOKED, 1),
        "audit rows": (audited("payments.order"), 1),
        "events": (TOLD, 1),
    }

    async def write(self, phone: Phone) -> None:
        family = self.people.family
        payer = self.dice.choice((family.daughter, family.son))
        line = self.dice.choice((ROUND, FREIGHT))
        payable_id, quote_id, order_id = await self._owes(line), uuid7(), uuid7()
        quote = await phone.put(payer, path_of("quotes", quote_id), {"payable_id": payable_id})
        order = {
            "payable_id": payable_id,
            "quote_number": quote["number"],
            "channel": "wechat",
        }
        await phone.put(payer, path_of("orders", order_id), order)
        await self._pays(order_id)
        self.acknowledged.append(order_id)

    async def wrong(self) -> list[str]:
        await self._settled()
        found = [f"{type(self).__name__}: {rule} {id_}" for rule, id_ in await books.violations()]
        found += await super().wrong()
        (ours,) = await rows(HELD)
        theirs = self._theirs()
        if (ours["cash"], ours["insured"]) != theirs:
            found.append(f"the books have {ours['cash']}, {ours['insured']}; they have {theirs}")
        return found

    async def _owes(self, line: tuple[str, str, int, bool]) -> UUID:
        """Opened as a task would; PostgreSQL may be the one that died."""
        while True:
            try:
                return await a_bill(self.people.family, line)
            except Busy:
                await asyncio.sleep(AGAIN_AFTER_S)

    async def _pays(self, order_id: UUID) -> None:
        """Once it has reached the channel, which may be after we died and came back."""
        number, memory = order_id.hex, self.people.provider.memory
        if fault := self.dice.choice(FAULTS):
            self.people.provider.ask_fault(Fault(kind=fault, out_trade_no=number, seconds=2))
        until = time.monotonic() + PLACED_WITHIN_S
        while memory.get(Order, number) is None and memory.get(Mixed, number) is None:
            assert time.monotonic() < until, f"order {order_id} never reached its channel"
            await asyncio.sleep(AGAIN_AFTER_S)
        self.people.provider.pay(number, by="their phone")

    async def _settled(self) -> None:
        """Where no callback came, the next question finds it: the backoff of BG-15."""
        for _ in range(SETTLED_WITHIN_S):
            if not (await rows(WAITING, self.acknowledged))[0]["n"]:
                break
            await asyncio.sleep(1)

    def _theirs(self) -> tuple[int, int]:
        """Cash and insurance that the other side holds."""
        memory = self.people.provider.memory
        cash = sum(each.total for each in memory.every(Order) if each.paid_at is not None)
        back = sum(each.fen for each in memory.every(Back) if each.state == "SUCCESS")
        insured = sum(
            each.gov + each.account + each.other - sum(each.returned.values())
            for each in memory.every(Settlement)
            if each.state == "SUCCESS"
        )
        return cash - back, insured
