"""The books: statements, day closes, reconciliation."""

from datetime import date, datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Day, Page, answer
from backend.payments import actions, queries
from backend.payments.lifecycle.statements import Period
from backend.payments.lifecycle.statuses import ChannelName
from backend.payments.schemas.closing import DayCloseDetail, DayClosing, DayReversal
from backend.payments.schemas.reconciling import DifferenceDetail, ReconciliationDetail, Resolving
from backend.payments.schemas.statements import StatementDetail

FINANCE = frozenset({Role.FINANCE})
READERS = FINANCE | {
    Role.ELDER,
    Role.GUARDIAN,
    Role.RELATIVE,
    Role.INST_ADMIN,
    Role.CHC_ADMIN,
}


@get("/statements", allow=READERS, tags=["payments"])
async def get_statement(
    period: FromQuery[Period],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    person_id: FromQuery[UUID | None] = None,
) -> StatementDetail:
    """A day or a month of money, as far as it is yours.

    An elder sees what was billed and who paid; a guardian says whose with `person_id`. A relative
    sees what they paid themselves. An institution sees its prepaid account, a line a resident and
    class. A center sees its books, summed.
    """
    return StatementDetail.of(
        await queries.see_statement(actor=actor, period=period, person_id=person_id, now=now)
    )


@put("/day-closes/{day:date}", allow=FINANCE, tags=["payments"])
async def close_day(
    day: FromPath[date],
    data: JSONBody[DayClosing],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[DayCloseDetail]:
    """Shut a day of your center, and all before it that are still open.

    What is booked later belongs to the next day that is open.
    """
    return await answer(
        actions.close_day(day=day, actor=actor, said=data, now=now), DayCloseDetail.of
    )


@put("/day-closes/{day:date}/reversal", allow=FINANCE, tags=["payments"])
async def reverse_day_close(
    day: FromPath[date],
    data: JSONBody[DayReversal],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[DayCloseDetail]:
    """Take the newest close back; not by whoever made it. The day may be shut again."""
    return await answer(
        actions.reverse_close(day=day, actor=actor, said=data, now=now), DayCloseDetail.of
    )


@get("/day-closes/{day:date}", allow=FINANCE | {Role.CHC_ADMIN}, tags=["payments"])
async def get_day_close(
    day: FromPath[date], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> DayCloseDetail:
    """How a day of your center was shut; also when that was taken back since."""
    del now
    return DayCloseDetail.of(await queries.see_close(day=day, actor=actor))


@get("/day-closes", allow=FINANCE | {Role.CHC_ADMIN}, tags=["payments"])
async def list_day_closes(
    actor: NamedDependency[Actor],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[DayCloseDetail]:
    """The closes of your center, also those that were taken back. Newest first."""
    page = await queries.closes(actor=actor, limit=limit, after=after)
    return Page(items=[DayCloseDetail.of(each) for each in page.items], next=page.next)


@get("/reconciliations", allow=FINANCE, tags=["payments"])
async def list_reconciliations(
    actor: NamedDependency[Actor],
    channel: FromQuery[ChannelName | None] = None,
    day: FromQuery[Day | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[ReconciliationDetail]:
    """Each channel's bill of a day beside your center's books. Newest first.

    One without an organization holds the lines that no center knows.
    """
    page = await queries.reconciliations(
        actor=actor, channel=channel, day=day, limit=limit, after=after
    )
    return Page(items=[ReconciliationDetail.of(each) for each in page.items], next=page.next)


@get("/reconciliations/{reconciliation_id:uuid}", allow=FINANCE, tags=["payments"])
async def get_reconciliation(
    reconciliation_id: FromPath[UUID], actor: NamedDependency[Actor]
) -> ReconciliationDetail:
    """One channel's bill of one day, and how much of it is still open."""
    return ReconciliationDetail.of(
        await queries.see_reconciliation(reconciliation_id=reconciliation_id, actor=actor)
    )


@get("/reconciliation-differences", allow=FINANCE, tags=["payments"])
async def list_differences(
    actor: NamedDependency[Actor],
    reconciliation_id: FromQuery[UUID | None] = None,
    is_open: FromQuery[bool | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[DifferenceDetail]:
    """What differs and waits for your center's word; newest first."""
    page = await queries.differences(
        actor=actor,
        reconciliation_id=reconciliation_id,
        is_open=is_open,
        limit=limit,
        after=after,
    )
    return Page(items=[DifferenceDetail.of(each) for each in page.items], next=page.next)


@get("/reconciliation-differences/{difference_id:uuid}", allow=FINANCE, tags=["payments"])
async def get_difference(
    difference_id: FromPath[UUID], actor: NamedDependency[Actor]
) -> DifferenceDetail:
    """One difference, and what became of it."""
    return DifferenceDetail.of(
        await queries.see_difference(difference_id=difference_id, actor=actor)
    )


@put(
    "/reconciliation-differences/{difference_id:uuid}/resolution", allow=FINANCE, tags=["payments"]
)
async def resolve_difference(
    difference_id: FromPath[UUID],
    data: JSONBody[Resolving],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[DifferenceDetail]:
    """Say what a difference was.

    Until then it stays on the list; after some days the admins of the center hear of it.
    """
    return await answer(
        actions.resolve_difference(difference_id=difference_id, actor=actor, said=data, now=now),
        DifferenceDetail.of,
    )


ROUTES = [
    get_statement,
    close_day,
    reverse_day_close,
    get_day_close,
    list_day_closes,
    list_reconciliations,
    get_reconciliation,
    list_differences,
    get_difference,
    resolve_difference,
]
