"""Dr. 沈 visits 马德华 at home; the daughter is told once, and reads the timeline."""

import pytest

from tests.journeys.person import odd, point
from tests.journeys.world import Town

pytestmark = pytest.mark.anyio

BAG = [
    "stethoscope", "sphygmomanometer", "thermometer", "torch", "tongue_depressor",
    "injection_and_dressing_kit", "means_of_communication",
]  # fmt: skip


@pytest.mark.rule("HC-08", "EV-02", "BG-01", "RC-03")
async def test_a_doctor_signs_in_on_a_new_phone_makes_a_visit_and_the_daughter_follows_it(
    town: Town,
) -> None:
    # given a doctor with a new phone, which an administrator lets in
    admin, dispatcher, daughter = await town.people("钱敏华", "郑洁", "马静")
    father = await town.elder("马德华")
    doctor = await town.stranger("沈明")
    login_code_id = await doctor.phone.ask_code()
    waits = await doctor.phone.enter(login_code_id, town.inbox.code())
    assert (waits.status_code, waits.json()["code"]) == (403, "device_waits")
    await town.finish_all_work()
    assert await admin.was_told(about=str(doctor.phone.id)) == ["device_waiting"]
    await admin.puts(f"/devices/{doctor.phone.id}/trust")
    enters = await doctor.phone.enter(login_code_id, town.inbox.code())
    assert enters.status_code == 201
    doctor.phone.pair = enters.json()
    me = await doctor.reads("/me")
    assert (me["name"], me["role"], me["is_trusted"]) == ("沈明", "GP", True)

    # and a visit that was planned the evening before
    await town.clock_shows("18:00", days=-1)
    visit = await dispatcher.plans_a_visit(father, by=doctor, at="09:00", items=[{"code": "S105"}])
    await town.clock_shows("07:30")
    assert await daughter.was_told(about=visit) == ["visit_planned", "visit_reminder"]

    # when the doctor looks at the day, packs and leaves
    (card,) = await doctor.lists(f"/visits?on={town.hour.tuesday}&assigned_to=me")
    assert (card["id"], card["person_name"]) == (visit, "马德华")
    bag = await doctor.puts(
        f"/visits/{visit}/bag-check",
        client_time=doctor.says_it_is(),
        present=[*BAG, "glucose_strips"],
        unusable=["glucose_strips"],
    )
    assert (bag["missing"], bag["unusable"]) == ([], ["glucose_strips"])
    await town.clock_shows("08:40")
    await doctor.leaves_for(visit)

    # and arrives, measures, and goes
    await town.clock_shows("08:58")
    arrived = await doctor.checks_in(visit, point(father, north_m=30))
    assert (arrived["status"], arrived["verification"]) == ("CHECKED_IN", "AUTO")
    assert 28 <= arrived["distance_m"] <= 32
    await doctor.measures("sbp", 136, father, visit_id=visit)
    await town.clock_shows("09:35")
    left = await doctor.checks_out(visit, point(father), items=["S105"])
    assert (left["status"], odd(left)) == ("CHECKED_OUT", [])

    # then the daughter was told once of the beginning and once of the end
    await town.clock_shows("10:00")
    told = await daughter.was_told(about=visit)
    assert told == ["visit_planned", "visit_reminder", "visit_begun", "visit_ended"]

    # and what the phone says again changes nothing and tells nobody
    await doctor.sends_everything_again()
    await town.clock_shows("10:05")
    assert await daughter.was_told(about=visit) == told

    # and she reads it all in one timeline, which says that it happened and not what was found
    timeline = await daughter.lists(f"/persons/{father.id}/timeline")
    assert [each["said"] for each in timeline][:5] == [
        "上门服务结束", "记录一次测量", "医护人员已到达", "医护人员已出发", "安排上门服务",
    ]  # fmt: skip
    assert all(each["thing"] is None for each in timeline)
    seen = await daughter.reads(f"/visits/{visit}")
    assert (seen["is_verified"], seen["is_documented"]) == (True, False)
