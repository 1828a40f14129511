"""Prices: one after the other, each from a day on (HB-17)."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, calendar
from backend.core.access import Actor
from backend.core.db import action, row, rows
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import Malformed, Missing
from backend.core.wire import Kept, check_same, fingerprint
from backend.payments import queries
from backend.payments.events import TariffKept
from backend.payments.lifecycle.tariffs import TariffSaid
from backend.payments.problems import PriceIsFixed
from backend.payments.schemas.tariffs import TariffDetail

HOLD = "SELECT 1 FROM organizations WHERE id = $1 FOR NO KEY UPDATE"

# The last one that begins before gives way; any other that meets these days stands in the way.
BEFORE = """
SELECT id, from_on, until_on FROM tariffs
 WHERE organization = $1 AND item = $2 AND from_on < $3 AND (until_on IS NULL OR until_on > $3)
"""

IN_THE_WAY = """
SELECT id FROM tariffs
 WHERE organization = $1 AND item = $2 AND from_on >= $3 AND ($4::date IS NULL OR from_on < $4)
 LIMIT 1
"""

INSERT = """
INSERT INTO tariffs (id, organization, item, service_class, price_fen, is_insured, is_sample,
                     from_on, until_on, kept_by, recorded_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


@action
async def keep_tariff(
    *, tariff_id: UUID, actor: Actor, said: TariffSaid, now: datetime
) -> Kept[Record]:
    """A price of the caller's organization; the one in force until then ends where it begins.

    What was in force never changes for days that have come: another price begins tomorrow or
    later. The first price of an item may begin in the past, and what waited for it is billed.

    :raises Missing: the id is another organization's :raises AlreadyDifferent:
    :raises PriceIsFixed:
    """
    await rows(HOLD, actor.organization_id)
    digest = fingerprint(said)
    stored = await queries.tariff(tariff_id)
    if stored is not None:
        if stored["organization"] != actor.organization_id:
            raise Missing
        check_same(digest, stored["fingerprint"], lambda: TariffDetail.of(stored))
        return Kept(stored, first=False)
    if not is_uuid7(tariff_id):
        raise Malformed(field="tariff_id")
    await _make_room(actor, said, now)
    await rows(
        INSERT,
        tariff_id,
        actor.organization_id,
        said.item,
        said.service_class,
        said.price_fen,
        said.is_insured,
        said.is_sample,
        said.from_on,
        said.until_on,
        actor.person_id,
        now,
        digest,
    )
    assert actor.organization_id is not None
    publish(TariffKept(subject_id=tariff_id, organization_id=actor.organization_id))
    audit.wrote(actor, "payments.tariff", subject_id=tariff_id)
    made = await queries.tariff(tariff_id)
    assert made is not None
    return Kept(made, first=True)


async def _make_room(actor: Actor, said: TariffSaid, now: datetime) -> None:
    """:raises PriceIsFixed:"""
    asked = actor.organization_id, said.item, said.from_on
    if other := await row(IN_THE_WAY, *asked, said.until_on):
        raise PriceIsFixed(tariff_id=other["id"])
    before = await row(BEFORE, *asked)
    if before is None:
        return
    if said.from_on <= calendar.on(now):
        raise PriceIsFixed(tariff_id=before["id"])
    await rows("UPDATE tariffs SET until_on = $2 WHERE id = $1", before["id"], said.from_on)
