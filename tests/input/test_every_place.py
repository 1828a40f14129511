"""F1: each place of each body, said wrongly in each of the ways that a random body seldom meets."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from backend.core import clock, journal
from backend.core.db import rows, transaction
from tests.access import cells
from tests.access.scene import OPERATIONS
from tests.access.world import World
from tests.input import odd
from tests.input.test_fuzz import TAKING, raw, scene

pytestmark = pytest.mark.anyio

MOMENTS = [
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+08:00",
    "0001-01-03T00:00:00Z",
    "0002-01-01T00:00:00+08:00",
    "1969-12-31T23:59:59Z",
    "9998-12-31T23:59:59Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-08:00",
]
DAYS = ["0001-01-01", "0001-01-02", "9999-12-31", "9999-12-30", "2026-02-29"]
NOBODY = str(UUID(int=2**127))
BEHIND = timedelta(minutes=7)
PATTERN = re.compile(r'"pattern": "([^"]*)"')
TEXT, END = "^[^", r"$(?!\\n)"


def ways(said: Any) -> Iterator[Any]:
    """Values of the same kind at the edges of it."""
    match said:
        case bool() | None:
            return
        case int() | float():
            yield from odd.NUMBERS
        case str():
            yield NOBODY
            yield said + "\n"
            yield from DAYS
            yield from MOMENTS
        case list():
            yield []
            yield said + said
        case _:
            return


@pytest.mark.parametrize("name", TAKING)
async def test_no_edge_of_any_place_breaks_us(
    world: World, network: httpx.AsyncClient, name: str
) -> None:
    """Given a phone whose clock was seven minutes behind when it last spoke to us."""
    caller = scene(world, network, name)
    broken = {}
    async with cells.undone() as open_one:
        asked = await caller.asked(name)
        open_one.last_words.clear()
        if caller.caller is not None:
            await _was_behind(caller.caller.device_id)
        for at in odd.paths(asked.body):
            said = asked.body
            for step in at:
                said = said[step]  # type: ignore[index]
            for place, value in (*((at, way) for way in ways(said)), *left_out(name, at, said)):
                content = json.dumps(odd.spoilt(asked.body, place, value)).encode()
                async with cells.undone():
                    answer = await caller.send(name, raw(asked, content))
                    await _commit_would(open_one)
                if answer.status_code >= 500:
                    broken[f"{place} {value!r}"] = answer.status_code
    assert broken == {}


def left_out(name: str, at: odd.Path, said: Any) -> Iterator[tuple[odd.Path, Any]]:
    """What a body may say as well, with values of every kind."""
    if at or not isinstance(said, dict):
        return
    for field in msgspec.structs.fields(OPERATIONS[name].body):
        if field.encode_name not in said:
            for value in (NOBODY, [], [NOBODY], "a", 0, 1, 2**31 - 1, *DAYS, *MOMENTS, "00:00:00"):
                yield (field.encode_name,), value


async def _was_behind(device_id: UUID | None) -> None:
    await rows(
        "INSERT INTO device_handshakes (device_id, at, skew_s) VALUES ($1, $2, $3)",
        device_id,
        clock.now() - timedelta(days=1),
        -int(BEHIND.total_seconds()),
    )


async def _commit_would(open_one: transaction) -> None:
    """What waits for the commit is written too: a moment that no job can be due at shows here."""
    written, open_one.waiting = open_one.waiting, None
    await journal.write_down(open_one.last_words, with_=written)
    open_one.last_words.clear()


@pytest.mark.parametrize("name", TAKING)
def test_no_pattern_says_more_in_python_than_in_the_contract(name: str) -> None:
    """There `$` is the end, and `[0-9]` cannot be a digit of another script."""
    said = json.dumps(msgspec.json.schema(OPERATIONS[name].body))
    patterns = {each for each in PATTERN.findall(said) if not each.startswith(TEXT)}
    assert {each for each in patterns if not each.endswith(END) or r"\\d" in each} == set()
