"""The work list over HTTP."""

from datetime import datetime

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from backend.core.access import EVERYONE, Actor
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Page
from backend.work import queries
from backend.work.schemas import WorkLine


@get("/work", allow=EVERYONE, tags=["work"])
async def list_work(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[WorkLine]:
    """What waits for you in the role you act in: what can harm somebody first, then by time."""
    page = await queries.of(actor=actor, limit=limit, after=after, now=now)
    return Page(items=[WorkLine.of(each) for each in page.items], next=page.next)


ROUTES = [list_work]
