"""What every request passes first: size, media type, strict JSON."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from backend.core.door import BODY_MAX, DEPTH_MAX, Door

pytestmark = pytest.mark.anyio


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """Says how many bytes came through."""
    message = await receive()
    body = json.dumps({"bytes": len(message.get("body", b""))}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def phone() -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Door(behind))
    return httpx.AsyncClient(transport=transport, base_url="http://bedside")


async def put(phone: httpx.AsyncClient, body: bytes, media: str = "application/json") -> int:
    answer = await phone.put("/v1/things", content=body, headers={"content-type": media})
    return answer.status_code


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": "\\u0000"}',
        b'{"a": "\x00"}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": "\xff"}',
        b'{"a": 1',
        b"{} {}",
        nested(DEPTH_MAX + 1),
        nested(100_000),
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
    ],
    ids=lambda body: repr(body[:20]),
)
async def test_json_that_could_be_read_in_two_ways_is_refused(phone, body: bytes) -> None:
    assert await put(phone, body) == 400


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"null", b'{"a": "[[[[{{{{"}', nested(DEPTH_MAX), b'"\\"[["']
)
async def test_json_that_can_be_read_in_one_way_passes(phone, body: bytes) -> None:
    assert await put(phone, body) == 200


@pytest.mark.parametrize(
    ("media", "status"),
    [
        ("application/json", 200),
        ("Application/JSON; charset=UTF-8", 200),
        ("application/json; charset=gbk", 415),
        ("application/json; charset=utf-8; x=y", 415),
        ("application/json-patch+json", 415),
        ("text/plain", 415),
        ("application/xml", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
async def test_only_json_in_utf_8_is_read(phone, media: str, status: int) -> None:
    assert await put(phone, b"{}", media) == status


async def test_what_is_compressed_is_not_opened(phone) -> None:
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    answer = await phone.put("/v1/things", content=b"\x1f\x8b", headers=headers)
    assert answer.status_code == 415


async def test_a_move_without_a_body_needs_no_media_type(phone) -> None:
    assert (await phone.put("/v1/things/end")).status_code == 200


@pytest.mark.parametrize(("size", "status"), [(BODY_MAX, 200), (BODY_MAX + 1, 413)])
async def test_a_body_is_at_most_256_kib(phone, size: int, status: int) -> None:
    assert await put(phone, b'"' + b"a" * (size - 2) + b'"') == status


async def test_a_body_in_pieces_is_measured_as_a_whole(phone) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b" " * 64 * 1024

    headers = {"content-type": "application/json"}
    answer = await phone.put("/v1/things", content=pieces(), headers=headers)
    assert answer.status_code == 413


async def test_headers_are_at_most_16_kib(phone) -> None:
    assert (await phone.get("/", headers={"x-large": "a" * 8_192})).status_code == 200
    assert (await phone.get("/", headers={"x-large": "a" * 20_000})).status_code == 431


async def test_what_is_answered_is_noted_without_what_was_typed(phone, caplog) -> None:
    with caplog.at_level(logging.INFO):
        await phone.get("/13800001234?name=canary")
    assert "GET - 200" in caplog.text
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("backend")]
    assert "13800001234" not in " ".join(ours)
