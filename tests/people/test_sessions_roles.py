"""Switching the role one acts in: a new pair, and the old one dies (Z6)."""

import pytest

from backend.core.db import rows
from tests.builders import a_delegation, a_person
from tests.people.phones import NUMBER, a_doctor, trust

pytestmark = pytest.mark.anyio


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
