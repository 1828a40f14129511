"""A phone that keeps sending until somebody acknowledges: what the app does."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, Self
from uuid import UUID

import aiohttp
import msgspec

from backend.core import clock, tokens
from backend.core.access import Actor

ANSWER_WITHIN_S = 8
AGAIN_AFTER_S = 0.05


class Refused(AssertionError):
    """An answer that no fault of the machine excuses."""


class Phone:
    """Counts every answer; only a broken line and 503 are sent again."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = itertools.cycle(ports)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_S))
        self.answers: Counter[int] = Counter()
        self.broken_lines = 0
        self.shut_doors = 0
        self.took_s: list[float] = []

    async def put(self, actor: Actor, path: str, body: Any = None, **headers: str) -> Any:
        """Send until it is kept; what was answered."""
        return await self._send("PUT", path, body, _signed(actor, **headers))

    async def post(self, path: str, body: Any) -> Any:
        """Send until it is answered, without having signed in."""
        return await self._send("POST", path, body, {})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        said = msgspec.json.encode(body) if body is not None else None
        headers = {**headers, **({"Content-Type": "application/json"} if said else {})}
        while True:
            address = f"http://127.0.0.1:{next(self._ports)}/v1{path}"
            began = time.monotonic()
            try:
                async with self._session.request(
                    method, address, data=said, headers=headers
                ) as answer:
                    status, text = answer.status, await answer.read()
            except aiohttp.ClientConnectorError:
                self.shut_doors += 1  # nothing was sent: the other door
                await asyncio.sleep(AGAIN_AFTER_S / 10)
                continue
            except (aiohttp.ClientError, OSError, TimeoutError):
                self.broken_lines += 1
                await asyncio.sleep(AGAIN_AFTER_S)
                continue
            self.answers[status] += 1
            if status < 300:
                self.took_s.append(time.monotonic() - began)
                return msgspec.json.decode(text)
            if status != 503:
                raise Refused(f"{method} {path.split('/')[1]}: {status} {text[:300]!r}")
            await asyncio.sleep(AGAIN_AFTER_S)


def _signed(actor: Actor, **more: str) -> dict[str, str]:
    assert actor.session_id is not None
    token = tokens.sign(
        person_id=actor.person_id,
        session_id=actor.session_id,
        role=actor.role.value,
        organization_id=actor.organization_id,
        device_id=actor.device_id,
        now=clock.now(),
    )
    return {"Authorization": f"Bearer {token}", **more}


def path_of(thing: str, id_: UUID, *further: str) -> str:
    return "/".join(["", thing, str(id_), *further])
