"""What every request passes before the framework sees it: size, media type, and strict JSON.

A body is read whole (they are small), so that what two parsers could read differently, such as a
key said twice, is refused once and for all, and a deep or broken one never reaches a decoder.
Whatever is answered is noted by its route, never by the path or the query that somebody typed.
"""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, cast
from uuid import uuid4

import msgspec

from backend.core.answers import PROBLEM_JSON, body_of
from backend.core.problems import Malformed, NotJson, Problem, TooLarge

log = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[None]]

BODY_MAX = 256 * 1024
BATCH_MAX = 2 * 1024 * 1024
# A body that is refused is read on, and forgotten, so that its sender hears our answer.
FORGOTTEN_MAX = 8 * 1024 * 1024
HEADERS_MAX = 16 * 1024
DEPTH_MAX = 32
BATCHES = "/v1/batches"
# These keep the media type of those who send them, and check it themselves.
OWN_MEDIA = ("/v1/payment-notices/", "/v1/file-contents/")
TRACE = re.compile(rb"^[0-9a-f]{32}$")


class HeadersTooLarge(Problem):
    status = 431
    code = "headers_too_large"
    title = "请求头过大"
    title_en = "The request headers are too large."


class Door:
    """An ASGI application around ours."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        said = headers.get(b"x-trace-id", b"")
        trace_id = said.decode() if TRACE.match(said) else uuid4().hex
        scope.setdefault("state", {})["trace_id"] = trace_id
        noted = _noting(scope, trace_id, send)
        try:
            checked = await _checked(scope, headers, receive)
        except Problem as problem:
            await _refuse(problem, headers, trace_id, noted)
            return
        await self.app(scope, checked, noted)


def _noting(scope: Mapping[str, Any], trace_id: str, send: Send) -> Send:
    """Write the access log, and tell the caller under which trace to ask us about an answer."""
    loop = asyncio.get_running_loop()
    begun = loop.time()

    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"x-trace-id", trace_id.encode())]
            log.info(
                "%s %s %d %.1f ms trace_id=%s",
                scope["method"],
                scope.get("path_template") or "-",
                message["status"],
                (loop.time() - begun) * 1000,
                trace_id,
            )
        await send(message)

    return noted


async def _checked(
    scope: Mapping[str, Any], headers: Mapping[bytes, bytes], receive: Receive
) -> Receive:
    if len(scope.get("raw_path", b"")) + len(scope.get("query_string", b"")) > HEADERS_MAX:
        raise Malformed(what="address")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADERS_MAX:
        raise HeadersTooLarge
    path = scope["path"]
    if scope["method"] not in ("PUT", "POST", "PATCH") or path.startswith(OWN_MEDIA):
        return receive
    if _says_nothing(headers):
        return receive
    if not _is_json(headers.get(b"content-type", b"")) or b"content-encoding" in headers:
        await _forget(receive)
        raise NotJson
    body = await _read(receive, BATCH_MAX if path == BATCHES else BODY_MAX)
    check_strict(body)
    return _replay(body, receive)


def _says_nothing(headers: Mapping[bytes, bytes]) -> bool:
    """Some moves have no body: `PUT /v1/delegations/{id}/revocation`."""
    return (
        headers.get(b"content-length", b"0") == b"0"
        and b"transfer-encoding" not in headers
        and b"content-type" not in headers
    )


def _is_json(media_type: bytes) -> bool:
    kind, _, parameters = media_type.lower().partition(b";")
    charset = parameters.strip()
    return kind.strip() == b"application/json" and charset in (b"", b"charset=utf-8")


async def _read(receive: Receive, size_max: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Malformed(what="body")
        chunk = message.get("body", b"")
        size += len(chunk)
        is_whole = not message.get("more_body")
        if size > size_max:
            if not is_whole:
                await _forget(receive)
            raise TooLarge(size_max=size_max)
        chunks.append(chunk)
        if is_whole:
            return b"".join(chunks)


async def _forget(receive: Receive) -> None:
    size = 0
    while size <= FORGOTTEN_MAX:
        message = await receive()
        size += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return


def _replay(body: bytes, receive: Receive) -> Receive:
    told = False

    async def replay() -> Message:
        nonlocal told
        if told:
            return cast("Message", await receive())
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def check_strict(body: bytes) -> None:
    """JSON that can be read in one way only, and that our database can hold.

    :raises Malformed: a key said twice, nesting beyond 32, NUL, NaN, bad UTF-8, or no JSON
    """
    if not body:
        return
    if b"\\u0000" in body or b"\x00" in body or _depth(body) > DEPTH_MAX:
        raise Malformed(what="body")
    try:
        json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed(what="body") from None


def _depth(body: bytes) -> int:
    """An upper bound of the nesting, cheap enough for each request."""
    if body.count(b"[") + body.count(b"{") <= DEPTH_MAX:
        return 0
    depth = deepest = 0
    inside = escaped = False
    for byte in body:
        if inside:
            if escaped:
                escaped = False
            elif byte == 0x5C:  # noqa: PLR2004 - backslash
                escaped = True
            elif byte == 0x22:  # noqa: PLR2004 - quote
                inside = False
        elif byte == 0x22:  # noqa: PLR2004 - quote
            inside = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a key is said twice")


def _no_constant(name: str) -> None:
    raise ValueError(name)


async def _refuse(
    problem: Problem, headers: Mapping[bytes, bytes], trace_id: str, send: Send
) -> None:
    english = headers.get(b"accept-language", b"").lower().startswith(b"en")
    body = msgspec.json.encode(body_of(problem, english=english, trace_id=trace_id))
    await send(
        {
            "type": "http.response.start",
            "status": problem.status,
            "headers": [
                (b"content-type", PROBLEM_JSON.encode()),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
