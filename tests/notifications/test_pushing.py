"""A notification is recorded once, pushed under one key, and goes on when nobody takes it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from backend.core.db import rows, value
from backend.notifications import actions
from backend.notifications.lifecycle.wishes import Wishes
from tests.builders import TUESDAY_NINE, a_person, acting
from tests.notifications.builders import a_registration, somebody_with_a_phone, tell, told
from tests.notifications.conftest import Run

pytestmark = pytest.mark.anyio

MIDNIGHT = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)  # 00:00 in Shanghai
SEVEN = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)  # 07:00 in Shanghai


async def sends() -> list[tuple[str, str]]:
    found = await rows("SELECT transport, status FROM notification_sends ORDER BY transport")
    return [(each["transport"], each["status"]) for each in found]


async def test_telling_twice_is_telling_once(phones, owed: Run) -> None:
    elder = await somebody_with_a_phone()
    assert await tell(elder, "visit_begun") == 1
    assert await tell(elder, "visit_begun") == 0
    assert await tell(elder, "visit_begun", key="another") == 1
    await owed(TUESDAY_NINE)
    assert [each["body"] for each in phones.taken] == ["医护人员已到达，正在为周*服务。"] * 2
    assert set(phones.asked.values()) == {1}
    assert await sends() == [("push", "handed")] * 2


async def test_the_lock_screen_is_told_no_more_than_it_may_show(phones, owed: Run) -> None:
    elder = await somebody_with_a_phone()
    await tell(elder, "visit_begun")
    await owed(TUESDAY_NINE)
    (taken,) = phones.taken
    assert set(taken) == {
        "token", "channel", "title", "body", "key", "notification_id", "kind",
    }  # fmt: skip
    assert "秀英" not in str(taken)


@pytest.mark.rule("BG-24")
async def test_what_fails_is_pushed_again_after_1_5_and_30_minutes(
    phones, texts, owed: Run
) -> None:
    elder = await somebody_with_a_phone()
    phones.statuses = [503, 500, 429]
    await tell(elder, "visit_begun")
    for minutes in (0, 1, 6):
        await owed(TUESDAY_NINE + timedelta(minutes=minutes))
        assert phones.taken == []
    await owed(TUESDAY_NINE + timedelta(minutes=36))
    assert len(phones.taken) == 1
    assert list(phones.asked.values()) == [4]
    assert texts.taken == []


@pytest.mark.rule("BG-24")
async def test_what_is_urgent_becomes_a_text_message(phones, texts, owed: Run) -> None:
    elder = await somebody_with_a_phone()
    phones.status = 503
    await tell(elder, "nobody_opened")
    for minutes in (0, 1, 6, 36):
        await owed(TUESDAY_NINE + timedelta(minutes=minutes))
    (text,) = texts.taken
    assert text["phone"] == "14000000001"
    assert "周*" in text["text"]
    assert await sends() == [("push", "failed"), ("sms", "handed")]


@pytest.mark.rule("BG-24")
async def test_what_is_routine_stays_in_the_inbox(phones, texts, owed: Run) -> None:
    elder = await somebody_with_a_phone()
    phones.status = 410
    await tell(elder, "visit_begun")
    await owed(TUESDAY_NINE)
    assert texts.taken == []
    assert await told(elder.person_id) == ["visit_begun"]


@pytest.mark.rule("BG-24", "EM-01")
async def test_an_emergency_does_not_wait_for_another_try(phones, texts, owed: Run) -> None:
    elder = await somebody_with_a_phone()
    phones.status = 503
    await tell(elder, "emergency_family", now=MIDNIGHT)
    await owed(MIDNIGHT)
    assert len(texts.taken) == 1


@pytest.mark.rule("BG-24")
async def test_an_emergency_that_no_text_reaches_is_a_call(phones, texts, owed: Run) -> None:
    elder = await somebody_with_a_phone()
    phones.status = texts.status = 503
    await tell(elder, "emergency_family")
    await owed(TUESDAY_NINE)
    assert await sends() == [("push", "failed"), ("sms", "failed"), ("voice", "handed")]


async def test_who_has_no_phone_app_gets_the_urgent_as_a_text_message(texts, owed: Run) -> None:
    nobody = await a_person(phone="14000000002")
    await actions.tell(
        recipients=[nobody], kind="visit_late", event_key="1", person_id=nobody, now=TUESDAY_NINE
    )
    await owed(TUESDAY_NINE)
    assert [each["phone"] for each in texts.taken] == ["14000000002"]


@pytest.mark.rule("BG-24")
async def test_nobody_is_woken_at_night(phones, owed: Run) -> None:
    elder = await somebody_with_a_phone()
    await tell(elder, "visit_cancelled", now=MIDNIGHT)
    await tell(elder, "nobody_opened", now=MIDNIGHT)
    await owed(MIDNIGHT + timedelta(hours=6))
    assert phones.taken == []
    assert len(await told(elder.person_id)) == 2
    await owed(SEVEN)
    assert len(phones.taken) == 2


@pytest.mark.rule("BG-24")
async def test_what_is_late_still_waits_for_the_morning(phones, owed: Run) -> None:
    elder = await somebody_with_a_phone()
    await tell(elder, "visit_cancelled")
    await owed(MIDNIGHT)  # nobody worked all day
    assert phones.taken == []
    await owed(SEVEN)
    assert len(phones.taken) == 1


async def test_what_was_seen_is_not_pushed_any_more(phones, texts, owed: Run) -> None:
    elder = await somebody_with_a_phone()
    await tell(elder, "nobody_opened")
    await actions.see(
        notification_id=await value("SELECT id FROM notifications"), actor=elder, now=TUESDAY_NINE
    )
    await owed(TUESDAY_NINE)
    assert phones.taken == texts.taken == []


async def test_a_phone_on_which_one_signed_out_is_told_nothing(phones, owed: Run) -> None:
    elder = await somebody_with_a_phone()
    await rows("UPDATE sessions SET ended_at = now()")
    await tell(elder, "visit_begun")
    await owed(TUESDAY_NINE)
    assert phones.taken == []


async def test_every_phone_of_a_person_is_told_under_its_own_key(phones, owed: Run) -> None:
    elder = await somebody_with_a_phone()
    again = await acting(elder.person_id, elder.role)
    await a_registration(again, token="token-2")
    await tell(elder, "visit_begun")
    await owed(TUESDAY_NINE)
    assert sorted(each["token"] for each in phones.taken) == ["token-1", "token-2"]
    assert len(phones.asked) == 2


async def prefer(actor, **said) -> None:
    wishes: dict[str, Any] = {
        "muted": frozenset(),
        "quiet_start": None,
        "quiet_end": None,
        "digest_at": None,
    }
    await actions.prefer(actor=actor, said=Wishes(**{**wishes, **said}), if_match=None)


async def test_what_is_muted_is_only_in_the_inbox_but_for_an_emergency(phones, owed: Run) -> None:
    elder = await somebody_with_a_phone()
    await prefer(elder, muted=frozenset({"visit_begun", "emergency_family"}))
    await tell(elder, "visit_begun")
    await tell(elder, "emergency_family")
    await owed(TUESDAY_NINE)
    assert [each["kind"] for each in phones.taken] == ["emergency_family"]


async def test_quiet_hours_are_ones_own(phones, owed: Run) -> None:
    elder = await somebody_with_a_phone()
    await prefer(elder, quiet_start=time(8), quiet_end=time(10))
    await tell(elder, "visit_begun")
    await owed(TUESDAY_NINE)
    assert phones.taken == []
    await owed(TUESDAY_NINE + timedelta(hours=1))
    assert len(phones.taken) == 1


async def test_a_digest_comes_once_a_day_and_says_nothing_in_particular(phones, owed: Run) -> None:
    elder = await somebody_with_a_phone()
    await prefer(elder, digest_at=time(18))
    await tell(elder, "visit_begun")
    await tell(elder, "visit_ended")
    await owed(TUESDAY_NINE + timedelta(hours=8))
    assert phones.taken == []
    await owed(TUESDAY_NINE + timedelta(hours=9))
    assert {each["title"] for each in phones.taken} == {"您有新的通知"}
    assert len(phones.asked) == 1  # one key: the phone shows it once


async def test_who_has_died_is_told_nothing(phones, owed: Run) -> None:
    elder = await somebody_with_a_phone()
    await rows("UPDATE persons SET died_on = '2026-11-23'")
    assert await tell(elder, "visit_begun") == 0


async def test_no_name_number_or_token_reaches_the_log_or_the_jobs(
    phones, texts, owed: Run, caplog: pytest.LogCaptureFixture
) -> None:
    elder = await somebody_with_a_phone()
    phones.status = texts.status = 503
    with caplog.at_level("DEBUG"):
        await tell(elder, "emergency_family")
        await tell(elder, "nobody_opened")
        await owed(TUESDAY_NINE)
    kept = [str(dict(each)) for each in await rows("SELECT * FROM jobs")]
    said = [record.getMessage() for record in caplog.records]
    for canary in ("周秀英", "秀英", "14000000001", "token-1"):
        assert not [line for line in kept + said if canary in line]


async def test_while_developing_a_push_is_a_line_in_the_log_without_words(
    db, owed: Run, caplog: pytest.LogCaptureFixture
) -> None:
    elder = await somebody_with_a_phone()
    await tell(elder, "visit_begun")
    with caplog.at_level("INFO", logger="backend.notifications"):
        await owed(TUESDAY_NINE)
    (line,) = [record.getMessage() for record in caplog.records if "push" in record.getMessage()]
    assert line.endswith("kind=visit_begun")
    assert await sends() == [("push", "handed")]
