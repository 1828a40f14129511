"""Who is whose kin: whoever names somebody learns no number by it."""

import pytest

from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from tests.builders import a_delegation, a_person, a_tie, acting, an_organization, staff_of

pytestmark = pytest.mark.anyio


async def test_naming_somebody_as_kin_does_not_give_their_number(db, client_for) -> None:
    center_id = await an_organization()
    elder_id = await a_person(center_id=center_id)
    stranger_id = await a_person(name="沈明", phone="13612345678")
    nurse = await staff_of(center_id, Role.NURSE)
    await a_tie(elder_id, nurse.person_id)
    relative = await acting(await a_person(name="周敏"), Role.RELATIVE)
    await a_delegation(elder_id, relative.person_id, "VIEW_FULL")
    path = f"/v1/kinships/{uuid7()}"
    said = {"person_id": str(elder_id), "relative_id": str(stranger_id), "relation": "3"}

    made = await client_for(await acting(elder_id, Role.ELDER)).put(path, json=said)
    to_the_family = await client_for(relative).get(path)
    assert await value("SELECT count(*) FROM audit WHERE $1 = ANY (persons)", stranger_id) == 2
    to_staff = await client_for(nurse).get(path)

    assert (made.status_code, made.json()["relative_phone"]) == (201, "136****5678")
    assert to_the_family.json()["relative_phone"] is None
    # Whoever must call them reads it, and they can see who did.
    assert to_staff.json()["relative_phone"] == "13612345678"
    seen = await rows("SELECT actor_id FROM audit WHERE $1 = ANY (persons)", stranger_id)
    assert seen[-1]["actor_id"] == nurse.person_id
