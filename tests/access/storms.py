"""C1: many callers say the same thing at the same moment, for good."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import httpx

from backend.core.access import Role
from backend.core.db import row
from tests.access.scene import OPERATIONS, Asked, Scene
from tests.access.world import Standing, World, stands

# A PUT whose answer is new each time, and why.
ANSWERS_ANEW = {"switch_role": "it ends the session it is asked in, and hands out another"}

WRITES = sorted(
    name
    for name, operation in OPERATIONS.items()
    if operation.method == "put" and not operation.is_public and name not in ANSWERS_ANEW
)
KEPT = "SELECT (SELECT count(*) FROM journal) AS events, (SELECT count(*) FROM jobs) AS jobs"


@dataclass(frozen=True)
class Storm:
    """What many callers were answered, and what was left behind."""

    asked: Asked
    answers: list[httpx.Response]
    events: int
    jobs: int

    @property
    def statuses(self) -> list[int]:
        return sorted(answer.status_code for answer in self.answers)

    @property
    def bodies(self) -> set[str]:
        return {answer.text for answer in self.answers}


async def storm(
    world: World, client: httpx.AsyncClient, name: str, role: Role, *, callers: int
) -> Storm:
    """Let so many say it at once; nothing of it is undone."""
    scene = scene_of(world, client, role)
    asked = await scene.asked(name)
    before = await row(KEPT)
    answers = await asyncio.gather(*(scene.send(name, asked) for _ in range(callers)))
    after = await row(KEPT)
    assert before
    assert after
    return Storm(
        asked, list(answers), after["events"] - before["events"], after["jobs"] - before["jobs"]
    )


def scene_of(world: World, client: httpx.AsyncClient, role: Role) -> Scene:
    standing = Standing.OWN if Standing.OWN in stands(role) else stands(role)[0]
    return Scene(world, client, role, standing)


def changed(asked: Asked) -> Asked | None:
    """The same fact as if it had happened a second earlier; None where no time is said."""
    if not asked.body or "client_time" not in asked.body:
        return None
    earlier = datetime.fromisoformat(asked.body["client_time"]) - timedelta(seconds=1)
    return replace(asked, body={**asked.body, "client_time": earlier.isoformat()})
