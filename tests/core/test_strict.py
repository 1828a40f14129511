"""What is asked is what the contract says, and nothing is guessed."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import httpx
import pytest
from litestar import Litestar, get, put
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from backend.core.answers import HANDLERS
from backend.core.door import Door
from backend.core.strict import as_agreed
from backend.core.wire import Moment, Request

pytestmark = pytest.mark.anyio


class Colour(StrEnum):
    RED = "red"


class Thing(Request):
    count: Annotated[int, Meta(ge=0, le=9)]
    at: Moment
    is_new: bool = False
    name: Annotated[str, Meta(max_length=5)] | None = None


@put("/things")
async def keep_thing(data: JSONBody[Thing]) -> dict[str, Any]:
    return {"count": data.count, "at": data.at}


@get("/things")
async def list_things(
    limit: FromQuery[Annotated[int, Meta(ge=1, le=200)]] = 50,
    since: FromQuery[datetime | None] = None,
    colour: FromQuery[list[Colour] | None] = None,
    kind: Annotated[str | None, QueryParameter(name="as")] = None,
) -> dict[str, Any]:
    return {"limit": limit, "since": since, "colour": colour, "as": kind}


@pytest.fixture
def phone() -> httpx.AsyncClient:
    app = Litestar(
        [keep_thing, list_things],
        guards=[as_agreed],
        exception_handlers=HANDLERS,
        openapi_config=None,
        logging_config=None,
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(Door(app)), base_url="http://bedside")


WHOLE = {"count": 3, "at": "2026-11-24T09:00:00+08:00"}


async def test_a_body_is_read_as_it_was_said(phone: httpx.AsyncClient) -> None:
    answer = await phone.put("/things", json={**WHOLE, "name": "abc"})
    assert (answer.status_code, answer.json()) == (200, WHOLE)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"count": "3"}, "count"),
        ({"count": 3.5}, "count"),
        ({"count": True}, "count"),
        ({"count": 10}, "count"),
        ({"count": 2**63}, "count"),
        ({"at": 0}, "at"),
        ({"at": "2026-11-24T09:00:00"}, "at"),
        ({"is_new": "false"}, "is_new"),
        ({"is_new": 0}, "is_new"),
        ({"name": "abcdef"}, "name"),
    ],
)
async def test_a_body_is_never_guessed_at(
    phone: httpx.AsyncClient, changed: dict[str, Any], field: str
) -> None:
    answer = await phone.put("/things", json={**WHOLE, **changed})
    assert answer.status_code == 400
    assert answer.json()["facts"] == {"fields": [field]}


async def test_an_unknown_field_is_refused_without_its_name(phone: httpx.AsyncClient) -> None:
    answer = await phone.put("/things", json={**WHOLE, "13800001234": 1})
    assert answer.status_code == 400
    assert "13800001234" not in answer.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=201", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("limit=many", "limit"),
        ("limit=5&limit=6", "limit"),
        ("since=0.5", "since"),
        ("colour=blue", "colour"),
        ("as=me&as=you", "as"),
    ],
)
async def test_a_parameter_keeps_to_its_bounds(
    phone: httpx.AsyncClient, query: str, field: str
) -> None:
    answer = await phone.get(f"/things?{query}")
    assert (answer.status_code, answer.json()["facts"]) == (400, {"fields": [field]})


async def test_parameters_within_their_bounds_pass(phone: httpx.AsyncClient) -> None:
    answer = await phone.get("/things?limit=200&since=2026-11-24T01:00:00Z&colour=red&as=me")
    assert answer.status_code == 200
    assert answer.json()["limit"] == 200
