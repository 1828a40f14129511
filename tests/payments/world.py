"""A center with a price table, an elder, and the people who pay, ask and keep books."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.core.access import Actor, Role
from backend.core.db import row, rows
from backend.core.ids import uuid7
from backend.payments import actions
from backend.payments.lifecycle.statuses import ServiceClass
from backend.payments.lifecycle.tariffs import Fee, TariffSaid
from tests.builders import TUESDAY_NINE, a_delegation, a_person, acting, staff_of
from tests.visits.world import World as VisitWorld
from tests.visits.world import a_world as a_visit_world

OPENED = date(2026, 1, 1)
SAMPLES = {
    Fee.OPENING: 10000,
    Fee.ROUND: 8000,
    Fee.SUPERIOR_ROUND: 8000,
    Fee.WARD_ROUND: 500,
    Fee.DOOR: 1000,
    Fee.DOOR_OF_A_HOUSE: 0,
    "S105": 500,
    "S113": 3000,
}


class World(msgspec.Struct):
    """`visits` is the world of those who come."""

    visits: VisitWorld
    finance: Actor
    house_admin: Actor
    elder: Actor
    daughter: Actor  # may pay, and see summaries
    payer: Actor  # may pay, and see nothing
    reader: Actor  # may see everything, and not pay

    @property
    def center(self) -> UUID:
        return self.visits.center


async def a_world(*, with_prices: bool = True) -> World:
    visits = await a_visit_world()
    finance = await staff_of(visits.center, Role.FINANCE, name="钱会计")
    if with_prices:
        for item, fen in SAMPLES.items():
            await a_tariff(finance, item, fen)
    return World(
        visits=visits,
        finance=finance,
        house_admin=await staff_of(visits.house, Role.INST_ADMIN),
        elder=await acting(visits.elder, Role.ELDER),
        daughter=await a_relative(visits.elder, "PAY", "VIEW_SUMMARY", name="周敏"),
        payer=await a_relative(visits.elder, "PAY", name="周强"),
        reader=await a_relative(visits.elder, "VIEW_FULL", name="周军"),
    )


async def a_relative(elder: UUID, *scopes: str, name: str) -> Actor:
    relative = await a_person(name=name)
    await a_delegation(elder, relative, *scopes)
    return await acting(relative, Role.RELATIVE)


async def a_tariff(
    by: Actor,
    item: str,
    fen: int,
    *,
    from_on: date = OPENED,
    until_on: date | None = None,
    now: datetime = TUESDAY_NINE,
    service_class: ServiceClass = ServiceClass.VISIT,
) -> UUID:
    tariff_id = uuid7()
    said = TariffSaid(
        item=item,
        service_class=service_class,
        price_fen=fen,
        is_insured=True,
        is_sample=True,
        from_on=from_on,
        until_on=until_on,
    )
    await actions.keep_tariff(tariff_id=tariff_id, actor=by, said=said, now=now)
    return tariff_id


async def the_bill(payable_id: UUID) -> dict[str, Any]:
    found = await row("SELECT * FROM payables WHERE id = $1", payable_id)
    assert found is not None
    return dict(found)


async def lines_of(payable_id: UUID) -> dict[str, int]:
    """What each item of a bill comes to."""
    found = await rows("SELECT item, amount_fen FROM payable_lines WHERE payable = $1", payable_id)
    return {each["item"]: each["amount_fen"] for each in found}


async def balances(payable_id: UUID) -> dict[str, int]:
    """What each account of the ledger holds of a bill; nothing stands there as nothing."""
    found = await rows(
        "SELECT account, sum(fen)::int AS fen FROM (SELECT debit AS account, amount_fen AS fen"
        " FROM ledger_postings WHERE payable = $1 UNION ALL SELECT credit, -amount_fen"
        " FROM ledger_postings WHERE payable = $1) AS sides GROUP BY account",
        payable_id,
    )
    return {each["account"]: each["fen"] for each in found if each["fen"]}
