"""Sessions: signing in, staying signed in, switching roles, and being signed out (Z6)."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from uuid import UUID

import pytest

from backend.core import clock, crypto, limiter, times
from backend.core.access import Role
from backend.core.db import row, rows, value
from backend.core.ids import uuid7
from backend.core.limiter import Limiter
from backend.people import actions, queries, refresh_tokens
from backend.people.lifecycle import Refresh, SessionEnd, judge
from tests.builders import (
    a_delegation,
    a_person,
    an_organization,
    signed_in,
    staff_of,
)
from tests.people.phones import NUMBER, base64url, let_time_pass, trust

pytestmark = pytest.mark.anyio

YESTERDAY = date(2000, 1, 1)


async def a_doctor(*roles: str, name: str = "沈明") -> tuple[UUID, UUID]:
    """Somebody with this test's phone number, employed in these roles; and where."""
    center_id = await an_organization()
    actor = await staff_of(center_id, Role.GP, name=name)
    await rows(
        "UPDATE staff SET roles = $2 WHERE person = $1", actor.person_id, list(roles or ("GP",))
    )
    await give_phone(actor.person_id)
    return actor.person_id, center_id


async def give_phone(person_id: UUID, number: str = NUMBER) -> None:
    await rows(
        "UPDATE persons SET phone = $2, phone_key = $3 WHERE id = $1",
        person_id,
        crypto.seal(number, "persons.phone"),
        crypto.lookup(number, "persons.phone"),
    )


# Signing in


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


# Staying signed in


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


# Being signed out


async def test_z6_signing_out_is_felt_at_once_and_twice_is_once(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone, other = await a_phone().sign_in(), await a_phone().sign_in()
    path = f"/sessions/{other.pair['session_id']}/end"
    first, again = await phone.call("PUT", path), await phone.call("PUT", path)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["end_reason"] == "signed_out"
    assert not await other.is_signed_in()
    assert (await other.refresh()).status_code == 401
    assert await phone.is_signed_in()
    whats = await value("SELECT array_agg(what ORDER BY id) FROM audit")
    assert whats == ["sessions.start", "sessions.start", "sessions.end"]


async def test_a_strangers_session_is_not_there(a_phone) -> None:
    await a_person(phone=NUMBER)
    await a_person(phone="13800005678", name="邻居")
    phone, stranger = await a_phone().sign_in(), await a_phone(number="13800005678").sign_in()
    session_id = stranger.pair["session_id"]
    for method, path in (("GET", ""), ("PUT", "/end")):
        answer = await phone.call(method, f"/sessions/{session_id}{path}")
        assert answer.status_code == 404
    assert await stranger.is_signed_in()


async def test_my_sessions_are_listed_page_by_page(a_phone) -> None:
    await a_person(phone=NUMBER)
    phones = [await a_phone().sign_in() for _ in range(3)]
    first = (await phones[0].call("GET", "/sessions?limit=2")).json()
    rest = (await phones[0].call("GET", f"/sessions?limit=2&after={first['next']}")).json()
    ids = [each["id"] for each in first["items"] + rest["items"]]
    assert ids == [phone.pair["session_id"] for phone in reversed(phones)]
    assert rest["next"] is None
    one = await phones[0].call("GET", f"/sessions/{ids[0]}")
    assert one.json() == first["items"][0]


async def test_z6_an_admin_ends_the_session_of_a_leaver(a_phone, client_for) -> None:
    _, center_id = await a_doctor()
    phone = a_phone()
    await phone.try_to_sign_in()
    await trust(phone)
    await phone.sign_in()
    admin = client_for(await staff_of(center_id, Role.CHC_ADMIN, name="主任"))
    headers = {"content-type": "application/json"}
    path = f"/v1/sessions/{phone.pair['session_id']}/end"
    answer = await admin.put(path, headers=headers)
    assert (answer.status_code, answer.json()["end_reason"]) == (201, "ended_by_admin")
    assert not await phone.is_signed_in()


async def test_an_admin_of_another_center_finds_nothing(a_phone, client_for) -> None:
    await a_doctor()
    phone = a_phone()
    await phone.try_to_sign_in()
    await trust(phone)
    await phone.sign_in()
    elsewhere = await an_organization(name="别的中心")
    admin = client_for(await staff_of(elsewhere, Role.CHC_ADMIN, name="主任"))
    path = f"/v1/sessions/{phone.pair['session_id']}/end"
    answer = await admin.put(path, headers={"content-type": "application/json"})
    assert answer.status_code == 404
    assert await phone.is_signed_in()


@pytest.mark.parametrize(
    "change",
    ["employed_until = current_date - 2", "roles = '{NURSE}'", "employed_from = '2099-01-01'"],
)
async def test_z6_a_leaver_and_a_changed_role_are_felt_without_anybody_ending_a_session(
    db, client_for, change
) -> None:
    doctor = await staff_of(await an_organization(), Role.GP)
    phone = client_for(doctor)
    assert (await phone.get("/v1/me")).status_code == 200
    await rows(f"UPDATE staff SET {change} WHERE person = $1", doctor.person_id)
    queries.forget_sessions()  # five seconds later
    assert (await phone.get("/v1/me")).status_code == 401


async def test_z6_a_role_that_is_gone_cannot_be_refreshed(a_phone) -> None:
    daughter = await a_person(phone=NUMBER, name="女儿")
    await a_delegation(await a_person(), daughter, "VIEW_SUMMARY")
    await rows("UPDATE delegations SET valid_from = '2026-01-01'")
    phone = await a_phone().sign_in(role="RELATIVE")
    await rows("UPDATE delegations SET revoked_at = now()")
    assert (await phone.refresh()).status_code == 401
    assert await value("SELECT end_reason FROM sessions") == "role_gone"
    assert not await phone.is_signed_in()


async def test_sessions_are_ended_by_person_role_and_organization(db, client, client_for) -> None:
    center_id = await an_organization()
    doctor = await staff_of(center_id, Role.GP)
    phone = client_for(doctor)
    for role, organization_id, status in (
        (Role.QC, center_id, 200),
        (Role.GP, uuid7(), 200),
        (Role.GP, center_id, 401),
    ):
        await actions.end_sessions_of(
            person_id=doctor.person_id,
            role=role,
            organization_id=organization_id,
            reason=SessionEnd.LEFT,
            now=clock.now(),
        )
        assert (await phone.get("/v1/me")).status_code == status
    assert signed_in(client, doctor)


# Switching roles


@pytest.mark.rule("ID-01")
async def test_z6_switching_the_role_replaces_the_pair(a_phone) -> None:
    _, center_id = await a_doctor("GP", "QC")
    phone = a_phone()
    await phone.try_to_sign_in()
    await trust(phone)
    await phone.sign_in(role="GP")
    before = dict(phone.pair)
    answer = await phone.call("PUT", "/acting-role", {"role": "QC"})
    assert answer.status_code == 200
    assert not await phone.is_signed_in()
    phone.pair = answer.json()
    assert (phone.pair["role"], phone.pair["organization_id"]) == ("QC", str(center_id))
    assert phone.pair["expires_at"] == before["expires_at"]
    assert (await phone.call("GET", "/me")).json()["role"] == "QC"
    noted = await rows("SELECT what, role FROM audit ORDER BY id")
    assert tuple(noted[-1]) == ("sessions.switch_role", "QC")


async def test_z6_a_switch_whose_answer_was_lost_is_found_by_a_refresh(a_phone) -> None:
    daughter = await a_person(phone=NUMBER, name="女儿")
    await a_delegation(await a_person(), daughter, "VIEW_SUMMARY")
    await rows("UPDATE delegations SET valid_from = '2026-01-01'")
    phone = await a_phone().sign_in(role="ELDER")
    lost = await phone.call("PUT", "/acting-role", {"role": "RELATIVE"})
    found = await phone.refresh()
    assert found.json()["refresh_token"] == lost.json()["refresh_token"]
    assert found.json()["role"] == "RELATIVE"
    phone.pair = found.json()
    assert await phone.is_signed_in()


async def test_z6_a_copy_from_before_a_switch_ends_the_session_after_it(a_phone) -> None:
    daughter = await a_person(phone=NUMBER, name="女儿")
    await a_delegation(await a_person(), daughter, "VIEW_SUMMARY")
    await rows("UPDATE delegations SET valid_from = '2026-01-01'")
    phone = await a_phone().sign_in(role="ELDER")
    copied = phone.pair["refresh_token"]
    phone.pair = (await phone.refresh()).json()
    phone.pair = (await phone.call("PUT", "/acting-role", {"role": "RELATIVE"})).json()
    phone.pair = (await phone.refresh()).json()
    assert (await a_phone().refresh(copied)).status_code == 401
    assert not await phone.is_signed_in()


@pytest.mark.rule("ID-01")
async def test_a_role_one_does_not_hold_cannot_be_switched_to(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone = await a_phone().sign_in()
    answer = await phone.call("PUT", "/acting-role", {"role": "REGULATOR_WJ"})
    assert (answer.status_code, answer.json()["code"]) == (403, "role_not_held")
    assert await phone.is_signed_in()


async def test_nobody_becomes_the_system(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone = await a_phone().sign_in()
    answer = await phone.call("PUT", "/acting-role", {"role": "SYSTEM"})
    assert answer.status_code == 403


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
