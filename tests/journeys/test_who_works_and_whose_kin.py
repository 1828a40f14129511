"""A nurse who is somebody's daughter, and a doctor who leaves the center."""

from datetime import timedelta

import pytest

from backend.core import calendar
from backend.core.ids import uuid7
from seeds.ids import seed_id
from tests.journeys.person import Json, point
from tests.journeys.world import Town

pytestmark = pytest.mark.anyio


@pytest.mark.rule("ID-01", "RC-03", "RC-07")
async def test_a_nurse_who_is_also_kin_acts_in_one_role_at_a_time(town: Town) -> None:
    # given a nurse whom 马德华 lets see what happens to him, as kin
    nurse, father, daughter = await town.people("唐静", "马德华", "马静")
    today = calendar.on(town.hour.now())
    await father.puts(
        f"/delegations/{uuid7()}",
        person_id=father.id,
        delegate_id=nurse.id,
        scopes=["VIEW_SUMMARY"],
        valid_from=str(today),
        valid_to=str(today + timedelta(days=30)),
    )
    elder = await town.elder("马德华")

    # when she looks at work, she sees what a nurse sees, and may record
    assert (await nurse.reads(f"/persons/{father.id}"))["home"]["room"] is not None
    await nurse.measures("temp", 36.6, elder)

    # and when she acts as kin, no more than he lets her: the phone is the same, the token is not
    before = nurse.phone.pair
    pair = await nurse.asks("PUT", "/acting-role", {"role": "RELATIVE"}, "200")
    await nurse.reads("/me", answers="401 unauthenticated")
    nurse.phone.pair = pair
    assert (await nurse.reads("/me"))["role"] == "RELATIVE"
    assert pair["session_id"] != before["session_id"]
    assert (await nurse.reads(f"/persons/{father.id}"))["home"]["room"] is None
    await nurse.measures("temp", 36.6, elder, answers="403 scope_missing")
    await nurse.reads(f"/persons/{father.id}/access-log", answers="403 scope_missing")

    # then the log says in which role she looked
    log = await daughter.lists(f"/persons/{father.id}/access-log")
    looks = {
        (each["role"], each["tie"])
        for each in log
        if each["actor_id"] == nurse.id and each["what"] == "people.person"
    }
    assert looks == {("NURSE", "registration"), ("RELATIVE", "delegation")}


@pytest.mark.rule("BG-23")
async def test_a_doctor_who_leaves_is_out_at_once_and_the_office_sees_the_visits_left_behind(
    town: Town,
) -> None:
    # given a doctor with a visit of tomorrow
    doctor, admin, dispatcher, colleague = await town.people("沈明", "钱敏华", "郑洁", "秦岚")
    father = await town.elder("马德华")
    await town.clock_shows("12:00")
    visit = await dispatcher.plans_a_visit(father, by=doctor, at="09:00", days=1)
    await doctor.reads(f"/visits/{visit}")

    # when the administrator ends the employment
    path = f"/staff/{seed_id('staff', 'shen')}"
    employed = await admin.reads(path)
    kept = ("person_id", "roles", "employed_from", "title", "practising_since")
    left_on = calendar.on(town.hour.at("12:00") - timedelta(days=10))
    await admin.puts(
        path,
        answers="200",
        if_match=employed["version"],
        **{key: employed[key] for key in kept},
        registered_here=False,
        employed_until=str(left_on),
    )

    # then the phone is out with its next request, and the office is told
    await doctor.reads(f"/visits/{visit}", answers="401 unauthenticated")
    await town.finish_all_work()
    assert "staff_left" in await dispatcher.was_told()
    (line,) = await dispatcher.lists("/work")
    assert (line["kind"], line["subject_id"]) == ("uncovered_visit", visit)

    # and nobody can send who left: a colleague goes, and nothing was lost
    said: Json = {"staff_id": colleague.id, "replaces_id": doctor.id}
    back: Json = {"staff_id": doctor.id, "replaces_id": colleague.id}
    await dispatcher.puts(f"/visits/{visit}/assignments/{uuid7()}", **said)
    await dispatcher.puts(
        f"/visits/{visit}/assignments/{uuid7()}", answers="422 not_qualified", **back
    )
    assert await dispatcher.lists("/work") == []
    await town.clock_shows("09:00", days=1)
    arrived = await colleague.checks_in(visit, point(father))
    assert arrived["verification"] == "AUTO"


@pytest.mark.rule("HC-09", "BG-02", "KP-04")
async def test_a_visit_that_crosses_midnight_is_one_visit_of_two_who_go(town: Town) -> None:
    # given a night visit, which asks for two
    doctor, nurse, dispatcher = await town.people("沈明", "唐静", "郑洁")
    father = await town.elder("马德华")
    await town.clock_shows("20:00")
    visit = await dispatcher.plans_a_visit(
        father,
        by=doctor,
        at="23:30",
        minutes=60,
        staff=[{"person_id": doctor.id}, {"person_id": nurse.id, "is_lead": False}],
    )
    assert (await dispatcher.reads(f"/visits/{visit}"))["needs_two"]

    # when both come before midnight and leave after it
    await town.clock_shows("23:30")
    for carer in (doctor, nurse):
        assert (await carer.checks_in(visit, point(father)))["verification"] == "AUTO"
    await town.clock_shows("00:20", days=1)
    for carer in (doctor, nurse):
        assert (await carer.checks_out(visit, point(father)))["verification"] == "AUTO"

    # then it was not missed at midnight, nobody is looked for, and it stands on its own day
    await town.clock_shows("06:00", days=1)
    (card,) = await doctor.lists(f"/visits?on={town.hour.tuesday}&assigned_to=me")
    assert (card["id"], card["status"]) == (visit, "CHECKED_OUT")
    assert await dispatcher.was_told(about=visit) == []
