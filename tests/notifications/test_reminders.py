"""A visit that comes near is told of; one that was moved or cancelled is not."""

from datetime import timedelta

import pytest

from backend.core.db import rows
from tests.builders import TUESDAY_NINE, a_delegation, a_person
from tests.notifications.builders import told
from tests.notifications.conftest import Run
from tests.visits.world import a_visit, a_world

pytestmark = pytest.mark.anyio

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.mark.rule("BG-01")
async def test_a_day_and_two_hours_before_a_visit_everybody_hears_of_it(db, owed: Run) -> None:
    world = await a_world()
    daughter = await a_person(name="李娜")
    await a_delegation(world.elder, daughter, "NOTIFY")
    await a_visit(world)
    await owed(TUESDAY_NINE - DAY - HOUR)
    assert await told(world.elder) == []
    for at, times in ((TUESDAY_NINE - DAY, 1), (TUESDAY_NINE - 2 * HOUR, 2)):
        await owed(at)
        assert await told(world.elder) == ["visit_reminder"] * times
        assert await told(daughter) == ["visit_reminder"] * times
        assert await told(world.doctor.person_id) == ["visit_to_make"] * times


@pytest.mark.rule("BG-01")
@pytest.mark.parametrize(
    "change",
    [
        "status = 'CANCELLED'",
        "status = 'CHECKED_OUT'",
        "planned_start = planned_start + (planned_end - planned_start) / 2",
    ],
)
async def test_what_was_cancelled_made_or_moved_is_not_told(db, owed: Run, change: str) -> None:
    world = await a_world()
    await a_visit(world)
    await rows(f"UPDATE visits SET {change}")
    await owed(TUESDAY_NINE - 2 * HOUR)
    assert await told(world.elder) == []


@pytest.mark.rule("BG-01")
async def test_who_goes_by_now_is_reminded(db, owed: Run) -> None:
    world = await a_world()
    await a_visit(world)
    await rows("UPDATE visit_assignments SET staff = $1", world.nurse.person_id)
    await owed(TUESDAY_NINE - 2 * HOUR)
    assert await told(world.doctor.person_id) == []
    assert len(await told(world.nurse.person_id)) == 2


@pytest.mark.rule("BG-02")
async def test_a_visit_nobody_began_is_late_then_missed(db, owed: Run) -> None:
    world = await a_world()
    await a_visit(world)
    await owed(TUESDAY_NINE + DAY)
    topics = [each["topic"] for each in await rows("SELECT topic FROM journal ORDER BY id")]
    assert [topic for topic in topics if topic in {"VisitLate", "VisitMissed"}] == [
        "VisitLate",
        "VisitLate",
        "VisitMissed",
    ]
