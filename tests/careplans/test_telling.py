"""Who hears of a plan: the family once and not of each visit, and who has something to do."""

import msgspec
import pytest

from backend.core.db import rows
from backend.notifications import actions as notifications
from tests.careplans.world import MORNING, World, a_draft, a_world, an_active_plan, end, revise
from tests.notifications.builders import told
from workers.listeners import LISTENERS

pytestmark = pytest.mark.anyio


async def tell() -> None:
    """Of all that happened, as the relay would."""
    for each in await rows("SELECT id, topic, body FROM journal ORDER BY id"):
        if {"tell", "tell_at_once"} & {*LISTENERS.get(each["topic"], ())}:
            await notifications.tell_of(
                event=each["topic"],
                key=f"tell:event:{each['id']}",
                args=msgspec.json.decode(each["body"]),
                now=MORNING,
            )


async def heard(world: World) -> list[str]:
    await tell()
    return sorted(await told(world.elder))


async def test_the_family_hears_of_a_plan_once_and_not_of_each_visit(db) -> None:
    world = await a_world()
    plan_id = await an_active_plan(world)
    assert await heard(world) == ["plan_active"]
    await revise(world, plan_id)
    assert await heard(world) == ["plan_active", "plan_revised"]
    await end(world, plan_id)
    assert await heard(world) == ["plan_active", "plan_ended", "plan_revised"]


async def test_the_senior_doctors_hear_of_what_they_are_to_countersign(db) -> None:
    world = await a_world()
    await a_draft(world, is_hospice=True)
    await tell()
    assert await told(world.senior.person_id) == ["plan_to_countersign"]
    assert await told(world.elder) == []
