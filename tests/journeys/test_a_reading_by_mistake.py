"""马静 sends her own blood pressure as her father's."""

import pytest

from tests.journeys.world import Town

pytestmark = pytest.mark.anyio


@pytest.mark.rule("RC-06", "FU-03")
async def test_a_reading_by_mistake_is_voided_and_never_gone(town: Town) -> None:
    # given a daughter who may send readings, her sister who may not, and their doctor
    daughter, sister, doctor, colleague = await town.people("马静", "马洁", "沈明", "唐静")
    father = await town.elder("马德华")
    await town.clock_shows("20:00")
    await sister.measures("sbp", 120, father, answers="403 scope_missing")

    # when she sends a pressure at the emergency limit, everybody is alarmed at once
    reading = await daughter.measures("sbp", 184, father)
    assert (reading["source"], reading["alerts"][0]["code"]) == ("RELATIVE", "HTN_EMERGENCY")
    await town.finish_all_work()
    assert await sister.was_told(about=reading["id"]) == ["alarm_family"]
    assert "alarm" in await doctor.was_told(about=reading["id"])

    # and finds that the cuff was on her own arm: nobody deletes, she voids it and says why
    path = f"/observations/{reading['id']}"
    await daughter.asks("DELETE", path, None, "405 wrong_method")
    await sister.puts(f"{path}/void", answers="403 forbidden", reason="不是父亲的")
    await colleague.puts(f"{path}/void", answers="403 forbidden", reason="不是患者的")
    voided = await daughter.puts(f"{path}/void", reason="测的是我自己")
    await daughter.puts(f"{path}/void", answers="200", reason="测的是我自己")
    await daughter.puts(f"{path}/void", answers="409 already_different", reason="记错了")

    # then the reading stands there, with who said it was wrong, when, and why
    kept = await doctor.reads(path)
    assert (kept["value"], kept["voided_by"]) == (184, daughter.id)
    assert kept["void_reason"] == voided["void_reason"] == "测的是我自己"

    # and a right one is not confused with it
    right = await daughter.measures("sbp", 138, father)
    assert right["alerts"] == []
    newest, *_ = await doctor.lists(f"/observations?person_id={father.id}&code=sbp")
    assert (newest["id"], newest["voided_at"]) == (right["id"], None)
