"""What a slice lets a timeline or a phone keep: the words that every `changes.py` speaks.

    TOPICS = {VisitEnded.__name__: Change("visit", "上门服务结束", everybody, visits)}

A topic is the name of an event; its `subject_id` is what `represent` is asked to show.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from backend.core.access import Actor
from backend.core.wire import Response


class Reader(NamedTuple):
    """Who reads about whom. `ticked`: the sensitive chapters shown to a relative; None is all."""

    actor: Actor
    person_id: UUID
    ticked: frozenset[str] | None
    now: datetime


class Shown(NamedTuple):
    """One thing as it is shown, and when it happened."""

    happened_at: datetime
    thing: Response


Things = Mapping[UUID, Shown]
Represent = Callable[[Sequence[UUID], Reader], Awaitable[Things]]


class Change(NamedTuple):
    """What becomes of one topic. What `represent` leaves out is not shown to this reader."""

    kind: str
    said: str
    may_see: Callable[[Actor], bool]
    represent: Represent


def everybody(_actor: Actor) -> bool:
    """Whoever has a tie to the person."""
    return True
