"""Dr. 沈 and nurse 李燕 make the weekly round of an institution."""

import pytest

from tests.journeys.person import Json, odd, point
from tests.journeys.world import Town

pytestmark = pytest.mark.anyio


@pytest.mark.rule("EV-02", "FU-03", "EM-01", "EV-06")
async def test_a_round_with_a_code_vitals_a_refusal_and_an_emergency(town: Town) -> None:
    # given three residents, a round planned for nine, and vitals that the nurse took before
    doctor, nurse, dispatcher = await town.people("沈明", "李燕", "郑洁")
    daughter, brother = await town.people("周敏", "周强")
    father, refusing, feverish = [await town.elder(name) for name in ("周德明", "吴阿妹", "郑素珍")]
    await town.clock_shows("17:00", days=-1)
    round_ = await dispatcher.plans_a_round(
        town.house, by=doctor, at="09:00", residents=[father, refusing, feverish]
    )
    await town.clock_shows("08:20")
    await nurse.measures("sbp", 158, father)
    await nurse.measures("temp", 38.2, feverish)

    # when the doctor scans the code on the nurse's screen
    await doctor.leaves_for(round_, kind="rounds")
    await town.clock_shows("09:02")
    screen = await nurse.reads(f"/organizations/{town.house.id}/check-in-token")
    arrived = await doctor.checks_in(
        round_, point(town.house, north_m=41), kind="rounds", method="QR", token=screen["token"]
    )
    assert (arrived["verification"], odd(arrived)) == ("AUTO", [])

    # then the residents are there with their vitals, flagged where they are out of range
    residents = (await doctor.reads(f"/rounds/{round_}"))["residents"]
    flagged = {each["person_name"] for each in residents if _flags(each)}
    assert flagged == {"周德明", "郑素珍"}

    # when one pressure is at the emergency limit
    reading = await doctor.measures("sbp", 186, father, visit_id=round_)
    alerts = [(each["code"], each["rule"]) for each in reading["alerts"]]
    assert alerts == [("HTN_EMERGENCY", "FU-03")]
    await doctor.measures("dbp", 112, father, visit_id=round_)

    # then the doctor, the nurse and both children know at once, once, without a figure
    await town.finish_all_work()
    for somebody, kind in ((doctor, "alarm"), (nurse, "alarm"), (daughter, "alarm_family")):
        assert await somebody.was_told(about=reading["id"]) == [kind]
    assert await brother.was_told(about=reading["id"]) == ["alarm_family"]
    said = [text for _, text, _ in town.inbox.sent if "验证码" not in text]
    assert [text for text in said if "186" in text] == []

    # and one resident refuses before a witness, the others are seen
    entries = f"/rounds/{round_}/entries"
    refusal: Json = {"status": "refused", "client_time": doctor.says_it_is()}
    await doctor.puts(f"{entries}/{refusing.id}", answers="422 needs_reason", **refusal)
    await doctor.puts(
        f"{entries}/{refusing.id}", **refusal, reason="今天不想看", witness_id=nurse.id
    )
    for resident in (father, feverish):
        await doctor.puts(
            f"{entries}/{resident.id}",
            client_time=doctor.says_it_is(),
            status="seen",
            minutes=6,
        )
    await town.clock_shows("10:55")
    left = await doctor.checks_out(round_, point(town.house), kind="rounds")
    assert (left["status"], odd(left)) == ("CHECKED_OUT", [])
    residents = (await nurse.reads(f"/rounds/{round_}"))["residents"]
    became = {each["person_name"]: each["status"] for each in residents}
    assert became == {"周德明": "seen", "吴阿妹": "refused", "郑素珍": "seen"}


@pytest.mark.rule("EV-02")
async def test_a_photographed_code_is_recorded_and_asked_after(town: Town) -> None:
    # given a code that was on the screen an hour ago
    doctor, nurse, dispatcher = await town.people("沈明", "李燕", "郑洁")
    father = await town.elder("周德明")
    await town.clock_shows("08:00")
    round_ = await dispatcher.plans_a_round(town.house, by=doctor, at="09:00", residents=[father])
    screen = await nurse.reads(f"/organizations/{town.house.id}/check-in-token")

    # when it is used from three kilometres away
    await town.clock_shows("09:00")
    arrived = await doctor.checks_in(
        round_, point(town.house, north_m=3000), kind="rounds", method="QR", token=screen["token"]
    )

    # then the round has begun, and both oddities wait for a decision
    assert (arrived["status"], odd(arrived)) == ("CHECKED_IN", ["BAD_TOKEN", "FAR"])
    await town.finish_all_work()
    assert (await dispatcher.was_told()).count("exception_to_decide") == 2


def _flags(resident: dict[str, dict[str, dict[str, list[str]]]]) -> bool:
    return any(vital["flags"] for vital in resident["vitals"].values())
