"""Who is told of a bill, and who reads it in a timeline: whoever may pay."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from backend.core.access import SYSTEM, Actor
from backend.core.db import row
from backend.core.ids import uuid7
from backend.notifications import actions as notifications
from backend.payments import actions
from backend.payments.lifecycle.billing import Done
from backend.payments.lifecycle.statuses import Kind
from tests.builders import TUESDAY_NINE as NINE
from tests.notifications.builders import told
from tests.payments.world import World, a_world

pytestmark = pytest.mark.anyio
Phone = Callable[[Actor], httpx.AsyncClient]


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


async def bill(world: World, item: str) -> UUID | None:
    return await actions.bill(
        kind=Kind.VISIT,
        subject_id=uuid7(),
        person_id=world.visits.elder,
        organization_id=world.center,
        institution_id=None,
        is_outpatient=False,
        done=[Done(item=item, from_at=NINE)],
        actor=SYSTEM,
        now=NINE,
    )


async def tell_of_the_last_event() -> None:
    found = await row("SELECT topic, body FROM journal ORDER BY id DESC LIMIT 1")
    assert found is not None
    args: dict[str, Any] = msgspec.json.decode(found["body"])
    await notifications.tell_of(event=found["topic"], key="tell:event:1", args=args, now=NINE)


@pytest.mark.rule("PY-10")
async def test_who_may_pay_is_told_of_a_bill_and_nobody_else(world: World) -> None:
    await bill(world, "S113")
    await tell_of_the_last_event()
    for payer in (world.elder, world.daughter, world.payer):
        assert await told(payer.person_id) == ["payable_opened"]
    for other in (world.reader, world.finance, world.house_admin, world.visits.doctor):
        assert await told(other.person_id) == []


@pytest.mark.rule("HB-17")
async def test_the_books_are_told_of_a_missing_price(world: World) -> None:
    await bill(world, "S114")
    await tell_of_the_last_event()
    assert await told(world.finance.person_id) == ["price_missed"]
    assert await told(world.visits.admin.person_id) == ["price_missed"]
    assert await told(world.elder.person_id) == []


@pytest.mark.rule("PY-10")
async def test_a_timeline_shows_bills_to_who_may_pay_and_names_nothing(
    world: World, client_for: Phone
) -> None:
    await bill(world, "S113")
    await bill(world, "DOOR_FEE_INSTITUTION")

    async def read(actor: Actor) -> list[tuple[str, int]]:
        path = f"/v1/persons/{world.visits.elder}/timeline?level=full"
        answer = await client_for(actor).get(path)
        assert answer.status_code == 200, answer.text
        assert "S113" not in answer.text
        return [
            (each["said"], each["thing"]["total_fen"])
            for each in answer.json()["items"]
            if each["kind"] == "payable"
        ]

    assert await read(world.elder) == [("本次服务无需付费", 0), ("有新的账单", 3000)]
    assert await read(world.reader) == []
    assert await read(world.visits.doctor) == []
