"""One request in the world: who asks for what, with a body that is valid there."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from backend.app import create_app
from backend.core import clock
from backend.core.access import Actor, Role
from backend.core.ids import uuid7
from backend.openapi.operations import Operation, operations
from tests.access.world import Standing, World
from tests.builders import signed_in

Json = dict[str, Any]

OPERATIONS: Mapping[str, Operation] = {
    operation.handler.handler_name: operation
    for operation in operations(create_app(own_pool=False))
}


@dataclass(frozen=True)
class Asked:
    """What is sent: ids in the path, a query, a body, and whatever else in the headers."""

    ids: Mapping[str, UUID | str] = field(default_factory=dict)
    body: Json | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None


@dataclass(frozen=True)
class Scene:
    """The world, and the caller in it."""

    world: World
    client: httpx.AsyncClient
    role: Role
    standing: Standing

    @property
    def caller(self) -> Actor | None:
        if self.standing is Standing.NOBODY:
            return None
        return self.world.caller(self.role, self.standing)

    @property
    def now(self) -> datetime:
        return clock.now() - timedelta(minutes=1)

    def author_of(self, name: str, otherwise: Role = Role.GP) -> Role:
        """Who did what came before: the caller, if it is theirs to do; somebody else, if not."""
        is_theirs = self.standing is Standing.OWN and self.role in OPERATIONS[name].allow
        return self.role if is_theirs else otherwise

    def as_own(self, role: Role) -> "Scene":
        """The same world, with one of her own people calling."""
        return replace(self, role=role, standing=Standing.OWN)

    async def done(self, name: str, *, by: Role | None = None, **changes: Any) -> Asked:
        """Let somebody of her own do this first, and say with which ids.

        Changes are of the body. By whom is not said: by the caller, if it is theirs to do.
        """
        scene = self.as_own(by or self.author_of(name))
        asked = await scene.asked(name)
        if changes:
            asked = replace(asked, body={**(asked.body or {}), **changes})
        answer = await scene.send(name, asked)
        assert answer.is_success, f"{name} by {scene.role}: {answer.status_code} {answer.text}"
        return asked

    async def asked(self, name: str) -> Asked:
        """A valid request of this operation, with everything made that comes before it."""
        from tests.access.bodies import BODIES  # noqa: PLC0415 - they are made of scenes

        return await BODIES[name](self)

    async def send(self, name: str, asked: Asked) -> httpx.Response:
        operation = OPERATIONS[name]
        client = signed_in(self.client, self.caller) if self.caller else self.client
        return await client.request(
            operation.method,
            operation.path.format(**asked.ids),
            params=dict(asked.query),
            json=asked.body,
            content=asked.content,
            headers=dict(asked.headers),
        )


Builder = Callable[[Scene], Awaitable[Asked]]


def another(asked: Asked) -> Asked:
    """The same request for things that do not exist."""
    return replace(asked, ids={name: uuid7() for name in asked.ids})
