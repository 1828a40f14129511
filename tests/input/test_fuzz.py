"""F1: whatever is said, nothing breaks, and what is not valid is not kept.

`F1_EXAMPLES` says how many bodies each operation is sent.
"""

import os
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from backend.core.access import Role
from tests.access import cells
from tests.access.scene import OPERATIONS, Asked, Scene
from tests.access.storms import scene_of
from tests.access.world import World
from tests.house.test_query_counts import counted
from tests.input import odd

pytestmark = pytest.mark.anyio

EXAMPLES = int(os.environ.get("F1_EXAMPLES", "20"))
ROLES = counted()
TAKING = sorted(name for name, operation in OPERATIONS.items() if operation.body is not None)
QUERIED = sorted(
    name
    for name, operation in OPERATIONS.items()
    if any(each.place == "query" for each in operation.parameters)
)
ODD_IDS = ["0", "-1", str(2**63), "a" * 5_000, "%00", "%ff", "..", "%2e%2e%2f", "床", "null"]


def fuzzed(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=os.environ.get("SEED") is None,
        suppress_health_check=list(HealthCheck),
    )


def scene(world: World, network: httpx.AsyncClient, name: str) -> Scene:
    return scene_of(world, network, Role(ROLES[name][0] if name in ROLES else "GP"))


def raw(asked: Asked, content: bytes) -> Asked:
    headers = {**asked.headers, "content-type": "application/json"}
    return replace(asked, body=None, content=content, headers=headers)


@pytest.mark.parametrize("name", TAKING)
@fuzzed(EXAMPLES)
@given(spoilings=odd.SPOILINGS, instead=odd.RAWS)
async def test_no_body_breaks_us(
    world: World,
    network: httpx.AsyncClient,
    name: str,
    spoilings: list[odd.Spoiling],
    instead: bytes | None,
) -> None:
    caller = scene(world, network, name)
    async with cells.undone():
        asked = await caller.asked(name)
        content = odd.spoil(asked.body, spoilings) if instead is None else instead
        answer = await caller.send(name, raw(asked, content))
    assert answer.status_code < 500, answer.text


def invalid(body: dict[str, Any]) -> dict[str, bytes]:
    """Bodies that are surely not valid, each in its own way."""
    made = {
        "an unknown field": odd.encoded({**body, "unknown": 1}),
        "a key said twice": odd.encoded(body)[:-1] + b', "twice": 1, "twice": 2}',
        "cut off": odd.encoded(body)[:-1],
        "twice": odd.encoded(body) * 2,
    }
    for at in odd.paths(body):
        value = body
        for step in at:
            value = value[step]  # type: ignore[index]
        match value:
            case bool() | None:
                pass
            case int() | float():
                made[f"{at} as a text"] = odd.encoded(odd.spoilt(body, at, str(value)))
                made[f"{at} beyond all numbers"] = odd.encoded(odd.spoilt(body, at, 10**400))
            case str():
                made[f"{at} with NUL"] = odd.encoded(odd.spoilt(body, at, f"{value}\u0000"))
                made[f"{at} with half a character"] = odd.encoded(
                    odd.spoilt(body, at, f"{value}\ud800")
                )
                made[f"{at} as a list"] = odd.encoded(odd.spoilt(body, at, [value]))
                if naive := _without_offset(value):
                    made[f"{at} without an offset"] = odd.encoded(odd.spoilt(body, at, naive))
    return made


def _without_offset(value: str) -> str | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.replace(tzinfo=None).isoformat() if moment.tzinfo else None


@pytest.mark.parametrize("name", TAKING)
async def test_what_is_not_valid_is_refused(
    world: World, network: httpx.AsyncClient, name: str
) -> None:
    caller = scene(world, network, name)
    async with cells.undone():
        asked = await caller.asked(name)
        assert asked.body
        accepted = {}
        for what, content in invalid(asked.body).items():
            answer = await caller.send(name, raw(asked, content))
            if answer.status_code != 400:
                accepted[what] = answer.status_code
    assert accepted == {}


@pytest.mark.parametrize("name", QUERIED)
async def test_no_parameter_breaks_us(world: World, network: httpx.AsyncClient, name: str) -> None:
    caller = scene(world, network, name)
    async with cells.undone():
        asked = await caller.asked(name)
        for parameter in OPERATIONS[name].parameters:
            if parameter.place != "query":
                continue
            for value in [*odd.TEXTS, *map(str, odd.NUMBERS)]:
                said = value.encode(errors="replace").decode()[:3_000]
                query = {**asked.query, parameter.name: said}
                answer = await caller.send(name, replace(asked, query=query))
                assert answer.status_code < 500, (parameter.name, said[:80], answer.text)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
async def test_no_id_breaks_us(world: World, network: httpx.AsyncClient, name: str) -> None:
    caller = scene(world, network, name)
    async with cells.undone():
        asked = await caller.asked(name)
        for parameter in asked.ids:
            for value in ODD_IDS:
                answer = await caller.send(
                    name, replace(asked, ids={**asked.ids, parameter: value})
                )
                assert 400 <= answer.status_code < 500, (value[:80], answer.text)
