"""How a provider is called: one session each, a deadline, and never more read than is sensible."""

from collections.abc import Mapping

import aiohttp
import msgspec

from backend.payments.channels import Transient

ANSWER_WITHIN_S = 5  # not policy: how long a provider may think
FILE_WITHIN_S = 8  # not policy: the bill of a day is long, and a task has twelve seconds
CONNECTIONS_MAX = 50  # not policy: to one provider, of one process
ANSWER_BYTES_MAX = 2**20  # not policy: none of theirs comes near
FILE_BYTES_MAX = 2**28  # not policy: a bill of two million lines

_NOT_NOW = frozenset({408, 425, 429})  # not policy: HTTP
_FIRST_FAILURE = 500  # not policy: HTTP


class Answer(msgspec.Struct, frozen=True):
    status: int
    headers: Mapping[str, str]  # by names in lower case
    body: bytes


class Line:
    """To one provider. What is said and answered is never logged: it holds names."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def say(
        self, verb: str, target: str, *, body: bytes = b"", headers: Mapping[str, str]
    ) -> Answer:
        """Ask under the provider's address.

        :raises Transient: it did not answer, cannot now, or says more than it should
        """
        return await self._ask(
            verb, self.address + target, body, headers, ANSWER_WITHIN_S, ANSWER_BYTES_MAX
        )

    async def fetch(self, url: str, *, headers: Mapping[str, str]) -> Answer:
        """Fetch a file from where the provider said that it lies.

        :raises Transient:
        """
        return await self._ask("GET", url, b"", headers, FILE_WITHIN_S, FILE_BYTES_MAX)

    async def close(self) -> None:
        """Let go of what was opened."""
        if self._session is not None:
            await self._session.close()

    async def _ask(
        self,
        verb: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        within_s: int,
        most: int,
    ) -> Answer:
        try:
            async with self._open().request(
                verb,
                url,
                data=body or None,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=within_s),
            ) as answer:
                said = bytearray()
                async for piece in answer.content.iter_any():
                    said += piece
                    if len(said) > most:
                        raise Transient("too long")
                status = answer.status
                named = {name.lower(): value for name, value in answer.headers.items()}
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Transient(type(error).__name__) from None
        if status >= _FIRST_FAILURE or status in _NOT_NOW:
            raise Transient(f"HTTP {status}")
        return Answer(status, named, bytes(said))

    def _open(self) -> aiohttp.ClientSession:
        """One session, opened in the loop that asks first."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS_MAX)
            )
        return self._session
