"""The same thing said many times at once is one thing."""

from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest

from backend.core.access import Actor
from backend.core.db import value
from backend.core.ids import uuid7
from tests.records.conftest import Cast
from tests.records.said import topics
from tests.records.test_routes import AT, draft, reading, sheet

pytestmark = pytest.mark.anyio

CALLERS = 20
Phone = Callable[[Actor], httpx.AsyncClient]


def a_fall(cast: Cast) -> dict[str, Any]:
    return {"person_id": str(cast.elder_id), "client_time": AT, "kind": "FALL"}


def a_call(cast: Cast) -> dict[str, Any]:
    return {"person_id": str(cast.elder_id), "client_time": AT}


@pytest.mark.parametrize(
    ("things", "body"),
    [
        ("observations", reading),
        ("notes", draft),
        ("assessments", sheet),
        ("incidents", a_fall),
        ("emergencies", a_call),
    ],
)
async def test_one_thing_said_by_twenty_callers_at_once(
    cast: Cast, client_for: Phone, things: str, body: Callable[[Cast], dict[str, Any]]
) -> None:
    phone, path, answers = client_for(cast.doctor), f"/v1/{things}/{uuid7()}", []

    async def say() -> None:
        answers.append(await phone.put(path, json=body(cast)))

    async with anyio.create_task_group() as group:
        for _ in range(CALLERS):
            group.start_soon(say)

    assert sorted(answer.status_code for answer in answers) == [200] * (CALLERS - 1) + [201]
    assert len({answer.text for answer in answers}) == 1
    assert await value(f"SELECT count(*) FROM {things}") == 1


async def test_seven_readings_at_once_make_one_score(cast: Cast, client_for: Phone) -> None:
    phone, answers = client_for(cast.nurse), []
    said = {
        "resp": (22, "/min"),
        "spo2": (93, "%"),
        "o2_flow": (0, "L/min"),
        "sbp": (105, "mm[Hg]"),
        "pulse": (98, "/min"),
        "avpu": ("A", "{code}"),
        "temp": (38.4, "Cel"),
    }

    async def take(code: str) -> None:
        figure, unit = said[code]
        body = reading(cast, code=code, value=figure, unit=unit)
        answers.append(await phone.put(f"/v1/observations/{uuid7()}", json=body))

    async with anyio.create_task_group() as group:
        for code in said:
            group.start_soon(take, code)

    assert [answer.json()["news2"]["total"] for answer in answers if answer.json()["news2"]] == [7]
    assert (await topics()).count("AlarmRaised") == 1


async def test_a_signature_and_a_void_at_once_happen_once(cast: Cast, client_for: Phone) -> None:
    phone = client_for(cast.doctor)
    note, observation = f"/v1/notes/{uuid7()}", f"/v1/observations/{uuid7()}"
    await phone.put(note, json=draft(cast))
    await phone.put(observation, json=reading(cast))
    answers: list[int] = []

    async def put(path: str, body: dict[str, Any]) -> None:
        answers.append((await phone.put(path, json=body)).status_code)

    async with anyio.create_task_group() as group:
        for _ in range(CALLERS):
            group.start_soon(put, f"{note}/signature", {"client_time": AT})
            group.start_soon(put, f"{observation}/void", {"reason": "录错"})

    assert sorted(answers) == [200] * (2 * CALLERS - 2) + [201] * 2
