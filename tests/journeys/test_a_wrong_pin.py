"""The pin of 马德华 is on the wrong house: care goes on, and the address is put right."""

import pytest

from backend.core.ids import uuid7
from tests.journeys.person import Json, odd, point
from tests.journeys.world import Town

pytestmark = pytest.mark.anyio

AWAY_M = 460


@pytest.mark.rule("EV-02", "EV-03", "EV-09")
async def test_a_check_in_far_from_a_wrong_pin_is_cleared_when_the_address_is_corrected(
    town: Town,
) -> None:
    # given a visit whose pin is 460 m off
    doctor, dispatcher, admin = await town.people("沈明", "郑洁", "钱敏华")
    father = await town.elder("马德华")
    await town.clock_shows("12:00")
    visit = await dispatcher.plans_a_visit(father, by=doctor, at="13:30")
    door = point(father, north_m=AWAY_M)

    # when the doctor stands at the real door
    await town.clock_shows("13:31")
    arrived = await doctor.checks_in(visit, door, reason_code="ADDRESS_WRONG", reason="在12号")
    (far,) = arrived["findings"]
    assert (far["code"], arrived["status"]) == ("FAR", "CHECKED_IN")
    assert abs(far["evidence"]["distance_m"] - AWAY_M) < 5
    await town.clock_shows("14:05")
    assert odd(await doctor.checks_out(visit, door)) == ["FAR"]

    # and says where it is, which an administrator approves, and the doctor may not
    home = (await doctor.reads(f"/persons/{father.id}"))["home"]
    correction = f"/addresses/{home['id']}/corrections/{uuid7()}"
    asked = await doctor.puts(correction, reason="图钉在2号，老人住12号", point=door)
    assert asked["status"] == "open"
    await doctor.puts(f"{correction}/decision", answers="403 forbidden", is_approved=True)
    decided = await admin.puts(f"{correction}/decision", is_approved=True)
    assert decided["status"] == "approved"

    # then both proofs are weighed again by themselves, the doctor is told, and it is verified
    await town.clock_shows("15:00")
    mine = await doctor.lists("/visit-exceptions")
    assert {(each["code"], each["status"]) for each in mine} == {("FAR", "cleared")}
    assert "correction_decided" in await doctor.was_told()
    assert (await doctor.was_told()).count("exception_decided") == 2
    assert (await doctor.reads(f"/visits/{visit}"))["is_verified"]


@pytest.mark.rule("EV-09")
async def test_what_a_correction_does_not_explain_stays_and_is_appealed_to_somebody_else(
    town: Town,
) -> None:
    # given a check-in three kilometres away, which was rejected
    doctor, dispatcher, judge, admin = await town.people("沈明", "郑洁", "梁文", "钱敏华")
    father = await town.elder("马德华")
    await town.clock_shows("12:00")
    visit = await dispatcher.plans_a_visit(father, by=doctor, at="13:30")
    await town.clock_shows("13:30")
    await doctor.checks_in(visit, point(father, north_m=3000))
    (exception,) = await judge.lists("/visit-exceptions?status=open")
    path = f"/visit-exceptions/{exception['id']}"
    await judge.puts(f"{path}/decisions/{uuid7()}", decision="reject", reason_code="NO_EVIDENCE")

    # when the doctor appeals, once
    await doctor.puts(f"{path}/appeal", reason="老人在公园，家属可以作证")
    await doctor.puts(f"{path}/appeal", answers="409 already_different", reason="再说一次")

    # then the same judge may not decide again, another one does, and that is the end
    again: Json = {"decision": "approve", "reason_code": "WITNESS"}
    await judge.puts(f"{path}/decisions/{uuid7()}", answers="403 somebody_else_decides", **again)
    await admin.puts(f"{path}/decisions/{uuid7()}", **again)
    await admin.puts(f"{path}/decisions/{uuid7()}", answers="409 cannot_move", **again)
    whole = await doctor.reads(path)
    assert (whole["status"], len(whole["decisions"])) == ("approved", 2)
    assert whole["appeal"]["reason"] == "老人在公园，家属可以作证"
