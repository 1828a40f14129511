"""The price table."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from backend.core import calendar
from backend.core.access import FAMILY, STAFF, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Page, answer
from backend.payments import actions, queries
from backend.payments.lifecycle.tariffs import TariffSaid
from backend.payments.schemas.tariffs import MissedPriceDetail, TariffDetail

PRICERS = frozenset({Role.FINANCE, Role.CHC_ADMIN, Role.INST_ADMIN})
READERS = STAFF | FAMILY


@put("/tariffs/{tariff_id:uuid}", allow=PRICERS, tags=["payments"])
async def keep_tariff(
    tariff_id: FromPath[UUID],
    data: JSONBody[TariffSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[TariffDetail]:
    """A price of your organization for an item, from a day on (HB-17).

    The one in force ends where it begins; a day that has come keeps its price: 409
    `price_is_fixed`. Say `is_sample` for amounts that are for demonstrations (示例价格).
    """
    return await answer(
        actions.keep_tariff(tariff_id=tariff_id, actor=actor, said=data, now=now), TariffDetail.of
    )


@get("/tariffs", allow=READERS, tags=["payments"])
async def list_tariffs(
    organization_id: Annotated[UUID, QueryParameter(description="whose prices")],
    now: NamedDependency[datetime],
    on: FromQuery[date | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[TariffDetail]:
    """The price table of an organization as it stands on a day; without one, today's."""
    page = await queries.tariffs(
        organization_id=organization_id, on=on or calendar.on(now), limit=limit, after=after
    )
    return Page(items=[TariffDetail.of(each) for each in page.items], next=page.next)


@get("/tariffs/{tariff_id:uuid}", allow=READERS, tags=["payments"])
async def get_tariff(tariff_id: FromPath[UUID]) -> TariffDetail:
    """One price."""
    return TariffDetail.of(await queries.see_tariff(tariff_id=tariff_id))


@get("/missed-prices", allow=PRICERS, tags=["payments"])
async def list_missed_prices(
    actor: NamedDependency[Actor],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[MissedPriceDetail]:
    """What your organization did and has no price for; a price kept from then on bills it."""
    page = await queries.missed_prices(actor=actor, limit=limit, after=after)
    return Page(items=[MissedPriceDetail.of(each) for each in page.items], next=page.next)


ROUTES = [keep_tariff, list_tariffs, get_tariff, list_missed_prices]
