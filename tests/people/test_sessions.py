"""Signing in: with a code and a key, as one person, in one role."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.core import clock, limiter, times
from backend.core.db import row, rows, value
from backend.core.ids import uuid7
from backend.core.limiter import Limiter
from backend.people import queries
from tests.builders import a_delegation, a_person
from tests.people.phones import NUMBER, a_doctor

pytestmark = pytest.mark.anyio


async def test_an_elder_signs_in_and_reads_who_they_are(a_phone) -> None:
    person_id = await a_person(phone=NUMBER)
    phone = await a_phone().sign_in()
    assert phone.pair["role"] == "ELDER"
    me = (await phone.call("GET", "/me")).json()
    assert (me["person_id"], me["name"], me["phone"]) == (
        str(person_id),
        "周秀英",
        "138****1234",
    )
    assert [each["role"] for each in me["roles"]] == ["ELDER"]


async def test_tokens_are_not_kept_on_the_way(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone = a_phone()
    answer = await phone.try_to_sign_in()
    phone.pair = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert (await phone.refresh()).headers["cache-control"] == "no-store"


async def test_signing_in_is_in_the_audit(a_phone) -> None:
    person_id = await a_person(phone=NUMBER)
    phone = await a_phone().sign_in()
    noted = await row("SELECT what, actor_id, role, session_id, subject_id, persons FROM audit")
    assert noted is not None
    session_id = UUID(phone.pair["session_id"])
    assert tuple(noted) == (
        "sessions.start",
        person_id,
        "ELDER",
        session_id,
        session_id,
        [person_id],
    )


@pytest.mark.rule("EV-05")
async def test_signing_in_compares_the_clocks(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone = a_phone()
    phone.clock_ahead = timedelta(minutes=7)
    await phone.sign_in()
    later = clock.now() + timedelta(minutes=1)
    said = later + phone.clock_ahead
    corrected = await times.of(device_id=phone.id, client_time=said, now=later)
    assert abs(corrected.happened_at - later) <= timedelta(seconds=2)


@pytest.mark.parametrize("year", ["0001", "9999"])
async def test_a_clock_of_another_age_is_no_error(a_phone, inbox, year) -> None:
    await a_person(phone=NUMBER)
    phone = a_phone()
    login_code_id = await phone.ask_code()
    said = f"{year}-06-01T00:00:00Z"
    answer = await phone.enter(login_code_id, inbox.code(), client_time=said)
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "field",
    ["login_code_id", "phone", "code", "device", "proof", "client_time"],
)
async def test_a_sign_in_without_a_part_is_malformed(a_phone, network, field) -> None:
    phone = a_phone()
    body = phone.sign_in_body(str(uuid7()), "123456")
    del body[field]
    assert (await network.post("/v1/sessions", json=body)).status_code == 400


async def test_several_people_on_one_phone_choose(a_phone, inbox) -> None:
    """The code is not spent by asking."""
    husband = await a_person(phone=NUMBER, name="陈建国")
    wife = await a_person(phone=NUMBER, name="周秀英")
    phone = a_phone()
    login_code_id = await phone.ask_code()
    asked = await phone.enter(login_code_id, inbox.code())
    assert (asked.status_code, asked.json()["code"]) == (409, "choose_person")
    assert asked.json()["facts"]["persons"] == [
        {"person_id": str(husband), "name": "陈*"},
        {"person_id": str(wife), "name": "周*"},
    ]
    answer = await phone.enter(login_code_id, inbox.code(), person_id=str(wife))
    assert answer.json()["person_id"] == str(wife)


async def test_nobody_signs_in_as_a_stranger(a_phone) -> None:
    await a_person(phone=NUMBER)
    stranger = await a_person(name="邻居")
    answer = await a_phone().try_to_sign_in(person_id=str(stranger))
    assert (answer.status_code, answer.json()["code"]) == (401, "code_refused")


@pytest.mark.rule("ID-01")
async def test_work_comes_first_unless_another_role_is_named(a_phone) -> None:
    person_id, center_id = await a_doctor("GP", "QC")
    elder_id = await a_person(name="母亲")
    await a_delegation(elder_id, person_id, "VIEW_SUMMARY")
    await rows("UPDATE delegations SET valid_from = '2026-01-01'")
    held = await queries.roles_of(person_id=person_id, now=clock.now())
    assert [each.role for each in held] == ["GP", "QC", "RELATIVE", "ELDER"]
    assert {each.organization_id for each in held} == {center_id, None}
    phone = await a_phone().sign_in(role="RELATIVE")
    assert (phone.pair["role"], phone.pair["organization_id"]) == ("RELATIVE", None)


@pytest.mark.rule("ID-01")
async def test_a_role_one_does_not_hold_is_refused_and_the_held_ones_are_named(a_phone) -> None:
    await a_person(phone=NUMBER)
    answer = await a_phone().try_to_sign_in(role="CHC_ADMIN")
    assert (answer.status_code, answer.json()["code"]) == (403, "role_not_held")
    assert [each["role"] for each in answer.json()["facts"]["roles"]] == ["ELDER"]
    assert answer.json()["rule"] == "ID-01"


async def test_an_employment_that_ended_gives_no_role(a_phone) -> None:
    person_id, _ = await a_doctor()
    await rows("UPDATE staff SET employed_until = '2026-11-01'")
    held = await queries.roles_of(person_id=person_id, now=clock.now())
    assert [each.role for each in held] == ["ELDER"]


async def test_a_guardian_and_a_relative_by_kinship_hold_their_roles(db) -> None:
    daughter, mother = await a_person(name="女儿"), await a_person()
    now = clock.now()
    await rows(
        "INSERT INTO kinships (id, person, relative, relation, is_emergency_contact, version,"
        " fingerprint, recorded_at) VALUES ($1, $2, $3, '3', true, 1, '', $4)",
        uuid7(),
        mother,
        daughter,
        now,
    )
    await rows(
        "INSERT INTO guardianships (id, person, guardian, basis, proof_id, valid_from,"
        " recorded_by, recorded_at, version, fingerprint)"
        " VALUES ($1, $2, $3, 'court', $1, '2026-01-01', $3, $4, 1, '')",
        uuid7(),
        mother,
        daughter,
        now,
    )
    held = await queries.roles_of(person_id=daughter, now=now)
    assert [each.role for each in held] == ["GUARDIAN", "RELATIVE", "ELDER"]


async def test_signing_in_works_while_valkey_is_dead(a_phone) -> None:
    await a_person(phone=NUMBER)
    counting = limiter._limiter
    dead = Limiter("redis://127.0.0.1:1/0")
    limiter.use(dead)
    try:
        phone = await a_phone().sign_in()
        assert (await phone.refresh()).status_code == 200
        assert await phone.is_signed_in()
    finally:
        limiter._limiter = counting
        await dead.close()


async def test_signing_in_again_on_a_phone_ends_what_was_before(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone = await a_phone().sign_in()
    before = phone.pair
    await phone.sign_in()
    assert await value("SELECT count(*)::int FROM sessions WHERE ended_at IS NULL") == 1
    assert (await phone.refresh(before["refresh_token"])).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/me"),
        ("GET", "/sessions"),
        ("GET", f"/sessions/{uuid7()}"),
        ("PUT", f"/sessions/{uuid7()}/end"),
        ("PUT", "/acting-role"),
        ("GET", "/devices"),
        ("GET", "/devices/waiting"),
        ("GET", f"/devices/{uuid7()}"),
        ("PUT", f"/devices/{uuid7()}"),
        ("PUT", f"/devices/{uuid7()}/trust"),
        ("PUT", f"/devices/{uuid7()}/wipe"),
    ],
)
async def test_without_a_token_nothing_opens(network, method, path) -> None:
    headers = {"content-type": "application/json"}
    answer = await network.request(method, f"/v1{path}", headers=headers)
    assert answer.status_code == 401
