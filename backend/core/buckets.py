"""Files in a bucket that speaks the protocol of S3: three requests, each signed (SigV4).

The address names the bucket by its path, `https://objects.example/bedside`, as every server of the
protocol understands it. What is kept there is sealed before it comes here.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import aiohttp

from backend.core import clock

ANSWER_WITHIN_S = 30
CONNECTIONS_MAX = 20
_ALGORITHM = "AWS4-HMAC-SHA256"
_MISSING, _FIRST_NOT_DONE = 404, 300


class Credentials(NamedTuple):
    """Who asks, and in which region the bucket says that it is."""

    access_key: str
    secret_key: str
    region: str


class Bucket:
    """Keeps sealed contents under the hexadecimal form of their digest."""

    def __init__(self, address: str, credentials: Credentials) -> None:
        self._address = address.rstrip("/")
        self._credentials = credentials
        self._session: aiohttp.ClientSession | None = None

    async def put(self, sealed: bytes) -> bytes:
        """Keep it; the answer is its SHA-256. Keeping it twice is keeping it once.

        :raises OSError: the bucket did not say that it is kept
        """
        digest = hashlib.sha256(sealed).digest()
        await self._ask("PUT", digest, sealed)
        return digest

    async def get(self, digest: bytes) -> bytes:
        """:raises OSError: it is not there, or the bucket did not answer"""
        return await self._ask("GET", digest)

    async def remove(self, digest: bytes) -> None:
        """:raises OSError: the bucket did not say that it is gone"""
        await self._ask("DELETE", digest, missing_is_fine=True)

    async def close(self) -> None:
        """Let go of what was opened."""
        if self._session is not None:
            await self._session.close()

    async def _ask(
        self, verb: str, digest: bytes, content: bytes = b"", *, missing_is_fine: bool = False
    ) -> bytes:
        url = f"{self._address}/{digest.hex()}"
        headers = signed_headers(verb, url, content, now=clock.now(), by=self._credentials)
        try:
            async with self._open().request(
                verb, url, data=content or None, headers=headers, allow_redirects=False
            ) as answer:
                said, status = await answer.read(), answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OSError(type(error).__name__) from None
        if status >= _FIRST_NOT_DONE and not (missing_is_fine and status == _MISSING):
            raise OSError(f"The bucket answers HTTP {status}.")
        return said

    def _open(self) -> aiohttp.ClientSession:
        """One session, opened in the loop that asks first."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_S),
                connector=aiohttp.TCPConnector(limit=CONNECTIONS_MAX),
            )
        return self._session


def signed_headers(
    verb: str,
    url: str,
    content: bytes,
    *,
    now: datetime,
    by: Credentials,
    also: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The headers that prove who asks for just this, within minutes (AWS Signature Version 4)."""
    parts = urlsplit(url)
    moment, digest = f"{now:%Y%m%dT%H%M%SZ}", hashlib.sha256(content).hexdigest()
    headers = {
        **(also or {}),
        "host": parts.netloc,
        "x-amz-content-sha256": digest,
        "x-amz-date": moment,
    }
    names = sorted(headers)
    asked = "\n".join(
        (
            verb,
            quote(parts.path),
            parts.query,
            *(f"{name}:{headers[name]}" for name in names),
            "",
            ";".join(names),
            digest,
        )
    )
    scope = f"{now:%Y%m%d}/{by.region}/s3/aws4_request"
    to_sign = f"{_ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    key = f"AWS4{by.secret_key}".encode()
    for word in scope.split("/"):
        key = hmac.digest(key, word.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    return {
        **headers,
        "authorization": f"{_ALGORITHM} Credential={by.access_key}/{scope},"
        f" SignedHeaders={';'.join(names)}, Signature={signature}",
    }
