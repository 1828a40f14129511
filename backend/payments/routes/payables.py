"""Bills: what is owed."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import FAMILY, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Page, answer
from backend.payments import actions, queries
from backend.payments.lifecycle.billing import Voiding
from backend.payments.lifecycle.statuses import PayableStatus
from backend.payments.schemas.payables import PayableCard, PayableDetail, PayableMoveDetail

BOOKKEEPERS = frozenset({Role.CHC_ADMIN, Role.FINANCE})
READERS = FAMILY | {Role.INST_ADMIN, Role.CHC_ADMIN, Role.FINANCE}


@get("/payables", allow=READERS, tags=["payments"])
async def list_payables(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    status: FromQuery[PayableStatus | None] = None,
    person_id: FromQuery[UUID | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[PayableCard]:
    """The bills you may pay, or whose books you keep: `?status=OPEN` is what is owed.

    Yours, those of whom you may pay for, your residents', or your center's; the newest first.
    """
    page = await queries.payables(
        actor=actor, status=status, person_id=person_id, limit=limit, after=after, now=now
    )
    return Page(items=[PayableCard.of(each) for each in page.items], next=page.next)


@get("/payables/{payable_id:uuid}", allow=READERS, tags=["payments"])
async def get_payable(
    payable_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> PayableDetail:
    """One bill with its lines, and who is paying it at this moment.

    With PAY you are told amount, organization, class and date; what was done is named with
    VIEW_SUMMARY, a medicine with VIEW_FULL alone (PY-10); to an institution nothing is (PY-13).
    """
    return PayableDetail.of(await queries.see_payable(payable_id=payable_id, actor=actor, now=now))


@put("/payables/{payable_id:uuid}/void", allow=BOOKKEEPERS, tags=["payments"])
async def void_payable(
    payable_id: FromPath[UUID],
    data: JSONBody[Voiding],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[PayableMoveDetail]:
    """Take back a bill that nobody has paid or is paying. What was charged is not charged again."""
    return await answer(
        actions.take_back(payable_id=payable_id, actor=actor, said=data, now=now),
        PayableMoveDetail.of,
    )


ROUTES = [list_payables, get_payable, void_payable]
