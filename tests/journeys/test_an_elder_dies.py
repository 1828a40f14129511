"""马德华 dies: what he allowed ends with his life."""

import pytest

from backend.core.ids import uuid7
from tests.journeys.person import Json
from tests.journeys.world import Town

pytestmark = pytest.mark.anyio


@pytest.mark.rule("RC-08", "RC-06")
async def test_permissions_end_with_a_life_and_close_kin_may_ask_for_the_record(
    town: Town,
) -> None:
    # given a daughter who may see everything, and a visit of tomorrow
    daughter, admin, dispatcher, doctor = await town.people("马静", "钱敏华", "郑洁", "沈明")
    father = await town.elder("马德华")
    await town.clock_shows("12:00")
    visit = await dispatcher.plans_a_visit(father, by=doctor, at="09:00", days=1)
    await daughter.reads(f"/persons/{father.id}/timeline?level=full")

    # when the center records his death
    known = await admin.reads(f"/persons/{father.id}")
    await admin.puts(
        f"/persons/{father.id}",
        answers="200",
        if_match=known["version"],
        name=known["name"],
        sex=known["sex"],
        born_on=known["born_on"],
        phone=known["phone"],
        home={key: known["home"][key] for key in ("line", "room", "street_code", "point")},
        center_id=known["center_id"],
        died_on=str(town.hour.tuesday),
    )

    # then the next request of every relative is refused, and nothing more is asked of them
    for path in ("", "/timeline", "/access-log"):
        await daughter.reads(f"/persons/{father.id}{path}", answers="403 delegation_ended")
    await town.clock_shows("10:00", days=1)
    assert "visit_reminder" not in await daughter.was_told()
    assert (await daughter.was_told())[-1] == "delegation_revoked"

    # and the visit of tomorrow is called off by itself, which the doctor hears
    assert (await dispatcher.reads(f"/visits/{visit}"))["status"] == "CANCELLED"
    assert (await doctor.was_told(about=visit))[-1] == "visit_cancelled"

    # and as close kin she may ask for a copy, with the proof of kinship
    copy: Json = {"person_id": str(father.id), "chapters": ["notes"]}
    await daughter.puts(f"/copies/{uuid7()}", answers="422 needs_proof", **copy)
    asked = await daughter.puts(f"/copies/{uuid7()}", **copy, proof_ids=[str(uuid7())])
    await town.finish_all_work()
    assert "copy_asked" in await admin.was_told(about=asked["id"])

    # and whoever cared for him still reads what they wrote
    assert (await doctor.reads(f"/persons/{father.id}"))["died_on"] == str(town.hour.tuesday)
