"""What runs when a job is due.

A task is a function with keywords only. It takes from the job's arguments what it names, converted
to the type it says, and of the job itself `now` (the database's clock, so that all workers agree),
`key` (the idempotency key of whatever it does outside), `tries` and all `args`. It returns the
moment at which it wants to be asked again; whatever else it returns, it is done.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from workers.settings import RETRY_S

Outcome = datetime | BaseException | None
Handler = Callable[..., Awaitable[object]]
Together = Callable[..., Awaitable[Sequence[Outcome]]]

OF_THE_JOB = frozenset({"now", "key", "tries", "args"})


class Begun(msgspec.Struct, frozen=True):
    """A job that a worker has begun."""

    id: int
    key: str
    tries: int
    args: Mapping[str, Any]
    now: datetime


def fixed_retries(_now: datetime) -> Sequence[timedelta]:
    return [timedelta(seconds=seconds) for seconds in RETRY_S]


class Task:
    """One kind of work.

    `is_now`: it cannot wait, so the relay runs it itself while Valkey is away.
    `together`: the handler takes a whole chunk as sequences (`now` stays single), and returns one
    outcome for each.
    `takes`: what the task calls otherwise than the job does.
    """

    def __init__(
        self,
        handler: Handler | Together,
        *,
        is_now: bool = False,
        together: bool = False,
        retries: Callable[[datetime], Sequence[timedelta]] = fixed_retries,
        takes: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._handler = handler
        self.is_now = is_now
        self.together = together
        self.retries = retries
        self._takes = inspect.signature(handler, eval_str=True).parameters
        self._called = takes

    async def run(self, job: Begun) -> datetime | None:
        """Run one job.

        :raises msgspec.ValidationError: the job's arguments are not what the task takes
        """
        again = await self._handler(**self._arguments(job))
        return again if isinstance(again, datetime) else None

    async def run_together(self, jobs: Sequence[Begun]) -> Sequence[Outcome]:
        """Run a chunk in one go: one outcome a job, in the same order."""
        each = [self._arguments(job) for job in jobs]
        said: dict[str, Any] = {name: [one[name] for one in each] for name in each[0]}
        if "now" in said:
            said["now"] = jobs[0].now
        outcomes = await self._handler(**said)
        assert isinstance(outcomes, Sequence)
        assert len(outcomes) == len(jobs)
        return outcomes

    def _arguments(self, job: Begun) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for name, parameter in self._takes.items():
            if name in OF_THE_JOB:
                said[name] = getattr(job, name)
            elif (called := self._called.get(name, name)) in job.args:
                kind = parameter.annotation
                if self.together:
                    (kind,) = kind.__args__
                said[name] = msgspec.convert(job.args[called], kind)
            elif parameter.default is parameter.empty:
                raise msgspec.ValidationError(f"{name} is missing")
        return said
