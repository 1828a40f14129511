"""Phones without signal, phones whose clock is wrong, and two phones of one doctor."""

from datetime import timedelta

import pytest

from backend.core.ids import uuid7
from tests.journeys.person import odd, point
from tests.journeys.world import Town

pytestmark = pytest.mark.anyio


@pytest.mark.rule("EV-03", "EV-05")
async def test_what_a_doctor_did_offline_lands_though_somebody_else_was_sent(town: Town) -> None:
    # given a doctor in a house without signal
    doctor, colleague, dispatcher = await town.people("沈明", "秦岚", "郑洁")
    father = await town.elder("马德华")
    await town.clock_shows("08:00")
    visit = await dispatcher.plans_a_visit(father, by=doctor, at="09:00")
    await town.clock_shows("09:02")
    came_at = doctor.says_it_is()
    await town.clock_shows("09:35")
    left_at = doctor.says_it_is()

    # and a dispatcher who hears nothing and sends somebody else
    await dispatcher.puts(
        f"/visits/{visit}/assignments/{uuid7()}", staff_id=colleague.id, replaces_id=doctor.id
    )
    await town.clock_shows("09:50")
    assert await colleague.was_told(about=visit) == ["visit_given"]
    await colleague.checks_in(visit, point(father))

    # when the first phone is heard of again
    await town.clock_shows("10:30")
    arrived = await doctor.checks_in(visit, point(father), client_time=came_at)
    left = await doctor.checks_out(visit, point(father), client_time=left_at)

    # then it lands as he did it: he was the one to go at that hour
    assert (odd(arrived), arrived["happened_at"]) == ([], _as_said(town, "09:02"))
    assert (odd(left), left["status"]) == ([], "CHECKED_OUT")
    moves = (await dispatcher.reads(f"/visits/{visit}"))["moves"]
    who = [(each["move"], each["made_by"]) for each in moves]
    assert who == [
        ("check_in", colleague.id),
        ("check_in", doctor.id),
        ("check_out", doctor.id),
    ]


@pytest.mark.rule("EV-05")
async def test_a_phone_whose_clock_was_changed_is_corrected_and_said(town: Town) -> None:
    # given a phone that is 47 minutes ahead, as we saw when it signed in
    doctor = await town.stranger("沈明")
    doctor.phone.clock_ahead = timedelta(minutes=47)
    await town.signed_in(doctor)
    (dispatcher,) = await town.people("郑洁")
    father = await town.elder("马德华")
    await town.clock_shows("08:00")
    visit = await dispatcher.plans_a_visit(father, by=doctor, at="09:00")

    # when the doctor arrives at nine, and the phone says 09:47
    await town.clock_shows("09:00")
    arrived = await doctor.checks_in(visit, point(father))

    # then what happened is at nine by our clock, what the phone said is kept, and it is flagged
    assert odd(arrived) == ["CLOCK_SKEW"]
    assert arrived["client_time"] == _as_said(town, "09:47")
    assert arrived["happened_at"][:16] == _as_said(town, "09:00")[:16]
    assert arrived["recorded_at"] == _as_said(town, "09:00")


@pytest.mark.rule("EV-05", "EV-06")
async def test_two_phones_of_one_doctor_are_one_doctor(town: Town) -> None:
    # given a second phone, which the first one lets in
    doctor, dispatcher = await town.people("沈明", "郑洁")
    second = await town.stranger("沈明")
    login_code_id, code = await second.phone.ask_code(), town.inbox.code()
    assert (await second.phone.enter(login_code_id, code)).status_code == 403
    await doctor.puts(f"/devices/{second.phone.id}/trust")
    second.phone.pair = (await second.phone.enter(login_code_id, code)).json()
    assert len(await doctor.lists("/sessions")) == 2

    # when he arrives with one, says it again with the other, and leaves with the other
    father = await town.elder("马德华")
    await town.clock_shows("08:00")
    visit = await dispatcher.plans_a_visit(father, by=doctor, at="09:00")
    await town.clock_shows("09:00")
    said = {"client_time": doctor.says_it_is()}
    first = await doctor.checks_in(visit, point(father), **said)
    again = await second.checks_in(visit, point(father), answers="200", **said)
    await town.clock_shows("09:30")
    different = await second.checks_in(
        visit, point(father, north_m=20), answers="409 already_different"
    )
    left = await second.checks_out(visit, point(father))

    # then there is one arrival, the stored one, and one departure
    assert again == first == different["facts"]["stored"]
    assert (left["status"], odd(left)) == ("CHECKED_OUT", [])

    # and when the first phone is lost and wiped from the second, it is out at once
    await second.puts(f"/devices/{doctor.phone.id}/wipe")
    await doctor.reads("/me", answers="401 unauthenticated")
    (session,) = await second.lists("/sessions")
    assert session["device_id"] == str(second.phone.id)


def _as_said(town: Town, hour: str) -> str:
    return town.hour.at(hour).isoformat().replace("+00:00", "Z")
