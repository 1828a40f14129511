"""Something happens at the bedside, or to the carer."""

import pytest

from backend.core.ids import uuid7
from tests.journeys.person import Json, Person, point
from tests.journeys.world import Town

pytestmark = pytest.mark.anyio


@pytest.mark.rule("EM-02", "EM-03", "EM-04")
async def test_a_stroke_at_the_bedside_ends_the_visit_and_asks_for_a_rescue_note(
    town: Town,
) -> None:
    # given a doctor at the bedside at ten past four
    doctor, dispatcher, daughter = await town.people("沈明", "郑洁", "马静")
    father = await town.elder("马德华")
    await town.clock_shows("15:00")
    visit = await dispatcher.plans_a_visit(father, by=doctor, at="16:00")
    await town.clock_shows("16:02")
    await doctor.checks_in(visit, point(father))
    await town.clock_shows("16:10")

    # when he calls for help, with a person and a place and one more word
    call: Json = {"person_id": str(father.id), "client_time": doctor.says_it_is()}
    emergency = await doctor.puts(
        f"/emergencies/{uuid7()}", **call, kind="STROKE", point=point(father), visit_id=visit
    )
    await town.finish_all_work()

    # then the visit is over, the family and the office know, and he has six hours to write it down
    assert (await dispatcher.reads(f"/visits/{visit}"))["status"] == "ABORTED_EMERGENCY"
    assert "emergency_family" in await daughter.was_told(about=emergency["id"])
    assert await dispatcher.was_told(about=emergency["id"]) == ["emergency"]
    first, *_ = await doctor.lists("/work")
    assert (first["kind"], first["priority"]) == ("rescue_note", 1)
    assert first["due_at"] == _as_said(town, "22:10")

    # when the six hours are over, that is said, once; what comes late is marked and no less welcome
    await town.clock_shows("22:11")
    assert (await doctor.was_told()).count("rescue_note_missed") == 1
    note = await doctor.writes_a_note(
        father, "突发左侧肢体无力，呼叫120。", kind="RESCUE", visit_id=visit,
        at=_as_said(town, "16:10"), content={"present": "沈明"},
    )  # fmt: skip
    assert (await doctor.signs(note))["lateness"] == "LATE"
    assert "rescue_note" not in {each["kind"] for each in await doctor.lists("/work")}


@pytest.mark.rule("HB-12", "BG-02")
async def test_a_door_that_nobody_opens_is_knocked_at_twice_and_the_family_called(
    town: Town,
) -> None:
    # given a doctor at a shut door
    doctor, dispatcher, daughter = await town.people("沈明", "郑洁", "马静")
    father = await town.elder("马德华")
    await town.clock_shows("15:00")
    visit = await dispatcher.plans_a_visit(father, by=doctor, at="15:30")
    await town.clock_shows("15:31")
    await doctor.leaves_for(visit)

    # when he wants to leave after one knock, he is asked to knock again
    said: Json = {"client_time": doctor.says_it_is()}
    path = f"/visits/{visit}/no-access"
    await doctor.puts(path, answers="422 too_few_attempts", **said, attempts=1)
    await doctor.puts(path, **said, attempts=2)

    # then the family is told at once, by a text message too, and the office is not told of a delay
    await town.clock_shows("16:30")
    assert "nobody_opened" in await daughter.was_told(about=visit)
    assert any("无人应门" in text for _, text, _ in town.inbox.sent)
    assert await dispatcher.was_told(about=visit) == []

    # and when the father comes home after all, care goes on, and is odd only for having been ended
    arrived = await doctor.checks_in(visit, point(father))
    assert (arrived["status"], [each["code"] for each in arrived["findings"]]) == (
        "CHECKED_IN",
        ["ENDED", "LATE"],
    )


@pytest.mark.rule("EM-05")
async def test_a_carer_who_does_not_come_out_is_called_then_looked_for(town: Town) -> None:
    # given a nurse who went in at two and should have been out at 14:40
    nurse, dispatcher = await town.people("唐静", "郑洁")
    father = await town.elder("马德华")
    await town.clock_shows("13:00")
    visit = await dispatcher.plans_a_visit(father, by=nurse, at="14:00")
    await town.clock_shows("14:00")
    await nurse.checks_in(visit, point(father))

    # when time passes and nothing is heard, she is called, then the office is, then more
    assert await _heard(town, "15:09", nurse, dispatcher, visit) == ([], [])
    assert await _heard(town, "15:10", nurse, dispatcher, visit) == (["check_out_overdue"], [])
    _, office = await _heard(town, "15:25", nurse, dispatcher, visit)
    assert office == ["carer_overdue"]
    _, office = await _heard(town, "15:40", nurse, dispatcher, visit)
    assert set(office) == {"carer_overdue", "visit_late", "carer_silent"}

    # then she comes out, and nobody is told anything more
    await nurse.checks_out(visit, point(father))
    assert await _heard(town, "18:00", nurse, dispatcher, visit) == (["check_out_overdue"], office)


async def _heard(
    town: Town, hour: str, carer: Person, office: Person, visit: str
) -> tuple[list[str], list[str]]:
    await town.clock_shows(hour)
    return await carer.was_told(about=visit), await office.was_told(about=visit)


def _as_said(town: Town, hour: str) -> str:
    return town.hour.at(hour).isoformat().replace("+00:00", "Z")
