"""对账 over real HTTP: the providers' own bills beside our books, and what nobody told us of."""

from datetime import datetime, timedelta
from uuid import UUID

import httpx
import pytest

from backend.core import calendar, clock
from backend.core.access import Role
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.payments import actions
from backend.payments.lifecycle.statuses import ChannelName
from tests.builders import staff_of
from tests.gateways.money import Money
from tests.payments.family import DRUGS, FREIGHT, ROUND, Family, a_bill, a_family, stands
from tests.payments.payers_world import the_books_hold
from tests.payments.test_the_whole_way import ordered, put

__all__ = ["the_books_hold"]
pytestmark = pytest.mark.anyio
CHANNELS = (ChannelName.WECHAT, ChannelName.ALIPAY)


@pytest.fixture
async def family(db: None, gateway: Money) -> Family:
    made = await a_family()
    gateway.use()
    return made


async def paid(
    client: httpx.AsyncClient, family: Family, gateway: Money, payable: UUID, channel: str
) -> UUID:
    """Ordered, and paid on the daughter's phone; what the provider says of it is still to come."""
    order = await ordered(client, family, payable, channel)
    if channel == "alipay":
        gateway.pay_opened(order["pay"]["orderString"], by="周敏")
    else:
        gateway.pay(order["out_trade_no"], by="周敏")
    return UUID(order["id"])


def tonight(now: datetime) -> datetime:
    """After the day is over: its bill is to be had then."""
    _, end = calendar.day(calendar.on(now))
    return end + timedelta(hours=3)


async def reconciled(now: datetime) -> list[tuple[str, str, str | None]]:
    for channel in CHANNELS:
        await actions.reconcile_channel(channel=channel, day=calendar.on(now), now=tonight(now))
    found = await rows("SELECT * FROM reconciliation_differences ORDER BY trade_no")
    return [(each["kind"], each["about"], each["resolution_code"]) for each in found]


@pytest.mark.rule("PY-15")
async def test_a_day_of_payments_and_refunds_agrees_with_the_bills_of_both_channels(
    family: Family, client: httpx.AsyncClient, gateway: Money
) -> None:
    now = clock.now()
    mixed = await a_bill(family, DRUGS, FREIGHT, kind="PRESCRIPTION")
    order_id = await paid(client, family, gateway, mixed, "wechat")
    await gateway.deliver(client)
    finance = await staff_of(family.center, Role.FINANCE)
    said = {"order_id": str(order_id), "reason_code": "NOT_DONE", "cash_fen": 100, "gov_fen": 200}
    refund = await put(client, finance, f"/refunds/{uuid7()}", said)
    await actions.make_refund(refund_id=UUID(refund["id"]), now=clock.now())
    await gateway.deliver(client)
    cash = await a_bill(family, FREIGHT, kind="DELIVERY")
    await paid(client, family, gateway, cash, "alipay")
    await gateway.deliver(client)
    assert {await stands(mixed), await stands(cash)} == {"PARTLY_REFUNDED", "PAID"}

    assert await reconciled(now) == []
    kept = await rows("SELECT * FROM reconciliations ORDER BY channel")
    assert [each["channel"] for each in kept] == ["alipay", "wechat"]
    assert [each["theirs_count"] for each in kept] == [1, 2]
    assert [each["theirs_fen"] for each in kept] == [each["ours_fen"] for each in kept]


@pytest.mark.rule("PY-15")
async def test_what_was_paid_and_never_told_is_found_at_night_and_settled_by_asking(
    family: Family, client: httpx.AsyncClient, gateway: Money
) -> None:
    now = clock.now()
    payable = await a_bill(family, ROUND)
    await paid(client, family, gateway, payable, "wechat")  # and no callback comes
    assert await stands(payable) == "LOCKED"
    assert await reconciled(now) == [("LONG", "payment", None)]
    (difference,) = await rows("SELECT id FROM reconciliation_differences")
    assert await actions.settle_difference(difference_id=difference["id"], now=now) is None
    assert await stands(payable) == "PAID"
    assert await reconciled(now) == [("LONG", "payment", "asked")]
