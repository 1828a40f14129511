"""Staying signed in: a token works once, and a copy of it is found out (Z6)."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from backend.core.db import rows, value
from backend.people import queries
from backend.people.lifecycle import Refresh, SessionEnd, judge, refresh_tokens
from tests.builders import a_person
from tests.people.phones import NUMBER, base64url, let_time_pass

pytestmark = pytest.mark.anyio


async def test_a_refresh_answers_a_new_pair(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone = await a_phone().sign_in()
    answer = await phone.refresh()
    assert answer.status_code == 200
    assert answer.json()["session_id"] == phone.pair["session_id"]
    assert answer.json()["refresh_token"] != phone.pair["refresh_token"]
    phone.pair = answer.json()
    assert await phone.is_signed_in()
    assert (await phone.refresh()).status_code == 200


@pytest.mark.rule("EV-05")
async def test_a_clock_that_goes_on_as_it_did_is_noted_once(a_phone) -> None:
    """A phone refreshes a hundred times a day, for years."""
    await a_person(phone=NUMBER)
    phone = await a_phone().sign_in()
    for minutes in (0, 0, 7, 7, 0):
        phone.clock_ahead = timedelta(minutes=minutes)
        phone.pair = (await phone.refresh()).json()
    noted = await rows("SELECT skew_s FROM device_handshakes ORDER BY id")
    assert [round(each["skew_s"] / 60) for each in noted] == [0, 7, 0]


async def test_z6_a_lost_answer_may_be_asked_for_again_within_a_minute(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone = await a_phone().sign_in()
    lost, again = await phone.refresh(), await phone.refresh()
    assert lost.json()["refresh_token"] == again.json()["refresh_token"]
    phone.pair = again.json()
    assert (await phone.refresh()).status_code == 200


async def test_z6_two_refreshes_at_the_same_moment_make_one_new_pair(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone = await a_phone().sign_in()
    answers = await asyncio.gather(*(phone.refresh() for _ in range(8)))
    assert Counter(answer.status_code for answer in answers) == {200: 8}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


async def test_z6_an_old_token_after_a_minute_ends_the_session(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone = await a_phone().sign_in()
    old = phone.pair["refresh_token"]
    phone.pair = (await phone.refresh()).json()
    await let_time_pass(timedelta(seconds=61))
    assert (await phone.refresh(old)).status_code == 401
    assert not await phone.is_signed_in()
    assert (await phone.refresh()).json()["code"] == "session_ended"
    assert await value("SELECT end_reason FROM sessions") == SessionEnd.TOKEN_REUSED
    assert await value("SELECT topic FROM journal") == "RefreshTokenReused"


async def test_z6_an_old_token_from_another_phone_ends_the_session_at_once(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone, thief = await a_phone().sign_in(), a_phone()
    old = phone.pair["refresh_token"]
    phone.pair = (await phone.refresh()).json()
    assert (await thief.refresh(old)).status_code == 401
    assert not await phone.is_signed_in()


async def test_z6_a_token_however_old_is_known_as_ours(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone = await a_phone().sign_in()
    first = phone.pair["refresh_token"]
    for _ in range(3):
        phone.pair = (await phone.refresh()).json()
    assert (await phone.refresh(first)).status_code == 401
    assert not await phone.is_signed_in()


async def test_z6_the_newest_token_is_worth_nothing_without_the_key(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone, thief = await a_phone().sign_in(), a_phone()
    assert (await thief.refresh(phone.pair["refresh_token"])).status_code == 401
    assert await phone.is_signed_in()
    assert (await phone.refresh()).status_code == 200


async def test_a_token_that_somebody_made_up_ends_nothing(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone = await a_phone().sign_in()
    session = UUID(phone.pair["session_id"])
    assert (await phone.refresh(base64url(session.bytes * 4))).status_code == 401
    assert await phone.is_signed_in()
    assert refresh_tokens.session_of(phone.pair["refresh_token"]) == session


@pytest.mark.parametrize("token", ["", "x", "ü" * 86, "A" * 85, "A" * 87])
async def test_what_is_no_token_is_malformed(a_phone, network, token) -> None:
    body = {**a_phone().refresh_body("x"), "refresh_token": token}
    assert (await network.post("/v1/sessions/refresh", json=body)).status_code == 400


@pytest.mark.parametrize("days", [14, 30])
async def test_a_session_idles_for_14_days_and_lives_for_30(a_phone, days) -> None:
    await a_person(phone=NUMBER)
    phone = await a_phone().sign_in()
    await let_time_pass(timedelta(days=days) - timedelta(minutes=1))
    if days == 30:
        await rows("UPDATE sessions SET refreshed_at = now()")
    answer = await phone.refresh()
    assert answer.status_code == 200
    phone.pair = answer.json()
    await let_time_pass(timedelta(days=days))
    assert (await phone.refresh()).status_code == 401
    queries.forget_sessions()


async def test_a_refresh_does_not_prolong_the_session(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone = await a_phone().sign_in()
    assert (await phone.refresh()).json()["expires_at"] == phone.pair["expires_at"]


def test_what_a_token_deserves() -> None:
    minute = timedelta(seconds=60)
    table = {
        (True, True, minute * 9): Refresh.ROTATE,
        (True, False, timedelta()): Refresh.REFUSE,
        (False, True, minute): Refresh.REPEAT,
        (False, True, minute * 2): Refresh.REUSED,
        (False, False, timedelta()): Refresh.REUSED,
    }
    for (is_newest, is_signed, age), deserved in table.items():
        assert deserved is judge(
            is_newest=is_newest, is_signed=is_signed, age=age, again_within=minute
        )
