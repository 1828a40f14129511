"""What an organization asks for an item on a day."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from asyncpg import Record

from backend.core import pages
from backend.core.access import Actor
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.payments.lifecycle.statuses import Kind, ServiceClass
from backend.payments.lifecycle.tariffs import Price, Prices

PRICES = """
SELECT asked.item, asked.on_day, t.id, t.price_fen, t.service_class, t.is_insured
  FROM unnest($2::text[], $3::date[]) AS asked(item, on_day)
  JOIN tariffs t ON t.organization = $1 AND t.item = asked.item
   AND asked.on_day >= t.from_on AND (t.until_on IS NULL OR asked.on_day < t.until_on)
"""


async def prices_of(*, organization_id: UUID, asked: Collection[tuple[str, date]]) -> Prices:
    """Of these items on these days, those that have a price."""
    items, days = [item for item, _ in asked], [on for _, on in asked]
    return {
        (each["item"], each["on_day"]): Price(
            tariff_id=each["id"],
            price_fen=each["price_fen"],
            service_class=ServiceClass(each["service_class"]),
            is_insured=each["is_insured"],
        )
        for each in await rows(PRICES, organization_id, items, days)
    }


async def has_tariffs(organization_id: UUID) -> bool:
    """Whether the organization has a price table at all: without one it bills nothing."""
    return bool(
        await value(
            "SELECT EXISTS (SELECT 1 FROM tariffs WHERE organization = $1)", organization_id
        )
    )


WAITING = """
SELECT DISTINCT m.subject_id FROM missed_prices m JOIN tariffs t
    ON t.organization = m.organization AND t.item = m.item
   AND m.done_on >= t.from_on AND (t.until_on IS NULL OR m.done_on < t.until_on)
 WHERE t.id = $1 AND m.kind = $2 ORDER BY m.subject_id
"""

MISSED = """
SELECT m.item, min(m.done_on) AS since_on, count(*)::int AS times FROM missed_prices m
 WHERE m.organization = $1 AND ($2::text IS NULL OR m.item > $2)
 GROUP BY m.item ORDER BY m.item LIMIT $3
"""


async def waiting_for(*, tariff_id: UUID, kind: Kind) -> list[UUID]:
    """What was done and waited for this price."""
    return [each["subject_id"] for each in await rows(WAITING, tariff_id, kind)]


async def missed_prices(*, actor: Actor, limit: int, after: str | None) -> pages.Cut:
    """The items for which bills of the actor's organization wait."""
    (last,) = pages.read("payments.missed_prices", after, str)
    found = await rows(MISSED, actor.organization_id, last, limit + 1)
    return pages.cut(
        found, limit=limit, listing="payments.missed_prices", key=lambda each: (each["item"],)
    )


async def tariff(tariff_id: UUID) -> Record | None:
    return await row("SELECT * FROM tariffs WHERE id = $1", tariff_id)


async def see_tariff(*, tariff_id: UUID) -> Record:
    """Prices hang on the wall (公示): they are everybody's to read.

    :raises Missing:
    """
    found = await tariff(tariff_id)
    if found is None:
        raise Missing
    return found


LISTED = """
SELECT * FROM tariffs
 WHERE organization = $1 AND from_on <= $2 AND (until_on IS NULL OR until_on > $2)
   AND ($3::text IS NULL OR item > $3)
 ORDER BY item LIMIT $4
"""


async def tariffs(*, organization_id: UUID, on: date, limit: int, after: str | None) -> pages.Cut:
    """The price table of an organization as it stands on a day."""
    (last,) = pages.read("payments.tariffs", after, str)
    found = await rows(LISTED, organization_id, on, last, limit + 1)
    return pages.cut(
        found, limit=limit, listing="payments.tariffs", key=lambda each: (each["item"],)
    )
