"""Two who say the same thing at the same moment."""

import asyncio
from datetime import timedelta

import pytest

from backend.core import calendar, clock
from backend.core.access import Role
from backend.core.db import value
from backend.core.ids import uuid7
from tests.builders import a_person, acting, an_organization, staff_of
from tests.people.test_persons import facts

pytestmark = pytest.mark.anyio

TODAY = calendar.on(clock.now())


@pytest.mark.rule("ID-02")
async def test_two_desks_with_one_card_register_one_person(db, client_for) -> None:
    desks = [client_for(await staff_of(await an_organization(), Role.NURSE)) for _ in range(4)]
    answers = await asyncio.gather(
        *(desk.put(f"/v1/persons/{uuid7()}", json=facts()) for desk in desks)
    )
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    codes = {each.json().get("code") for each in answers} - {None}
    assert codes == {"person_already_known"}
    assert await value("SELECT count(*) FROM persons WHERE identity_key IS NOT NULL") == 1


async def test_a_phone_that_retries_too_soon_registers_once(db, client_for) -> None:
    desk = client_for(await staff_of(await an_organization(), Role.NURSE))
    path = f"/v1/persons/{uuid7()}"
    answers = await asyncio.gather(*(desk.put(path, json=facts()) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [200, 200, 200, 201]
    assert len({each.text for each in answers}) == 1
    assert await value("SELECT count(*) FROM journal WHERE topic = 'PersonRegistered'") == 1


async def test_of_two_edits_of_one_version_one_is_stale(db, client_for) -> None:
    desk = client_for(await staff_of(await an_organization(), Role.NURSE))
    path = f"/v1/persons/{uuid7()}"
    await desk.put(path, json=facts())
    answers = await asyncio.gather(
        *(
            desk.put(path, json=facts(phone=phone), headers={"If-Match": '"1"'})
            for phone in ("13900000001", "13900000002", "13900000003")
        )
    )
    assert sorted(each.status_code for each in answers) == [200, 412, 412]


@pytest.mark.rule("RC-03")
async def test_a_delegation_said_four_times_at_once_is_given_once(db, client_for) -> None:
    elder, daughter = await a_person(), await a_person(name="周敏")
    phone = client_for(await acting(elder, Role.ELDER))
    said = {
        "person_id": str(elder),
        "delegate_id": str(daughter),
        "scopes": ["VIEW_SUMMARY"],
        "valid_from": TODAY.isoformat(),
        "valid_to": (TODAY + timedelta(days=30)).isoformat(),
    }
    path = f"/v1/delegations/{uuid7()}"
    answers = await asyncio.gather(*(phone.put(path, json=said) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [200, 200, 200, 201]
    ended = await asyncio.gather(*(phone.put(f"{path}/revocation") for _ in range(4)))
    assert sorted(each.status_code for each in ended) == [200, 200, 200, 201]
    assert await value("SELECT count(*) FROM journal WHERE topic = 'DelegationRevoked'") == 1


@pytest.mark.rule("RC-05")
async def test_an_access_asked_for_four_times_at_once_is_one(db, client_for) -> None:
    elder = await a_person()
    nurse = client_for(await staff_of(await an_organization(), Role.NURSE))
    path = f"/v1/persons/{elder}/break-glass/{uuid7()}"
    answers = await asyncio.gather(
        *(nurse.put(path, json={"reason": "老人倒地"}) for _ in range(4))
    )
    assert sorted(each.status_code for each in answers) == [200, 200, 200, 201]
    assert await value("SELECT count(*) FROM care_team") == 1
