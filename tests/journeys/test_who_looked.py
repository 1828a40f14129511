"""An emergency doctor looks into a record that is not his to see; the family sees who looked."""

import pytest

from backend.core.ids import uuid7
from tests.journeys.world import Town

pytestmark = pytest.mark.anyio


@pytest.mark.rule("RC-05", "RC-07")
async def test_a_broken_glass_is_told_seen_and_judged(town: Town) -> None:
    # given a hospital doctor who has nothing to do with 马德华
    stranger, daughter, sister, admin, doctor = await town.people(
        "季安", "马静", "马洁", "钱敏华", "沈明"
    )
    father = await town.elder("马德华")
    await town.clock_shows("15:00")
    await doctor.reads(f"/persons/{father.id}")
    await stranger.reads(f"/persons/{father.id}", answers="404 missing")

    # when he breaks the glass and looks
    access = f"/persons/{father.id}/break-glass/{uuid7()}"
    reason = "急诊：呼吸困难，需查看既往记录"
    opened = await stranger.puts(access, reason=reason)
    assert opened["until_at"] == _as_said(town, "19:00")
    await stranger.reads(f"/persons/{father.id}")
    await town.finish_all_work()

    # then family and administrator are told, and the log names everybody who looked
    for relative in (daughter, sister):
        assert "record_opened" in await relative.was_told(about=str(father.id))
    assert "break_glass_to_judge" in await admin.was_told(about=str(father.id))
    log = await daughter.lists(f"/persons/{father.id}/access-log")
    looks = {(each["actor_name"], each["what"], each["tie"]) for each in log}
    assert ("季安", "people.person", "break_glass") in looks
    assert ("沈明", "people.person", "registration") in looks
    await sister.reads(f"/persons/{father.id}/access-log", answers="403 scope_missing")

    # and he cannot judge himself; the administrator finds it on her list and says no
    await stranger.puts(f"{access}/review", answers="403 forbidden", is_justified=True)
    (waiting,) = await admin.lists("/break-glass?is_reviewed=false")
    assert (waiting["person_name"], waiting["reason"]) == ("马德华", reason)
    (line,) = await admin.lists("/work")
    assert line["kind"] == "break_glass_review"
    await admin.puts(f"{access}/review", is_justified=False)

    # and from that moment he sees nothing any more, hours before his time would have been over
    await stranger.reads(f"/persons/{father.id}", answers="403 tie_ended")
    assert await admin.lists("/work") == []


@pytest.mark.rule("RC-05")
async def test_an_access_ends_after_four_hours_and_a_forgotten_review_is_said(town: Town) -> None:
    # given an access that nobody looks at
    nurse, admin = await town.people("李燕", "钱敏华")
    father = await town.elder("马德华")
    await town.clock_shows("15:00")
    access = f"/persons/{father.id}/break-glass/{uuid7()}"
    await nurse.puts(access, reason="老人在院内活动时晕倒，需查看用药")

    # when time passes
    await town.clock_shows("18:59")
    await nurse.reads(f"/persons/{father.id}")
    await town.clock_shows("19:00")
    await nurse.reads(f"/persons/{father.id}", answers="403 tie_ended")
    await town.clock_shows("15:01", days=3)

    # then the administrator is reminded
    told = await admin.was_told(about=str(father.id))
    assert told == ["break_glass_to_judge", "break_glass_to_judge"]


def _as_said(town: Town, hour: str) -> str:
    return town.hour.at(hour).isoformat().replace("+00:00", "Z")
