"""A timeline as it crosses the wire."""

from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.core.wire import Moment, Response
from backend.sync.queries import Happened, Level


class TimelineEntry(Response):
    """That something happened; with `level=full` also the thing, as its own route shows it."""

    kind: Annotated[str, Meta(description="such as visit, note, observation, consent")]
    subject_id: UUID
    said: Annotated[str, Meta(description="one neutral sentence, without a clinical word")]
    happened_at: Moment
    recorded_at: Moment
    thing: Annotated[dict[str, Any], Meta(extra_json_schema={"x-data-level": 4})] | None = None

    @classmethod
    def of(cls, happened: Happened) -> Self:
        whole = happened.level is Level.FULL
        return cls(
            kind=happened.change.kind,
            subject_id=happened.subject_id,
            said=happened.change.said,
            happened_at=happened.shown.happened_at,
            recorded_at=happened.recorded_at,
            thing=msgspec.to_builtins(happened.shown.thing) if whole else None,
        )
