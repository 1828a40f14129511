"""Phones: work needs one that somebody trusts, and a lost one is wiped."""

from uuid import UUID

import pytest

from backend.core.access import Role
from backend.core.db import row, rows, value
from backend.core.ids import uuid7
from backend.people import queries
from backend.settings import settings
from tests.builders import a_person, an_organization, staff_of
from tests.people.phones import NUMBER, a_doctor, trust

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}


async def test_a_doctors_new_phone_waits_and_the_admin_lets_it_in(a_phone, client_for) -> None:
    person_id, center_id = await a_doctor()
    phone = a_phone()
    waits = await phone.try_to_sign_in()
    assert (waits.status_code, waits.json()["code"]) == (403, "device_waits")
    asked = await row("SELECT topic, subject_id, person_id, body->'organizations' FROM journal")
    assert asked is not None
    assert tuple(asked) == ("DeviceAsked", phone.id, person_id, f'["{center_id}"]')

    admin = client_for(await staff_of(center_id, Role.CHC_ADMIN, name="主任"))
    listed = (await admin.get("/v1/devices/waiting")).json()["items"]
    assert [each["id"] for each in listed] == [str(phone.id)]
    path = f"/v1/devices/{phone.id}/trust"
    first, again = await admin.put(path, headers=JSON), await admin.put(path, headers=JSON)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (await admin.get("/v1/devices/waiting")).json()["items"] == []
    assert await value("SELECT count(*)::int FROM audit WHERE what = 'devices.trust'") == 1

    await phone.sign_in()
    assert phone.pair["role"] == "GP"


async def test_a_code_outlives_the_waiting(a_phone, inbox) -> None:
    await a_doctor()
    phone = a_phone()
    login_code_id = await phone.ask_code()
    assert (await phone.enter(login_code_id, inbox.code())).status_code == 403
    await trust(phone)
    assert (await phone.enter(login_code_id, inbox.code())).status_code == 201


async def test_another_center_trusts_nobody_elses_phone(a_phone, client_for) -> None:
    await a_doctor()
    phone = a_phone()
    await phone.try_to_sign_in()
    elsewhere = await an_organization(name="别的中心")
    admin = client_for(await staff_of(elsewhere, Role.CHC_ADMIN, name="主任"))
    assert (await admin.get("/v1/devices/waiting")).json()["items"] == []
    for verb in ("trust", "wipe"):
        answer = await admin.put(f"/v1/devices/{phone.id}/{verb}", headers=JSON)
        assert answer.status_code == 404


async def test_a_colleague_without_the_role_trusts_nobody(a_phone, client_for) -> None:
    _, center_id = await a_doctor()
    phone = a_phone()
    await phone.try_to_sign_in()
    nurse = client_for(await staff_of(center_id, Role.NURSE, name="李护士"))
    assert (await nurse.put(f"/v1/devices/{phone.id}/trust", headers=JSON)).status_code == 404
    assert (await nurse.get("/v1/devices/waiting")).status_code == 403


async def test_ones_own_trusted_phone_lets_another_in(a_phone) -> None:
    await a_doctor()
    old, new = a_phone(), a_phone()
    await old.try_to_sign_in()
    await trust(old)
    await old.sign_in()
    assert (await old.register(new)).status_code == 201
    assert (await old.register(new)).status_code == 200
    assert (await new.try_to_sign_in()).status_code == 403
    assert (await old.call("PUT", f"/devices/{new.id}/trust")).status_code == 201
    await new.sign_in()


async def test_a_phone_that_waits_trusts_neither_itself_nor_another(a_phone) -> None:
    """As an elder it may come in; that opens no work."""
    await a_doctor()
    phone, another = await a_phone().sign_in(role="ELDER"), a_phone()
    await phone.register(another)
    for device_id in (phone.id, another.id):
        answer = await phone.call("PUT", f"/devices/{device_id}/trust")
        assert (answer.status_code, answer.json()["code"]) == (403, "device_waits")
    switched = await phone.call("PUT", "/acting-role", {"role": "GP"})
    assert (switched.status_code, switched.json()["code"]) == (403, "device_waits")
    assert await phone.is_signed_in()
    assert (await phone.call("GET", "/me")).json()["is_trusted"] is False


async def test_in_development_the_first_phone_is_let_in(a_phone, monkeypatch) -> None:
    await a_doctor()
    await rows("DELETE FROM sessions")
    await rows("DELETE FROM devices")
    monkeypatch.setenv("TRUST_FIRST_DEVICE", "true")
    settings.cache_clear()
    try:
        await a_phone().sign_in()
        assert (await a_phone().try_to_sign_in()).status_code == 403
    finally:
        monkeypatch.undo()
        settings.cache_clear()


async def test_a_key_must_be_the_phones_own_to_be_registered(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone, another = await a_phone().sign_in(), a_phone()
    answer = await phone.register(another, proof=phone.sign("bedside:device:"))
    assert (answer.status_code, answer.json()["code"]) == (422, "signature_wrong")


async def test_a_phone_is_registered_once(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone, another = await a_phone().sign_in(), a_phone()
    assert (await phone.register(another)).status_code == 201
    assert (await phone.register(another, platform="android")).status_code == 409
    same_id = a_phone()
    same_id.id = another.id
    assert (await phone.register(same_id)).status_code == 409
    same_key = a_phone()
    same_key.key = another.key
    assert (await phone.register(same_key)).status_code == 409
    assert (await phone.register(a_phone(), public_key="short")).status_code == 400


async def test_nobody_takes_over_the_id_of_anothers_phone(a_phone) -> None:
    await a_person(phone=NUMBER)
    await a_person(phone="13800005678", name="邻居")
    phone, thief = await a_phone().sign_in(), a_phone(number="13800005678")
    thief.id = phone.id
    assert (await thief.try_to_sign_in()).status_code == 409


async def test_my_phones_are_listed(a_phone) -> None:
    await a_person(phone=NUMBER)
    phones = [await a_phone().sign_in() for _ in range(3)]
    first = (await phones[0].call("GET", "/devices?limit=2")).json()
    rest = (await phones[0].call("GET", f"/devices?limit=2&after={first['next']}")).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == [
        str(phone.id) for phone in reversed(phones)
    ]
    one = await phones[0].call("GET", f"/devices/{phones[0].id}")
    assert one.json() == rest["items"][0]


async def test_a_strangers_phone_is_not_there(a_phone) -> None:
    await a_person(phone=NUMBER)
    await a_person(phone="13800005678", name="邻居")
    phone, stranger = await a_phone().sign_in(), await a_phone(number="13800005678").sign_in()
    for method, path in (("GET", ""), ("PUT", "/trust"), ("PUT", "/wipe")):
        answer = await phone.call(method, f"/devices/{stranger.id}{path}")
        assert answer.status_code == 404


async def test_a_lost_phone_is_wiped_and_hears_of_it(a_phone) -> None:
    person_id = await a_person(phone=NUMBER)
    phone, lost = await a_phone().sign_in(), await a_phone().sign_in()
    path = f"/devices/{lost.id}/wipe"
    first, again = await phone.call("PUT", path), await phone.call("PUT", path)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    told = await row("SELECT topic, subject_id, person_id FROM journal")
    assert told is not None
    assert tuple(told) == ("DeviceWiped", lost.id, person_id)
    assert not await lost.is_signed_in()
    refused = await lost.refresh()
    assert (refused.status_code, refused.json()["code"]) == (403, "device_wiped")
    assert (await lost.try_to_sign_in()).json()["code"] == "device_wiped"
    assert await value("SELECT count(*)::int FROM audit WHERE what = 'devices.wipe'") == 1
    assert await phone.is_signed_in()


async def test_a_wiped_phone_is_never_trusted_again(a_phone, client_for) -> None:
    _, center_id = await a_doctor()
    phone = a_phone()
    await phone.try_to_sign_in()
    admin = client_for(await staff_of(center_id, Role.CHC_ADMIN, name="主任"))
    assert (await admin.put(f"/v1/devices/{phone.id}/wipe", headers=JSON)).status_code == 201
    assert (await admin.put(f"/v1/devices/{phone.id}/trust", headers=JSON)).status_code == 403
    assert await queries.is_trusted(device_id=phone.id) is False


async def test_a_signature_of_a_phone_is_known_by_others(a_phone) -> None:
    await a_person(phone=NUMBER)
    phone = await a_phone().sign_in()
    signature = phone.key.sign(b"prescription")

    async def holds(device_id: UUID, content: str) -> bool:
        return await queries.signed_by_device(
            device_id=device_id, content=content, signature=signature
        )

    assert await holds(phone.id, "prescription")
    assert not await holds(phone.id, "another")
    assert not await holds(uuid7(), "prescription")
