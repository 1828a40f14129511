"""A daughter pays bills through the pretend providers, whose callbacks get lost and come twice."""

import asyncio
import os
import time
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import aiohttp

from backend.core.db import AWAY, value
from backend.core.ids import uuid7
from backend.core.problems import Busy
from backend.local.gateway.memory import Memory, Order
from tests.faults.phone import AGAIN_AFTER_S, Phone, path_of
from tests.faults.writer import Writer, audited
from tests.payments import books
from tests.payments.family import DRUGS, FREIGHT, ROUND, Family, a_bill

SETTLED_WITHIN_S = 90
ENTRIES = (
    "SELECT order_id AS id FROM ledger_postings WHERE why = 'capture' GROUP BY entry_id, order_id"
)
MADE = (
    "SELECT o.id FROM journal j JOIN payment_orders o ON o.payable = j.subject_id"
    " WHERE j.topic = 'PaymentMade'"
)


class Payments(Writer):
    """Whatever dies: each fen that the provider took stands in the books, once."""

    asked: ClassVar = {
        "paid orders": ("SELECT id FROM payment_orders WHERE status = 'PAID'", 1),
        "entries": (ENTRIES, 1),
        "audit rows": (audited("payments.capture"), 1),
        "events": (MADE, 1),
    }

    async def write(self, phone: Phone) -> None:
        family = self.people.family
        lines = self.dice.choice(([ROUND], [DRUGS, FREIGHT]))
        payable = await _billed(family, lines)
        quote = await self._quoted(phone, payable)
        order = uuid7()
        body = {"payable_id": payable, "quote_number": quote, "channel": "wechat"}
        await phone.put(family.daughter, path_of("orders", order), body)
        await self._pay(order)
        self.acknowledged.append(order)

    async def wrong(self) -> list[str]:
        """Also what the books say in themselves, and beside what the provider took."""
        await self._settled()
        found = await super().wrong()
        found += [" ".join(each) for each in await books.violations()]
        theirs = _taken_there()
        ours = await value(
            "SELECT coalesce(sum(amount_fen), 0)::bigint FROM ledger_postings"
            " WHERE debit = 'CLEARING'"
        )
        if ours != theirs:
            found.append(f"the provider took {theirs} fen, and {ours} are booked")
        return found

    async def _quoted(self, phone: Phone, payable: UUID) -> int:
        """By the insurance's word; an estimate is asked for again."""
        while True:
            said = await phone.put(
                self.people.family.daughter,
                path_of("quotes", uuid7()),
                {"payable_id": payable},
            )
            if not said["is_estimated"]:
                return int(said["number"])
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _pay(self, order: UUID) -> None:
        """At the provider, as soon as it knows of it; a third of its callbacks go wrong."""
        address = os.environ["GATEWAY"]
        async with aiohttp.ClientSession(address) as payer:
            if kind := self.dice.choice(("drop", "repeat", "", "", "", "")):
                fault = {"kind": kind, "out_trade_no": order.hex}
                await payer.post("/faults", json=fault)
            while True:
                async with payer.post(f"/pay/{order.hex}", json={"by": "周敏"}) as answer:
                    if answer.status == 200:
                        return
                await asyncio.sleep(AGAIN_AFTER_S)

    async def _settled(self) -> None:
        """What no callback told of is found by asking."""
        until = time.monotonic() + SETTLED_WITHIN_S
        waiting = (
            "SELECT count(*) FROM payment_orders WHERE id = ANY ($1::uuid[]) AND status = 'CREATED'"
        )
        while await value(waiting, self.acknowledged):
            if time.monotonic() > until:
                return  # then they are not paid, and that is what is found
            await asyncio.sleep(AGAIN_AFTER_S)


async def _billed(family: Family, lines: list[tuple[str, str, int, bool]]) -> UUID:
    """Written into PostgreSQL itself, which may be the one that died: until it is back."""
    while True:
        try:
            return await a_bill(family, *lines)
        except (Busy, *AWAY):
            await asyncio.sleep(AGAIN_AFTER_S)


def _taken_there() -> int:
    memory = Memory(Path(os.environ["KEYS_FOLDER"]).parent / "gateway" / "memory.sqlite")
    try:
        return sum(order.total - order.refunded for order in memory.every(Order) if order.paid_at)
    finally:
        memory.close()
