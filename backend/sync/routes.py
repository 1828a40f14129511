"""One timeline over everything."""

from datetime import datetime
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from backend.core.access import FAMILY, STAFF, Actor
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Page
from backend.sync import queries
from backend.sync.queries import Level
from backend.sync.schemas import TimelineEntry


@get("/persons/{person_id:uuid}/timeline", allow=STAFF | FAMILY, tags=["people"])
async def read_timeline(
    person_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    level: FromQuery[Level] = Level.SUMMARY,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[TimelineEntry]:
    """Read what happened to a person, newest first, over everything.

    `level=summary` says that it happened; `level=full` adds the things themselves, and for a
    relative needs VIEW_FULL: 403 `scope_missing` without.
    """
    page = await queries.timeline(
        person_id=person_id, actor=actor, level=level, limit=limit, after=after, now=now
    )
    return Page(items=[TimelineEntry.of(each) for each in page.items], next=page.next)


ROUTES = [read_timeline]
