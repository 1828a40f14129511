"""Text messages, over a real wire to a pretend provider."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from backend.core import sms
from backend.core.sms import HttpGateway, LogGateway, Permanent, SmsGateway, Transient

pytestmark = pytest.mark.anyio

MESSAGE = {"phone": "14000000001", "text": "【床旁】验证码 123456", "key": "code:1"}


class Provider:
    """Answers what it is told to, and keeps what it was sent."""

    def __init__(self) -> None:
        self.status = 202
        self.hangs_up = False
        self.answers = asyncio.Event()
        self.answers.set()
        self.requests: list[tuple[dict[str, str], str | None, str | None]] = []

    async def take(self, request: web.Request) -> web.Response:
        headers = request.headers
        said = await request.json()
        self.requests.append((said, headers.get("Idempotency-Key"), headers.get("Authorization")))
        if self.hangs_up:
            assert request.transport is not None
            request.transport.abort()
        await self.answers.wait()
        return web.Response(status=self.status, headers={"Location": "/elsewhere"})


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
async def address(provider: Provider) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_post("/messages", provider.take)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}/messages"
    await runner.cleanup()


@pytest.fixture
async def gateway(address: str) -> AsyncIterator[HttpGateway]:
    made = HttpGateway(address, token="secret")
    yield made
    await made.close()


async def test_a_message_is_handed_over_with_its_key(
    provider: Provider, gateway: HttpGateway
) -> None:
    await gateway.send(**MESSAGE)

    assert provider.requests == [(MESSAGE, "code:1", "Bearer secret")]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
async def test_a_failure_of_theirs_may_be_tried_again(
    provider: Provider, gateway: HttpGateway, status: int
) -> None:
    provider.status = status

    with pytest.raises(Transient, match=str(status)):
        await gateway.send(**MESSAGE)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 422])
async def test_a_refusal_is_final(provider: Provider, gateway: HttpGateway, status: int) -> None:
    provider.status = status

    with pytest.raises(Permanent, match=str(status)):
        await gateway.send(**MESSAGE)


async def test_a_cut_line_may_be_tried_again(provider: Provider, gateway: HttpGateway) -> None:
    provider.hangs_up = True

    with pytest.raises(Transient) as failed:
        await gateway.send(**MESSAGE)

    assert MESSAGE["phone"] not in repr(failed.value)


async def test_nobody_listening_may_be_tried_again() -> None:
    nobody = HttpGateway("http://127.0.0.1:1/messages")

    with pytest.raises(Transient):
        await nobody.send(**MESSAGE)
    await nobody.close()


async def test_a_provider_that_does_not_answer_in_time_may_be_tried_again(
    provider: Provider, gateway: HttpGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms, "ANSWER_WITHIN_S", 0.05)
    provider.answers.clear()

    with pytest.raises(Transient):
        await gateway.send(**MESSAGE)

    provider.answers.set()


async def test_a_developer_reads_the_code_in_a_file_of_their_own(tmp_path: Path) -> None:
    log = LogGateway(tmp_path / "messages")

    await asyncio.gather(*(log.send(**{**MESSAGE, "key": str(n)}) for n in range(20)))
    await log.close()

    path = tmp_path / "messages" / "sms.log"
    written = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert path.stat().st_mode & 0o777 == 0o600
    assert {message["key"] for message in written} == {str(n) for n in range(20)}
    assert all(message["text"] == MESSAGE["text"] for message in written)


async def test_a_process_sends_through_the_gateway_it_was_given(tmp_path: Path) -> None:
    log: SmsGateway = LogGateway(tmp_path)

    sms.use(log)

    assert sms.gateway() is log
