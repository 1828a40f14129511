"""F2: whatever comes over the wire is answered with the right refusal, or not at all."""

import gzip
from collections.abc import AsyncIterator

import pytest

from tests.input.serving import Serving, serving

pytestmark = pytest.mark.anyio

HOST = b"Host: bedside\r\nConnection: close\r\n"
JSON = b"Content-Type: application/json\r\n"
WRITE = b"PUT /v1/consents/01a20000-0000-7000-8000-000000000000 HTTP/1.1\r\n" + HOST
BOMB = gzip.compress(b" " * 50_000_000)


@pytest.fixture(scope="module")
async def api(pool) -> AsyncIterator[Serving]:
    async with serving() as running:
        yield running


async def status_of(api: Serving, *chunks: bytes) -> int:
    """The status of the first answer; 0 when there is none."""
    answer = await api.answer_to(*chunks)
    return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/1.1 ") else 0


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "TRACE", "POST"])
async def test_a_method_that_is_not_offered(api: Serving, method: str) -> None:
    line = f"{method} /health/live HTTP/1.1\r\n".encode()
    assert await status_of(api, line + HOST + JSON + b"Content-Length: 2\r\n\r\n{}") == 405


@pytest.mark.parametrize("line", [b"BREW / HTTP/1.1\r\n", b"get / HTTP/1.1\r\n", b"\x16\x03\x01"])
async def test_what_is_not_http(api: Serving, line: bytes) -> None:
    assert await status_of(api, line + HOST + b"\r\n") == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (b"/v1/persons/%00", 404),
        (b"/v1/persons/%ff", 404),
        (b"/v1/persons/..%2f..%2fetc%2fpasswd", 404),
        (b"/v1/../health/live", 404),
        (b"//health/live", 200),
        (b"/health/live/", 200),
        (b"/HEALTH/LIVE", 404),
        (b"/health/live?%00=%ff", 200),
        (b"/health/live;x=1", 404),
        (b"/" + b"a" * 8_000, 404),
        (b"/" + b"a" * 20_000, 400),
        (b"http://elsewhere/health/live", 200),
        (b"/%E5%BA%8A%E6%97%81", 404),
        (b"*", 404),
    ],
    ids=lambda value: value[:24].decode() if isinstance(value, bytes) else "",
)
async def test_an_odd_path(api: Serving, path: bytes, status: int) -> None:
    assert await status_of(api, b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n") == status


async def test_headers_of_8_kb_pass_and_of_20_kb_do_not(api: Serving) -> None:
    for size, status in ((8_192, 200), (20_000, 431)):
        head = b"GET /health/live HTTP/1.1\r\nX-Large: " + b"a" * size + b"\r\n"
        assert await status_of(api, head + HOST + b"\r\n") == status


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (b"Content-Length: 2\r\nContent-Length: 3\r\n", b"{}"),
        (b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
        (b"Content-Length: -1\r\n", b"{}"),
        (b"Content-Length: +2\r\n", b"{}"),
        (b"Content-Length: 2x\r\n", b"{}"),
        (b"Transfer-Encoding: chunked\r\n", b"zz\r\n{}\r\n0\r\n\r\n"),
        (b"Transfer-Encoding: chunked\r\n", b"ffffffffffffffffff\r\n"),
        (b"Transfer-Encoding: xchunked\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
        (b"X-Bad: a\x00b\r\n", b""),
        (b" X-Folded: a\r\n", b""),
        (b"X-Bad : a\r\n", b""),
    ],
    ids=lambda value: repr(value[:30]),
)
async def test_a_frame_that_could_be_read_in_two_ways_ends_the_connection(
    api: Serving, headers: bytes, body: bytes
) -> None:
    """Nothing behind it is answered: what is smuggled is dropped with the connection."""
    smuggled = b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n"
    keep = WRITE.replace(b"Connection: close\r\n", b"")
    answer = await api.answer_to(keep + JSON + headers + b"\r\n" + body + smuggled)
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 401")), answer
    assert b'"alive"' not in answer


@pytest.mark.parametrize("size", [256 * 1024 + 1, 1_500_000])
async def test_a_body_that_is_too_large_is_refused_and_heard(api: Serving, size: int) -> None:
    head = WRITE + JSON + f"Content-Length: {size}\r\n\r\n".encode()
    assert await status_of(api, head, b'"' + b"a" * (size - 2) + b'"') == 413


async def test_a_gzip_bomb_stays_shut(api: Serving) -> None:
    head = WRITE + JSON + b"Content-Encoding: gzip\r\n"
    length = f"Content-Length: {len(BOMB)}\r\n\r\n".encode()
    assert await status_of(api, head + length, BOMB) == 415


async def test_an_upgrade_is_not_taken(api: Serving) -> None:
    head = b"GET /health/live HTTP/1.1\r\nHost: bedside\r\nUpgrade: websocket\r\n"
    assert await status_of(api, head + b"Connection: upgrade, close\r\n\r\n") == 200


async def test_it_lives_on_and_complains_about_nothing(api: Serving) -> None:
    """Comes last: of all the above, nothing was a bug."""
    assert await status_of(api, b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n") == 200
    assert "bug kind=" not in api.said
    assert "ERROR" not in api.said
