"""The inbox over HTTP: one's own, and nobody else's."""

import pytest

from backend.core.ids import uuid7
from tests.notifications.builders import somebody_with_a_phone, tell

pytestmark = pytest.mark.anyio


async def test_the_newest_stands_first_and_pages_go_on(client_for) -> None:
    elder = await somebody_with_a_phone()
    for n in range(5):
        await tell(elder, "visit_begun", key=str(n))
    phone = client_for(elder)
    first = (await phone.get("/v1/notifications?limit=3")).json()
    rest = (await phone.get(f"/v1/notifications?limit=3&after={first['next']}")).json()
    ids = [each["id"] for each in first["items"] + rest["items"]]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 5
    assert rest["next"] is None
    assert first["items"][0]["body"] == "医护人员已到达，正在为周*服务。"
    assert first["items"][0]["body_en"] == "The carer has arrived at 周*."


async def test_a_receipt_counts_once(client_for) -> None:
    elder = await somebody_with_a_phone()
    await tell(elder, "visit_begun")
    phone = client_for(elder)
    (item,) = (await phone.get("/v1/notifications?unread=true")).json()["items"]
    first = await phone.put(f"/v1/notifications/{item['id']}/receipt")
    again = await phone.put(f"/v1/notifications/{item['id']}/receipt")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (await phone.get("/v1/notifications?unread=true")).json()["items"] == []
    assert (await phone.get(f"/v1/notifications/{item['id']}")).json()["seen_at"]


async def test_somebody_elses_does_not_exist(client_for) -> None:
    elder, other = await somebody_with_a_phone(), await somebody_with_a_phone(name="李四")
    await tell(elder, "visit_begun")
    (item,) = (await client_for(elder).get("/v1/notifications")).json()["items"]
    phone = client_for(other)
    assert (await phone.get("/v1/notifications")).json()["items"] == []
    assert (await phone.get(f"/v1/notifications/{item['id']}")).status_code == 404
    assert (await phone.put(f"/v1/notifications/{item['id']}/receipt")).status_code == 404
    said = {"channel": "huawei", "token": "stolen"}
    path = f"/v1/push-registrations/{elder.device_id}"
    assert (await phone.put(path, json=said)).status_code == 404


async def test_the_newest_token_wins_and_is_never_shown(client_for) -> None:
    elder = await somebody_with_a_phone()
    path, phone = f"/v1/push-registrations/{elder.device_id}", client_for(elder)
    first = await phone.put(path, json={"channel": "xiaomi", "token": "second"})
    again = await phone.put(path, json={"channel": "xiaomi", "token": "second"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert "second" not in again.text
    odd = await phone.put(f"/v1/push-registrations/{uuid7()}", json={"channel": "x", "token": "y"})
    assert odd.status_code == 400


async def test_wishes_are_edited_by_version(client_for) -> None:
    phone = client_for(await somebody_with_a_phone())
    path = "/v1/notification-preferences"
    assert (await phone.get(path)).status_code == 404
    said = {"muted": ["visit_begun"], "quiet_start": "21:30:00", "quiet_end": "07:30:00"}
    assert (await phone.put(path, json=said)).status_code == 201
    assert (await phone.put(path, json=said)).status_code == 200
    other = {"digest_at": "18:00:00"}
    assert (await phone.put(path, json=other)).status_code == 428
    stale = await phone.put(path, json=other, headers={"if-match": '"7"'})
    assert stale.status_code == 412
    kept = await phone.put(path, json=other, headers={"if-match": '"1"'})
    assert kept.status_code == 200
    assert kept.json() == (await phone.get(path)).json()
    assert kept.json()["version"] == 2
