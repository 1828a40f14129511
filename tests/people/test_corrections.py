"""A wrong pin: said at the door, decided by somebody else."""

import msgspec
import pytest

from backend.core.access import Role
from backend.core.db import row, rows, value
from backend.core.ids import uuid7
from tests.builders import a_person, a_tie, an_organization, staff_of

pytestmark = pytest.mark.anyio

WRONG_BLOCK = {
    "reason": "实际为12号楼，定位在小区另一侧",
    "room": "1202",
    "point": {"lat": 31.2262, "lon": 121.4498, "datum": "gcj02"},
}


async def a_door(center, nurse) -> str:
    elder = await a_person()
    await a_tie(elder, center, kind="organization")
    await a_tie(elder, nurse.person_id, why="visit")
    return str(await value("SELECT address FROM persons WHERE id = $1", elder))


async def test_an_approved_correction_moves_the_pin_and_says_so(db, client_for) -> None:
    center = await an_organization()
    nurse = await staff_of(center, Role.NURSE)
    dispatcher = client_for(await staff_of(center, Role.DISPATCHER))
    address = await a_door(center, nurse)
    path = f"/v1/addresses/{address}/corrections/{uuid7()}"
    asked = await client_for(nurse).put(path, json=WRONG_BLOCK)
    assert asked.status_code == 201, asked.text
    assert (await client_for(nurse).put(path, json=WRONG_BLOCK)).status_code == 200
    other = await client_for(nurse).put(path, json=WRONG_BLOCK | {"room": "1203"})
    assert (other.status_code, other.json()["code"]) == (409, "already_different")

    waiting = await dispatcher.get("/v1/address-corrections", params={"status": "open"})
    assert [each["room"] for each in waiting.json()["items"]] == ["1202"]
    decided = await dispatcher.put(f"{path}/decision", json={"is_approved": True})
    assert (decided.status_code, decided.json()["status"]) == (201, "approved")
    assert (await dispatcher.put(f"{path}/decision", json={"is_approved": True})).status_code == 200
    late = await dispatcher.put(f"{path}/decision", json={"is_approved": False})
    assert (late.status_code, late.json()["code"]) == (409, "already_different")

    door = await row("SELECT lat, datum, version FROM addresses WHERE id = $1", address)
    assert door is not None
    assert dict(door) == {"lat": 31.2262, "datum": "gcj02", "version": 2}
    body = await value("SELECT body->>'address_id' FROM journal WHERE topic = 'AddressCorrected'")
    assert body == address


async def test_a_rejected_correction_leaves_the_door(db, client_for) -> None:
    center = await an_organization()
    nurse = await staff_of(center, Role.NURSE)
    address = await a_door(center, nurse)
    path = f"/v1/addresses/{address}/corrections/{uuid7()}"
    await client_for(nurse).put(path, json=WRONG_BLOCK)
    admin = client_for(await staff_of(center, Role.CHC_ADMIN))
    decided = await admin.put(f"{path}/decision", json={"is_approved": False})
    assert decided.json()["status"] == "rejected"
    assert await value("SELECT version FROM addresses WHERE id = $1", decided.json()["address_id"])
    assert await value("SELECT count(*) FROM journal WHERE topic = 'AddressCorrected'") == 0


async def test_nobody_decides_ones_own_nor_another_centers(db, client_for) -> None:
    center = await an_organization()
    nurse = await staff_of(center, Role.NURSE)
    path = f"/v1/addresses/{await a_door(center, nurse)}/corrections/{uuid7()}"
    await client_for(nurse).put(path, json=WRONG_BLOCK)
    approved = {"is_approved": True}
    oneself = client_for(msgspec.structs.replace(nurse, role=Role.DISPATCHER))
    assert (await oneself.put(f"{path}/decision", json=approved)).status_code == 403
    stranger = client_for(await staff_of(await an_organization(), Role.DISPATCHER))
    assert (await stranger.put(f"{path}/decision", json=approved)).status_code == 404
    assert (await stranger.get("/v1/address-corrections")).json()["items"] == []


async def test_only_who_went_there_says_what_is_wrong_even_in_the_evening(db, client_for) -> None:
    center = await an_organization()
    nurse = await staff_of(center, Role.NURSE)
    address = await a_door(center, nurse)
    stranger = client_for(await staff_of(await an_organization(), Role.NURSE))
    path = f"/v1/addresses/{address}/corrections/{uuid7()}"
    assert (await stranger.put(path, json=WRONG_BLOCK)).status_code == 404
    await rows("UPDATE care_team SET until_at = now() - interval '1 hour'")
    nothing = await client_for(nurse).put(path, json={"reason": "不对"})
    assert nothing.status_code == 400
    assert (await client_for(nurse).put(path, json=WRONG_BLOCK)).status_code == 201
