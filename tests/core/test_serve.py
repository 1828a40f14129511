"""One process of the API: what it refuses to start on, and how it ends (S7)."""

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from backend.local.places import thrown_away
from backend.local.postgres import Postgres
from tests.input.serving import Serving, refusal, serving

pytestmark = pytest.mark.anyio

LIVE = b"GET /health/live HTTP/1.1\r\nHost: bedside\r\nConnection: close\r\n\r\n"
PRODUCTION = {
    "MODE": "production",
    "ISSUER": "https://bedside.example",
    "SMS": "https://sms.example",
    "PUSH": "https://push.example",
}


@pytest.fixture(scope="module")
def durable() -> Iterator[dict[str, str]]:
    """The address of a database that keeps what it commits."""
    with thrown_away() as place, Postgres(place) as postgres:
        yield {"DATABASE_URL": postgres.url}


async def until_nobody_is_let_in(api: Serving) -> None:
    with suppress(OSError):
        while True:
            _, another = await api.connect()
            another.close()


@pytest.mark.parametrize(
    ("unsafe", "names"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"KEYS_FOLDER": ""}, "KEYS_FOLDER"),
        ({"PORT": "many"}, "environment"),
        ({"DATABASE_URL": "postgresql://bedside@127.0.0.1:9/bedside"}, "DATABASE_URL"),
        ({"TRUSTED_PROXIES": "nginx"}, "TRUSTED_PROXIES"),
        ({"PORT": "1", "HOST": "203.0.113.1"}, "203.0.113.1"),
        ({**PRODUCTION, "DEBUG": "true"}, "DEBUG"),
        ({**PRODUCTION, "TRUST_FIRST_DEVICE": "true"}, "TRUST_FIRST_DEVICE"),
        ({**PRODUCTION, "SMS": "log"}, "SMS"),
        ({**PRODUCTION, "ISSUER": "http://bedside.example"}, "ISSUER"),
        ({**PRODUCTION, "FILES": "http://objects.example/bedside"}, "FILES"),
        ({**PRODUCTION, "LOG_RETENTION_DAYS": "30"}, "LOG_RETENTION_DAYS"),
        (PRODUCTION, "fsync"),
        ({"MODE": "development"}, "fsync"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else value,
)
async def test_what_is_unsafe_does_not_start(ready, unsafe: dict[str, str], names: str) -> None:
    status, said = await asyncio.to_thread(refusal, unsafe)
    assert status == 1
    assert names in said
    assert said.count("\n") == 1, said


async def test_a_short_key_does_not_start(ready, tmp_path: Path) -> None:
    for file in Path(os.environ["KEYS_FOLDER"]).iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "lookup.key").write_bytes(b"short")
    status, said = await asyncio.to_thread(refusal, {"KEYS_FOLDER": str(tmp_path)})
    assert status == 1
    assert "32 bytes" in said


async def test_a_taken_port_is_one_sentence(pool) -> None:
    async with serving() as api:
        status, said = await asyncio.to_thread(refusal, {"PORT": str(api.port)})
    assert status == 1
    assert said.count("\n") == 1, said


async def test_it_starts_while_valkey_is_away(pool) -> None:
    async with serving(REDIS_URL="redis://127.0.0.1:9/0") as api:
        assert (await api.answer_to(LIVE)).startswith(b"HTTP/1.1 200")


async def test_it_answers_without_naming_its_server(pool) -> None:
    async with serving() as api:
        head = (await api.answer_to(LIVE)).partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nserver:" not in head
    assert b"\r\nx-trace-id: " in head


async def test_sigterm_lets_an_answer_finish_and_ends_in_order(pool) -> None:
    """The rest of a body comes after SIGTERM, and is answered."""
    async with serving() as api:
        reader, writer = await api.connect()
        writer.write(
            b"PUT /v1/nothing HTTP/1.1\r\nHost: bedside\r\nContent-Type: application/json\r\n"
            b"Content-Length: 2\r\n\r\n{"
        )
        await writer.drain()
        await api.answer_to(LIVE)
        api.process.terminate()
        await until_nobody_is_let_in(api)
        writer.write(b"}")
        assert (await reader.read()).startswith(b"HTTP/1.1 404")
        writer.close()
        assert await api.process.wait() == 0


async def test_production_logs_lines_of_json_without_what_was_asked(
    ready, durable: dict[str, str]
) -> None:
    async with serving(**PRODUCTION, **durable) as api:
        await api.answer_to(LIVE.replace(b"/live", b"/live?name=canary"))
        await api.answer_to(LIVE.replace(b"/health/live", b"/canary/13800000000"))
    lines = [json.loads(line) for line in api.said.splitlines()]
    assert [line["message"].split()[:2] for line in lines if line["logger"].endswith("door")] == [
        ["GET", "/health/live"],
        ["GET", "-"],
    ]
    assert "canary" not in api.said


async def test_a_head_that_is_too_large_is_refused(pool) -> None:
    async with serving() as api:
        for head in (b"X-Large: " + b"a" * 20_000, b"\r\n".join([b"X-Large: aaaa"] * 2_000)):
            answer = await api.answer_to(LIVE.replace(b"Connection", head + b"\r\nConnection"))
            assert answer.startswith(b"HTTP/1.1 431"), answer[:200]
