"""Dr. 沈 falls ill at half past ten in the evening."""

from datetime import timedelta

import pytest

from backend.core import calendar
from backend.core.ids import uuid7
from tests.journeys.world import Town

pytestmark = pytest.mark.anyio


@pytest.mark.rule("BG-23")
async def test_colleagues_take_the_visits_of_tomorrow_and_one_is_left_uncovered(
    town: Town,
) -> None:
    # given three visits of tomorrow, and two colleagues, who are both busy at ten
    doctor, yan, qin, dispatcher = await town.people("沈明", "严冬", "秦岚", "郑洁")
    daughter = (await town.people("马静"))[0]
    father, neighbour, third = [await town.elder(name) for name in ("马德华", "周国强", "杨永福")]
    await town.clock_shows("16:00")
    early = await dispatcher.plans_a_visit(neighbour, by=doctor, at="08:00", days=1)
    busy = await dispatcher.plans_a_visit(father, by=doctor, at="10:00", days=1)
    late = await dispatcher.plans_a_visit(neighbour, by=doctor, at="14:00", days=1)
    for colleague, elder in ((yan, third), (qin, neighbour)):
        await dispatcher.plans_a_visit(elder, by=colleague, at="10:00", days=1)

    # when the doctor says at 22:30 that he is ill tomorrow
    await town.clock_shows("22:30")
    begins, ends = calendar.day(town.hour.tuesday + timedelta(days=1))
    await doctor.puts(
        f"/absences/{uuid7()}",
        absent_from=begins.isoformat(),
        absent_until=ends.isoformat(),
        reason="ill",
    )
    await town.finish_all_work()

    # then a colleague of the same sex goes to the first and the last
    for visit in (early, late):
        assert await _going(dispatcher, visit) == [yan.id]
        assert await yan.was_told(about=visit) == ["visit_given"]
        assert "visit_taken" in await doctor.was_told(about=visit)

    # and nobody to the one at ten: the office is told at once, and the family that it must move
    assert await _going(dispatcher, busy) == []
    assert "visit_uncovered" in await dispatcher.was_told(about=busy)
    assert (await daughter.was_told(about=busy))[-1] == "visit_to_rearrange"
    lines = await dispatcher.lists("/work")
    assert [each["subject_id"] for each in lines] == [busy]

    # and he sees what became of his visits, as everybody of his center does
    assert (await doctor.reads(f"/visits/{early}"))["status"] == "PLANNED"

    # when the dispatcher sends the other one, later in the day, the list is empty again
    await town.clock_shows("07:30", days=1)
    plan = await dispatcher.reads(f"/visits/{busy}")
    at_eleven = town.hour.at("11:00", days=1)
    await dispatcher.puts(
        f"/visits/{busy}",
        answers="200",
        if_match=plan["version"],
        kind=plan["kind"],
        person_id=plan["person_id"],
        place={"kind": "home"},
        planned_start=at_eleven.isoformat(),
        planned_end=(at_eleven + timedelta(minutes=40)).isoformat(),
        staff=[{"person_id": qin.id}],
    )
    assert await dispatcher.lists("/work") == []


async def _going(dispatcher, visit: str) -> list[str]:
    staff = (await dispatcher.reads(f"/visits/{visit}"))["staff"]
    return [each["staff_id"] for each in staff if each["until_at"] is None]
