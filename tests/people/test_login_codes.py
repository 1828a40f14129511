"""Login codes: one that was sent opens once, and no number of guesses opens anything (Z5)."""

import asyncio
import logging
from collections import Counter
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from backend.core import clock, crypto
from backend.core.db import row, rows, value
from backend.core.ids import uuid7
from backend.people import actions
from tests.builders import a_person
from tests.people.phones import NUMBER, let_time_pass

pytestmark = pytest.mark.anyio

NOBODYS = "13900009999"


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


async def test_a_code_is_sent_and_opens(a_phone, inbox) -> None:
    await a_person(phone=NUMBER)
    answer = await a_phone().try_to_sign_in()
    assert answer.status_code == 201
    assert [(phone, text[:5]) for phone, text, _ in inbox.sent] == [(NUMBER, "【床旁】登")]


async def test_a_number_may_be_said_with_its_country(a_phone) -> None:
    await a_person(phone=NUMBER)
    assert (await a_phone(number=f"+86{NUMBER}").try_to_sign_in()).status_code == 201


@pytest.mark.parametrize("number", ["", "12", "+4913800001234", "1380000123x", "138000012345"])
async def test_what_is_no_mobile_number_is_malformed(network, number) -> None:
    assert (await network.post("/v1/login-codes", json={"phone": number})).status_code == 400


async def test_z5_nobody_learns_whether_a_number_is_known(network, inbox) -> None:
    await a_person(phone=NUMBER)
    known, unknown = [
        await network.post("/v1/login-codes", json={"phone": number})
        for number in (NUMBER, NOBODYS)
    ]
    assert known.status_code == unknown.status_code == 202
    assert known.json().keys() == unknown.json().keys()
    left_behind = await rows(
        "SELECT octet_length(code_digest) AS digest, octet_length(code_sealed) AS sealed,"
        " tries, used_at FROM login_codes"
    )
    assert len(set(map(tuple, left_behind))) == 1
    for each in (known, unknown):
        await actions.send_login_code(
            login_code_id=UUID(each.json()["login_code_id"]), now=clock.now()
        )
    assert [phone for phone, _, _ in inbox.sent] == [NUMBER]


async def test_z5_a_wrong_code_answers_the_same_for_any_number(a_phone) -> None:
    await a_person(phone=NUMBER)
    bodies = []
    for number in (NUMBER, NOBODYS):
        phone = a_phone(number=number)
        answer = await phone.enter(await phone.ask_code(), "000000")
        bodies.append({**answer.json(), "trace_id": ""})
    assert bodies[0] == bodies[1]
    assert bodies[0]["code"] == "code_refused"


async def test_z5_after_five_tries_the_right_code_is_dead_too(a_phone, inbox) -> None:
    await a_person(phone=NUMBER)
    phone = a_phone()
    login_code_id = await phone.ask_code()
    for _ in range(5):
        refused = await phone.enter(login_code_id, wrong(inbox.code()))
        assert refused.status_code == 401
    assert (await phone.enter(login_code_id, inbox.code())).status_code == 401
    assert await value("SELECT tries FROM login_codes") == 5


async def test_z5_guesses_at_the_same_moment_are_counted_one_by_one(a_phone, inbox) -> None:
    await a_person(phone=NUMBER)
    phone = a_phone()
    login_code_id = await phone.ask_code()
    guesses = [f"{n:06}" for n in range(40) if f"{n:06}" != inbox.code()]
    answers = await asyncio.gather(*(phone.enter(login_code_id, guess) for guess in guesses))
    assert {answer.status_code for answer in answers} == {401}
    assert await value("SELECT tries FROM login_codes") == 5


async def test_z5_a_code_opens_once(a_phone, inbox) -> None:
    await a_person(phone=NUMBER)
    phone, thief = a_phone(), a_phone()
    login_code_id = await phone.ask_code()
    assert (await phone.enter(login_code_id, inbox.code())).status_code == 201
    assert (await thief.enter(login_code_id, inbox.code())).status_code == 401


async def test_z5_a_code_opens_once_for_two_at_the_same_moment(a_phone, inbox) -> None:
    await a_person(phone=NUMBER)
    phones = [a_phone() for _ in range(4)]
    login_code_id = await phones[0].ask_code()
    answers = await asyncio.gather(*(phone.enter(login_code_id, inbox.code()) for phone in phones))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 401: 3}


async def test_a_code_is_dead_after_ten_minutes(a_phone, inbox) -> None:
    await a_person(phone=NUMBER)
    phone = a_phone()
    login_code_id = await phone.ask_code()
    await let_time_pass(timedelta(minutes=10))
    assert (await phone.enter(login_code_id, inbox.code())).status_code == 401


async def test_a_code_opens_for_the_number_it_was_sent_to_alone(a_phone, inbox) -> None:
    await a_person(phone=NUMBER)
    await a_person(phone=NOBODYS, name="邻居")
    login_code_id = await a_phone().ask_code()
    neighbour = a_phone(number=NOBODYS)
    assert (await neighbour.enter(login_code_id, inbox.code())).status_code == 401


async def test_a_code_that_was_never_asked_for_opens_nothing(a_phone) -> None:
    await a_person(phone=NUMBER)
    assert (await a_phone().enter(str(uuid7()), "123456")).status_code == 401


async def test_the_key_must_be_the_phones_own(a_phone, inbox) -> None:
    await a_person(phone=NUMBER)
    phone, another = a_phone(), a_phone()
    login_code_id = await phone.ask_code()
    proof = another.sign_in_body(login_code_id, inbox.code())["proof"]
    assert (await phone.enter(login_code_id, inbox.code(), proof=proof)).status_code == 401


async def test_z5_five_codes_an_hour_and_then_the_phone_is_left_in_peace(network, inbox) -> None:
    answers = await asyncio.gather(
        *(network.post("/v1/login-codes", json={"phone": NUMBER}) for _ in range(20))
    )
    assert Counter(answer.status_code for answer in answers) == {202: 5, 429: 15}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert 3_590 < int(refused.headers["retry-after"]) <= 3_601
    assert await value("SELECT count(*)::int FROM login_codes") == 5
    await let_time_pass(timedelta(hours=1))
    again = await network.post("/v1/login-codes", json={"phone": NUMBER})
    assert again.status_code == 202


async def test_a_code_is_sent_once_however_often_the_worker_comes(a_phone, inbox) -> None:
    await a_person(phone=NUMBER)
    login_code_id = UUID(await a_phone().ask_code())
    await actions.send_login_code(login_code_id=login_code_id, now=clock.now())
    assert len(inbox.sent) == 1
    assert inbox.sent[0][2] == f"login-code:{login_code_id}"


async def test_a_code_that_is_too_old_is_not_sent(network, inbox) -> None:
    await a_person(phone=NUMBER)
    asked = await network.post("/v1/login-codes", json={"phone": NUMBER})
    await let_time_pass(timedelta(minutes=10))
    login_code_id = UUID(asked.json()["login_code_id"])
    await actions.send_login_code(login_code_id=login_code_id, now=clock.now())
    assert inbox.sent == []


async def test_the_dead_are_not_called(network, inbox) -> None:
    person_id = await a_person(phone=NUMBER)
    await rows("UPDATE persons SET died_on = '2026-11-01' WHERE id = $1", person_id)
    asked = await network.post("/v1/login-codes", json={"phone": NUMBER})
    await actions.send_login_code(
        login_code_id=UUID(asked.json()["login_code_id"]), now=clock.now()
    )
    assert inbox.sent == []


async def test_s5_neither_number_nor_code_is_left_anywhere(
    a_phone, inbox, caplog: pytest.LogCaptureFixture
) -> None:
    await a_person(phone=NUMBER)
    with caplog.at_level(logging.DEBUG):
        phone = a_phone()
        login_code_id = await phone.ask_code()
        code = inbox.code()
        refused = await phone.enter(login_code_id, wrong(code))
    job = await row("SELECT task, args::text AS args, key FROM jobs")
    assert job is not None
    assert job["task"] == "send_login_code"
    kept = await row("SELECT login_codes::text AS text FROM login_codes")
    assert kept is not None
    everything = caplog.text + refused.text + str(dict(job)) + kept["text"]
    assert NUMBER not in everything
    assert f'"{code}"' not in everything
    assert f" {code}" not in everything
    assert await value("SELECT code_sealed FROM login_codes") is None


async def test_a_waiting_code_is_sealed_and_bound_to_its_column(network) -> None:
    await network.post("/v1/login-codes", json={"phone": NUMBER})
    sealed = await value("SELECT code_sealed FROM login_codes")
    assert crypto.unseal(sealed, "login_codes.code").isdigit()
    with pytest.raises(crypto.UnreadableError):
        crypto.unseal(sealed, "persons.phone")


async def test_old_codes_are_forgotten(network) -> None:
    await network.post("/v1/login-codes", json={"phone": NUMBER})
    await actions.forget_login_codes(now=clock.now())
    assert await value("SELECT count(*)::int FROM login_codes") == 1
    await actions.forget_login_codes(now=clock.now() + timedelta(hours=1))
    assert await value("SELECT count(*)::int FROM login_codes") == 0


async def test_an_address_that_floods_is_told_to_wait(network: httpx.AsyncClient) -> None:
    numbers = [f"137{n:08}" for n in range(103)]
    answers = [await network.post("/v1/login-codes", json={"phone": each}) for each in numbers]
    assert Counter(answer.status_code for answer in answers) == {202: 100, 429: 3}
    assert int(answers[-1].headers["retry-after"]) <= 600
