"""Text messages: the port through which login codes and notifications leave."""

import os
from pathlib import Path
from typing import Protocol

import aiohttp
import anyio.to_thread
import msgspec

from backend.core import clock

ANSWER_WITHIN_S = 10
CONNECTIONS_MAX = 100

# What is worth trying again although it was refused: asked too long, or too often.
_AGAIN = frozenset({408, 425, 429})
_FIRST_NOT_TAKEN, _FIRST_FAILURE = 300, 500


class SmsFailed(Exception):
    """Base of what a gateway may answer. Never carries the text or the phone."""


class Transient(SmsFailed):
    """It may have been taken or not: send again, later, under the same key."""


class Permanent(SmsFailed):
    """It will never be taken like this: sending again changes nothing."""


class SmsGateway(Protocol):
    async def send(self, *, phone: str, text: str, key: str) -> None:
        """Hand over one message; the gateway sends it once for ever under its key.

        :raises Transient: :raises Permanent:
        """

    async def close(self) -> None:
        """Let go of what was opened."""


class LogGateway:
    """For development: writes to `sms.log` in a folder, where only the developer may read.

    One JSON object a line, the newest last: at, phone, text, key.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "sms.log"

    async def send(self, *, phone: str, text: str, key: str) -> None:
        message = {"at": clock.now(), "phone": phone, "text": text, "key": key}
        await anyio.to_thread.run_sync(self._append, msgspec.json.encode(message) + b"\n")

    async def close(self) -> None:
        pass

    def _append(self, line: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # One write of an appended file: lines of several processes never mix.
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line)
        finally:
            os.close(file)


class HttpGateway:
    """A provider that takes `POST {"phone", "text", "key"}` and knows a message by its key.

    Any 2xx means taken. The key also stands in `Idempotency-Key`, the token in `Authorization`.
    """

    def __init__(self, address: str, *, token: str = "") -> None:
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._session: aiohttp.ClientSession | None = None

    async def send(self, *, phone: str, text: str, key: str) -> None:
        try:
            async with self._open().post(
                self._address,
                json={"phone": phone, "text": text, "key": key},
                headers={"Idempotency-Key": key},
                allow_redirects=False,
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Transient(type(error).__name__) from None
        if status >= _FIRST_FAILURE or status in _AGAIN:
            raise Transient(f"HTTP {status}")
        if status >= _FIRST_NOT_TAKEN:
            raise Permanent(f"HTTP {status}")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        """One session for all messages, opened in the loop that sends the first."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_S),
                connector=aiohttp.TCPConnector(limit=CONNECTIONS_MAX),
            )
        return self._session


_gateway: SmsGateway | None = None


def use(chosen: SmsGateway) -> None:
    """Say at the start of a process through which gateway its messages go."""
    global _gateway  # noqa: PLW0603 - a process belongs to one deployment
    _gateway = chosen


def gateway() -> SmsGateway:
    assert _gateway is not None, "sms.use(gateway) comes first"
    return _gateway
