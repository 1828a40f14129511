"""Pushing to phones: a gateway that knows the makers' channels, or nothing while developing."""

import asyncio
import logging
from typing import Protocol
from uuid import UUID

import aiohttp
import msgspec

from backend.core.sms import Permanent, Transient
from backend.notifications.lifecycle.kinds import Text

ANSWER_WITHIN_S = 10  # not policy: how long a gateway may think
CONNECTIONS_MAX = 100

_AGAIN = frozenset({408, 425, 429})  # not policy: HTTP
_FIRST_NOT_TAKEN, _FIRST_FAILURE = 300, 500  # not policy: HTTP

log = logging.getLogger(__name__)


class Message(msgspec.Struct, frozen=True):
    """What goes to one phone: words for its lock screen, and the id by which the app asks more."""

    token: str
    channel: str
    notification_id: UUID
    kind: str
    text: Text
    key: str


class PushGateway(Protocol):
    async def push(self, message: Message) -> None:
        """Hand over one message; it is shown once under its key.

        :raises Transient: :raises Permanent: this phone will never take it
        """

    async def close(self) -> None:
        """Let go of what was opened."""


class InboxOnly:
    """For development: the message waits in the app's inbox, and the log says so, wordlessly."""

    async def push(self, message: Message) -> None:
        log.info("push notification=%s kind=%s", message.notification_id, message.kind)

    async def close(self) -> None:
        pass


class HttpGateway:
    """A gateway that takes one JSON object a message.

    `POST {"token", "channel", "title", "body", "key", "notification_id", "kind"}`. Any 2xx means
    taken; the key also stands in `Idempotency-Key`.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._session: aiohttp.ClientSession | None = None
        self._room = asyncio.Semaphore(CONNECTIONS_MAX)  # waiting inside aiohttp costs more

    async def push(self, message: Message) -> None:
        async with self._room:
            await self._push(message)

    async def _push(self, message: Message) -> None:
        said = {
            "token": message.token,
            "channel": message.channel,
            "title": message.text.title,
            "body": message.text.body,
            "key": message.key,
            "notification_id": str(message.notification_id),
            "kind": message.kind,
        }
        try:
            async with self._open().post(
                self._address,
                data=msgspec.json.encode(said),
                headers={"Idempotency-Key": message.key, "Content-Type": "application/json"},
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
                timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_S),
                connector=aiohttp.TCPConnector(limit=0),
            )
        return self._session


_gateway: PushGateway = InboxOnly()


def use(chosen: PushGateway) -> None:
    """Say at the start of a process through which gateway its messages go."""
    global _gateway  # noqa: PLW0603 - a process belongs to one deployment
    _gateway = chosen


def gateway() -> PushGateway:
    return _gateway


def named(said: str) -> PushGateway:
    """What the setting `PUSH` names: `inbox`, or the address of a gateway."""
    return InboxOnly() if said == "inbox" else HttpGateway(said)
