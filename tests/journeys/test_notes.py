"""Notes signed in time, late, and amended."""

import pytest

from tests.journeys.person import point
from tests.journeys.world import Town

pytestmark = pytest.mark.anyio


@pytest.mark.rule("RC-06", "KP-04", "BG-04", "HB-09")
async def test_a_note_signed_late_is_marked_and_what_is_signed_is_only_amended(
    town: Town,
) -> None:
    # given a visit whose note is not signed on its day
    doctor, dispatcher, colleague = await town.people("沈明", "郑洁", "秦岚")
    father = await town.elder("马德华")
    await town.clock_shows("08:00")
    visit = await dispatcher.plans_a_visit(father, by=doctor, at="09:00")
    await town.clock_shows("09:00")
    await doctor.checks_in(visit, point(father))
    note = await doctor.writes_a_note(father, "血压平稳。", visit_id=visit)
    await town.clock_shows("09:40")
    await doctor.checks_out(visit, point(father))
    (line,) = await doctor.lists("/work")
    assert (line["kind"], line["subject_id"]) == ("note_to_sign", note["id"])

    # when midnight passes, its author hears of it, and signs in the morning
    await town.clock_shows("07:00", days=1)
    assert await doctor.was_told(about=note["id"]) == ["note_overdue"]
    await colleague.puts(
        f"/notes/{note['id']}/signature",
        answers="403 forbidden",
        client_time=colleague.says_it_is(),
    )
    signature = await doctor.signs(note)
    assert (signature["lateness"], signature["digest"]) == ("LATE", note["digest"])
    assert await doctor.lists("/work") == []
    assert (await dispatcher.reads(f"/visits/{visit}"))["is_documented"]

    # then it never changes: what was wrong is said in another note, which names it and why
    said = {"client_time": note["client_time"], "visit_id": visit}
    await doctor.puts(
        f"/notes/{note['id']}",
        answers="409 note_signed",
        if_match=note["version"],
        person_id=str(father.id),
        kind="ROUND",
        text="血压偏高。",
        **said,
    )
    amendment = await doctor.writes_a_note(
        father, "血压偏高，前记有误。", amends=note["id"], amend_reason="笔误", visit_id=visit
    )
    await doctor.signs(amendment)
    whole = await colleague.reads(f"/notes/{note['id']}")
    assert (whole["text"], whole["amended_by"]) == ("血压平稳。", [amendment["id"]])


@pytest.mark.rule("EV-05")
async def test_a_note_signed_in_time_without_signal_is_received_late_and_both_are_said(
    town: Town,
) -> None:
    # given a note that was written and signed at six, where there was no signal
    (doctor,) = await town.people("沈明")
    father = await town.elder("马德华")
    await town.clock_shows("18:00")
    at_six = doctor.says_it_is()

    # when the phone is heard of on the next day
    await town.clock_shows("07:30", days=1)
    note = await doctor.writes_a_note(father, "老人安好。", at=at_six)
    signature = await doctor.puts(f"/notes/{note['id']}/signature", client_time=at_six)

    # then nobody says that it was late, and nobody hides when it came
    assert signature["lateness"] == "RECEIVED_LATE"
    assert (signature["happened_at"], signature["recorded_at"]) == (
        _as_said(town, "18:00"),
        _as_said(town, "07:30", days=1),
    )
    await town.clock_shows("12:00", days=1)
    assert await doctor.was_told(about=note["id"]) == []


def _as_said(town: Town, hour: str, *, days: int = 0) -> str:
    return town.hour.at(hour, days=days).isoformat().replace("+00:00", "Z")
