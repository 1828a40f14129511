"""建床费: once an episode, and never in the way of the opening (HB-15, HB-17)."""

import pytest

from backend.beds import actions
from backend.core.access import Role
from backend.core.db import row, value
from backend.payments.lifecycle.tariffs import Fee
from tests.beds.world import NINE, a_ready, a_world, an_open, open_it, status_of
from tests.builders import staff_of
from tests.payments.world import a_tariff, balances, lines_of

pytestmark = pytest.mark.anyio
BILL = "SELECT * FROM payables WHERE kind = 'HOME_SICKBED' AND subject_id = $1"


@pytest.mark.rule("HB-15")
async def test_the_opening_is_billed_once_an_episode(db: None) -> None:
    world = await a_world()
    await a_tariff(await staff_of(world.center, Role.FINANCE), Fee.OPENING, 10000)
    home_sickbed_id = await a_ready(world)
    for _ in range(2):
        await open_it(world, home_sickbed_id)
    bill = await row(BILL, home_sickbed_id)
    assert bill is not None
    assert (bill["person"], bill["organization"]) == (world.elder, world.center)
    assert (bill["total_fen"], bill["status"], bill["happened_at"]) == (10000, "OPEN", NINE)
    assert await lines_of(bill["id"]) == {Fee.OPENING: 10000}
    assert await balances(bill["id"]) == {"RECEIVABLE": 10000, "REVENUE": -10000}
    await actions.bill_opening(home_sickbed_id=home_sickbed_id, now=NINE)
    assert await value("SELECT count(*) FROM payables") == 1


@pytest.mark.rule("HB-17")
async def test_a_bed_opens_without_a_price_and_is_billed_when_there_is_one(db: None) -> None:
    world = await a_world()
    finance = await staff_of(world.center, Role.FINANCE)
    await a_tariff(finance, Fee.ROUND, 8000)
    home_sickbed_id = await an_open(world)
    assert await status_of(home_sickbed_id) == "OPEN"
    assert await row(BILL, home_sickbed_id) is None
    tariff_id = await a_tariff(finance, Fee.OPENING, 10000)
    assert await actions.bill_what_waited(tariff_id=tariff_id, now=NINE) == 1
    bill = await row(BILL, home_sickbed_id)
    assert bill is not None
    assert bill["total_fen"] == 10000
    assert await actions.bill_what_waited(tariff_id=tariff_id, now=NINE) == 0
