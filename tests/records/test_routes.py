"""The record over HTTP: 201 and 200, 404 before 403, 409 with the stored one, 412, 422, 428."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from backend.core.access import Actor, Role
from backend.core.ids import uuid7
from backend.records.lifecycle.scores import Instrument, items
from tests.builders import TUESDAY_NINE, a_person, acting
from tests.records.conftest import Cast

pytestmark = pytest.mark.anyio

AT = TUESDAY_NINE.isoformat()
Phone = Callable[[Actor], httpx.AsyncClient]


def reading(cast: Cast, **changed: Any) -> dict[str, Any]:
    return {
        "person_id": str(cast.elder_id),
        "client_time": AT,
        "code": "sbp",
        "value": 186,
        "unit": "mm[Hg]",
        **changed,
    }


def draft(cast: Cast, **changed: Any) -> dict[str, Any]:
    return {
        "person_id": str(cast.elder_id),
        "client_time": AT,
        "kind": "VISIT",
        "text": "血压控制可。",
        **changed,
    }


def sheet(cast: Cast, **changed: Any) -> dict[str, Any]:
    answers = {item.id: max(item.scale) for item in items(Instrument.BARTHEL)}
    return {
        "person_id": str(cast.elder_id),
        "client_time": AT,
        "instrument": "BARTHEL",
        "answers": answers,
        **changed,
    }


async def test_a_reading_answers_its_alerts_twice_the_same(cast: Cast, client_for: Phone) -> None:
    phone, path = client_for(cast.doctor), f"/v1/observations/{uuid7()}"

    first = await phone.put(path, json=reading(cast, symptoms=["SEVERE_HEADACHE"]))
    again = await phone.put(path, json=reading(cast, symptoms=["SEVERE_HEADACHE"]))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert [alert["rule"] for alert in first.json()["alerts"]] == ["EM-02", "FU-03"]
    assert set(first.json()["alerts"][0]) == {"code", "rule", "severity", "text", "text_en"}
    assert (await phone.get(path)).json() == first.json()


async def test_another_body_under_the_same_id_is_a_conflict_with_the_stored_one(
    cast: Cast, client_for: Phone
) -> None:
    phone, path = client_for(cast.doctor), f"/v1/observations/{uuid7()}"
    stored = await phone.put(path, json=reading(cast))

    refused = await phone.put(path, json=reading(cast, value=187))

    assert refused.status_code == 409
    assert refused.json()["code"] == "already_different"
    assert refused.json()["facts"]["stored"] == stored.json()


@pytest.mark.rule("EV-11")
async def test_an_implausible_reading_names_its_rule(cast: Cast, client_for: Phone) -> None:
    refused = await client_for(cast.doctor).put(
        f"/v1/observations/{uuid7()}", json=reading(cast, value=281)
    )

    assert refused.status_code == 422
    assert (refused.json()["code"], refused.json()["rule"]) == (
        "observation_implausible",
        "EV-11",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "high"},
        {"value": -1},
        {"value": True},
        {"code": "mood"},
        {"client_time": "2026-11-24T09:00:00"},
        {"unit": "x" * 21},
        {"symptoms": ["BOREDOM"]},
        {"device": "a\u0000b"},
        {"colour": "red"},
        {"person_id": "me"},
    ],
)
async def test_a_body_that_is_none_is_malformed(
    cast: Cast, client_for: Phone, wrong: dict[str, Any]
) -> None:
    refused = await client_for(cast.doctor).put(
        f"/v1/observations/{uuid7()}", json=reading(cast, **wrong)
    )

    assert refused.status_code == 400
    assert refused.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "client_time",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1800-01-01T00:00:00Z"],
)
async def test_no_moment_breaks_us(cast: Cast, client_for: Phone, client_time: str) -> None:
    answered = await client_for(cast.doctor).put(
        f"/v1/observations/{uuid7()}", json=reading(cast, client_time=client_time)
    )

    assert answered.status_code in (201, 400)


async def test_strangers_find_nothing_and_other_roles_no_door(
    cast: Cast, client_for: Phone
) -> None:
    path = f"/v1/observations/{uuid7()}"
    await client_for(cast.doctor).put(path, json=reading(cast))
    courier = await acting(await a_person(name="陈小"), Role.COURIER)
    stranger = client_for(cast.stranger)

    assert (await stranger.put(path, json=reading(cast))).status_code == 404
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.get(f"/v1/observations/{uuid7()}")).status_code == 404
    assert (await stranger.get(f"/v1/observations?person_id={cast.elder_id}")).status_code == 404
    assert (await stranger.put(f"{path}/void", json={"reason": "?"})).status_code == 404
    assert (await client_for(courier).put(path, json=reading(cast))).status_code == 403
    assert (await client_for(courier).get(path)).status_code == 403


async def test_readings_are_listed_by_code_and_page(cast: Cast, client_for: Phone) -> None:
    phone = client_for(cast.doctor)
    for minute in range(3):
        body = reading(cast, client_time=f"2026-11-20T09:0{minute}:00+08:00", value=120 + minute)
        await phone.put(f"/v1/observations/{uuid7()}", json=body)
    here = f"/v1/observations?person_id={cast.elder_id}&code=sbp&limit=2"

    first = (await phone.get(here)).json()
    second = (await phone.get(f"{here}&after={first['next']}")).json()

    assert [each["value"] for each in first["items"]] == [122, 121]
    assert [each["value"] for each in second["items"]] == [120]
    assert second["next"] is None
    assert (await phone.get(f"{here}&after=nonsense")).status_code == 400


async def test_a_reading_is_voided_by_its_author(cast: Cast, client_for: Phone) -> None:
    phone, path = client_for(cast.daughter), f"/v1/observations/{uuid7()}"
    await phone.put(path, json=reading(cast, value=118))

    first = await phone.put(f"{path}/void", json={"reason": "wrong person"})
    again = await phone.put(f"{path}/void", json={"reason": "wrong person"})
    other = await phone.put(f"{path}/void", json={"reason": "another"})

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["void_reason"] == "wrong person"
    assert (
        await client_for(cast.nurse).put(f"{path}/void", json={"reason": "?"})
    ).status_code == 403


async def test_a_note_is_drafted_changed_signed_and_closed(cast: Cast, client_for: Phone) -> None:
    phone, path = client_for(cast.doctor), f"/v1/notes/{uuid7()}"

    async def put(text: str, version: str | None = None) -> httpx.Response:
        headers = {"if-match": version} if version else {}
        return await phone.put(path, json=draft(cast, text=text), headers=headers)

    assert (await put("甲")).status_code == 201
    assert (await put("甲")).status_code == 200
    assert (await put("乙")).status_code == 428
    assert (await put("乙", '"9"')).status_code == 412
    changed = await put("乙", '"1"')
    assert (changed.status_code, changed.json()["version"]) == (200, 2)

    body = {"client_time": AT, "version": 2}
    signed = await phone.put(f"{path}/signature", json=body)
    assert signed.status_code == 201
    assert (await phone.put(f"{path}/signature", json=body)).json() == signed.json()
    closed = await put("丙", '"2"')
    assert (closed.status_code, closed.json()["code"], closed.json()["rule"]) == (
        409,
        "note_signed",
        "RC-06",
    )
    listed = (await phone.get(f"/v1/notes?person_id={cast.elder_id}")).json()["items"]
    assert [each["status"] for each in listed] == ["SIGNED"]
    assert "text" not in listed[0]
    assert (await client_for(cast.daughter).get(path)).json()["text"] == "乙"
    assert (await client_for(cast.stranger).get(path)).status_code == 404


@pytest.mark.rule("HB-09")
async def test_an_incomplete_round_is_not_signed(cast: Cast, client_for: Phone) -> None:
    phone, path = client_for(cast.doctor), f"/v1/notes/{uuid7()}"
    await phone.put(path, json=draft(cast, kind="ROUND", content={"complaint": "无"}))

    refused = await phone.put(f"{path}/signature", json={"client_time": AT})

    assert (refused.status_code, refused.json()["code"]) == (422, "note_incomplete")


async def test_an_assessment_is_scored_and_corrected(cast: Cast, client_for: Phone) -> None:
    phone, path = client_for(cast.nurse), f"/v1/assessments/{uuid7()}"
    worse = sheet(cast)["answers"] | {"walking": 0}

    first = await phone.put(path, json=sheet(cast))
    again = await phone.put(path, json=sheet(cast))
    changed = await phone.put(path, json=sheet(cast, answers=worse), headers={"if-match": '"1"'})
    wrong = await phone.put(f"/v1/assessments/{uuid7()}", json=sheet(cast, answers={"walking": 7}))

    assert (first.status_code, again.status_code, changed.status_code) == (201, 200, 200)
    assert (first.json()["total"], changed.json()["total"]) == (100, 85)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "assessment_answers_wrong")
    assert wrong.json()["facts"]["off_scale"] == ["walking"]
    assert (await phone.get(path)).json() == changed.json()
    listed = await phone.get(f"/v1/assessments?person_id={cast.elder_id}&instrument=BARTHEL")
    assert listed.json()["items"] == [changed.json()]


@pytest.mark.rule("EM-02")
async def test_an_incident_answers_its_red_signs(cast: Cast, client_for: Phone) -> None:
    phone, path = client_for(cast.nurse), f"/v1/incidents/{uuid7()}"
    body = {
        "person_id": str(cast.elder_id),
        "client_time": AT,
        "kind": "FALL",
        "symptoms": ["HEAD_INJURY"],
    }

    first = await phone.put(path, json=body)
    again = await phone.put(path, json=body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert [alert["code"] for alert in first.json()["alerts"]] == ["FALL_INJURY"]
    assert (await phone.get(path)).json() == first.json()
    assert (await client_for(cast.stranger).put(path, json=body)).status_code == 404


@pytest.mark.rule("EM-03")
async def test_anybody_at_the_door_calls_for_help(cast: Cast, client_for: Phone) -> None:
    courier = client_for(await acting(await a_person(name="陈小"), Role.COURIER))
    path = f"/v1/emergencies/{uuid7()}"
    body = {
        "person_id": str(cast.elder_id),
        "client_time": AT,
        "point": {"lat": 31.2, "lon": 121.4, "datum": "gcj02"},
    }

    first = await courier.put(path, json=body)
    again = await courier.put(path, json=body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert "120" in first.json()["advice"]
    assert (await courier.get(path)).json() == first.json()
    assert (await client_for(cast.daughter).put(path, json=body)).status_code == 403
    assert (await client_for(cast.stranger).get(path)).status_code == 404


@pytest.mark.parametrize("text", ["\ud800", "a\u0000b", "", "字" * 20_001])
async def test_a_text_that_cannot_be_kept_is_malformed(
    cast: Cast, client_for: Phone, text: str
) -> None:
    refused = await client_for(cast.doctor).put(
        f"/v1/notes/{uuid7()}",
        content=json.dumps(draft(cast, text=text)),
        headers={"content-type": "application/json"},
    )

    assert refused.status_code == 400
