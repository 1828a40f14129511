"""The whole way over real HTTP: the pretend providers of `make up`, their keys, their callbacks."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.core import clock
from backend.core.access import Role
from backend.core.db import value
from backend.core.ids import uuid7
from backend.payments import actions
from backend.payments.lifecycle.statuses import ChannelName
from tests.builders import signed_in, staff_of
from tests.gateways.money import Money
from tests.payments.family import DRUGS, FREIGHT, ROUND, Family, a_bill, a_family, stands

Json = dict[str, Any]

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("the_books_hold")]


@pytest.fixture
async def family(db: None, gateway: Money) -> Family:
    made = await a_family()
    gateway.use()
    return made


async def put(client: httpx.AsyncClient, who, path: str, said: Json | None = None) -> Any:
    answer = await signed_in(client, who).put(f"/v1{path}", json=said)
    assert answer.is_success, answer.text
    return answer.json()


async def ordered(client, family: Family, payable: UUID, channel: str = "wechat") -> Any:
    quote = await put(client, family.daughter, f"/quotes/{uuid7()}", {"payable_id": str(payable)})
    assert not quote["is_estimated"]
    said = {"payable_id": str(payable), "quote_number": quote["number"], "channel": channel}
    return await put(client, family.daughter, f"/orders/{uuid7()}", said)


@pytest.mark.rule("PY-01", "PY-06")
async def test_insurance_and_cash_are_paid_told_and_given_back(
    family: Family, client: httpx.AsyncClient, gateway: Money
) -> None:
    payable = await a_bill(family, DRUGS, FREIGHT, kind="PRESCRIPTION")
    order = await ordered(client, family, payable)
    assert order["pay"]
    legs = order["legs"]
    assert legs["gov_fen"] > 0

    gateway.pay(order["out_trade_no"], by="周敏")
    await gateway.deliver(client)
    await gateway.deliver(client)
    assert set(gateway.answered) == {204}
    read = (await signed_in(client, family.daughter).get(f"/v1/orders/{order['id']}")).json()
    assert (read["status"], read["mix_status"]) == ("PAID", "SUCCESS")
    assert await stands(payable) == "PAID"

    finance = await staff_of(family.center, Role.FINANCE)
    said = {
        "order_id": order["id"],
        "reason_code": "NOT_DONE",
        "cash_fen": 100,
        "gov_fen": 200,
    }
    refund = await put(client, finance, f"/refunds/{uuid7()}", said)
    assert await actions.make_refund(refund_id=UUID(refund["id"]), now=clock.now()) is None
    await gateway.deliver(client)
    assert set(gateway.answered) == {204}
    assert await stands(payable) == "PARTLY_REFUNDED"


async def test_a_forged_callback_moves_nothing(
    family: Family, client: httpx.AsyncClient, gateway: Money
) -> None:
    payable = await a_bill(family, ROUND)
    order = await ordered(client, family, payable)
    url = "http://bedside/v1/payment-notices/wechat"
    gateway.provider.forge(ChannelName.WECHAT, url, order["out_trade_no"])
    await gateway.deliver(client)
    assert gateway.answered == [400]
    assert await stands(payable) == "LOCKED"
    assert await value("SELECT count(*) FROM payment_notices") == 0
