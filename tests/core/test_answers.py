"""How refusals look, and what they never say."""

import logging

import asyncpg
import httpx
import pytest
from litestar import Litestar, get
from litestar.params import FromQuery

from backend.core.answers import HANDLERS
from backend.core.door import Door
from backend.core.problems import Busy, Invalid, TooMany

pytestmark = pytest.mark.anyio

SECRET = "周秀英 13800001234"


class TooEarly(Invalid):
    code = "too_early"
    title = "时间未到"
    title_en = "Too early."
    rule = "EV-01"


@get("/early")
async def too_early() -> None:
    raise TooEarly(minutes=5)


@get("/often")
async def too_often() -> None:
    raise TooMany(retry_after_s=7)


@get("/busy")
async def busy() -> None:
    raise Busy


@get("/bug")
async def bug() -> None:
    raise ZeroDivisionError(SECRET)


@get("/value")
async def value() -> None:
    raise asyncpg.NumericValueOutOfRangeError(SECRET)


@get("/away")
async def away() -> None:
    raise ConnectionRefusedError(SECRET)


@get("/number")
async def number(count: FromQuery[int]) -> int:
    return count


@pytest.fixture
def phone() -> httpx.AsyncClient:
    app = Litestar(
        [too_early, too_often, busy, bug, value, away, number],
        exception_handlers=HANDLERS,
        openapi_config=None,
        logging_config=None,
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(Door(app)), base_url="http://bedside")


async def test_a_refusal_is_a_problem_with_its_rule_and_its_facts(phone) -> None:
    answer = await phone.get("/early", headers={"x-trace-id": "a" * 32})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:bedside:problem:too_early",
        "title": "时间未到",
        "status": 422,
        "code": "too_early",
        "rule": "EV-01",
        "facts": {"minutes": 5},
        "trace_id": "a" * 32,
    }


async def test_a_title_is_english_for_who_asks(phone) -> None:
    answer = await phone.get("/early", headers={"accept-language": "en-GB"})
    assert answer.json()["title"] == "Too early."


@pytest.mark.parametrize(("path", "seconds"), [("/often", "7"), ("/busy", "1"), ("/away", "1")])
async def test_who_should_come_again_is_told_when(phone, path: str, seconds: str) -> None:
    assert (await phone.get(path)).headers["retry-after"] == seconds


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/bug", 500, "broken"), ("/value", 400, "malformed"), ("/away", 503, "busy")],
)
async def test_what_went_wrong_inside_is_told_to_nobody(
    phone, caplog: pytest.LogCaptureFixture, path: str, status: int, code: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = await phone.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert SECRET not in answer.text + caplog.text


async def test_the_framework_refuses_in_our_shape_and_quotes_nothing(phone) -> None:
    answer = await phone.get("/number?count=13800001234x")
    assert answer.json()["facts"] == {"fields": ["count"]}
    assert "13800001234" not in answer.text
    assert (await phone.get("/nowhere/13800001234")).json()["code"] == "missing"


async def test_another_method_is_told_which_are_offered(phone) -> None:
    answer = await phone.request("TRACE", "/early")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
