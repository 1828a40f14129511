"""Being signed out: by oneself, by an admin, by leaving; felt everywhere at once (Z6)."""

import pytest

from backend.core import clock
from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.people import actions, queries
from backend.people.lifecycle import SessionEnd
from tests.builders import a_delegation, a_person, an_organization, staff_of
from tests.people.phones import NUMBER, a_doctor, trust

pytestmark = pytest.mark.anyio


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


async def test_sessions_are_ended_by_person_role_and_organization(db, client_for) -> None:
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
