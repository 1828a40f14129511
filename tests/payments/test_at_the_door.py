"""到付: what is brought is paid at the door, and nothing else."""

import pytest

from backend.payments import actions
from backend.payments.problems import NotOwed
from tests.payments.family import FREIGHT, NOW, Family, a_bill, an_order, balance, later

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("the_books_hold")]


async def test_only_what_is_brought_is_paid_at_the_door(family: Family) -> None:
    """Nobody would come for the money of a visit, and nobody else could pay it any more."""
    payable = await a_bill(family)
    with pytest.raises(NotOwed):
        await actions.agree_on_delivery(payable_id=payable, actor=family.son, now=NOW)
    await an_order(family, payable)


async def test_what_is_paid_at_the_door_is_paid_there_alone(family: Family) -> None:
    payable = await a_bill(family, FREIGHT, kind="DELIVERY")
    agreed = await actions.agree_on_delivery(payable_id=payable, actor=family.daughter, now=NOW)
    assert agreed.thing["status"] == "ON_DELIVERY"
    for _ in range(2):
        paid = await actions.collect(payable_id=payable, actor=family.elder, now=later(hours=1))
        assert paid.thing["status"] == "PAID"
    assert (await balance("COLLECTED"), await balance("RECEIVABLE")) == (800, 0)
