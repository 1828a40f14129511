"""What was done stays owed wherever an elder goes, and after them."""

from uuid import UUID

import pytest

from backend.core.access import SYSTEM, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.payments import actions as payments
from backend.payments.lifecycle.billing import Done
from backend.payments.lifecycle.statuses import Kind
from backend.transfers import actions
from tests.builders import staff_of
from tests.payments.world import a_tariff
from tests.transfers import world as of
from tests.transfers.world import NINE, World, a_world

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


async def a_bill(world: World, *, fen: int = 3000) -> UUID:
    finance = await staff_of(world.beds.center, Role.FINANCE)
    item = f"item-{fen}"
    await a_tariff(finance, item, fen)
    opened = await payments.bill(
        kind=Kind.VISIT,
        subject_id=uuid7(),
        person_id=world.elder,
        organization_id=world.beds.center,
        institution_id=None,
        is_outpatient=False,
        done=[Done(item=item, from_at=NINE)],
        actor=SYSTEM,
        now=NINE,
    )
    assert opened is not None
    return opened


async def test_an_unpaid_bill_goes_on_into_hospital_and_a_settled_one_is_no_open_work(
    world: World,
) -> None:
    owed, _settled = await a_bill(world), await a_bill(world, fen=0)
    made = await of.arrive(await of.in_transit(world), world.ward)
    bills = {each.thing_id: str(each.outcome) for each in made.outcomes if each.what == "bill"}
    assert bills == {owed: "continue"}
    assert await value("SELECT status FROM payables WHERE id = $1", owed) == "OPEN"


async def test_what_was_done_is_owed_after_a_death(world: World) -> None:
    owed = await a_bill(world)
    await rows("UPDATE persons SET died_on = '2026-11-24' WHERE id = $1", world.elder)
    await actions.end_open_work(person_id=world.elder, now=NINE)
    assert await value("SELECT status FROM payables WHERE id = $1", owed) == "OPEN"
