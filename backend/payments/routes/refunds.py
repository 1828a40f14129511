"""Refunds: asked for, decided by a second person above a limit, and made by themselves."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import FAMILY, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Page, answer
from backend.payments import actions, queries
from backend.payments.lifecycle.refunds import RefundDecided, RefundSaid
from backend.payments.lifecycle.statuses import RefundStatus
from backend.payments.schemas.orders import RefundDetail

ASKERS = FAMILY | {Role.CHC_ADMIN, Role.FINANCE}
FINANCE = frozenset({Role.FINANCE})


@put("/refunds/{refund_id:uuid}", allow=ASKERS, tags=["payments"])
async def ask_refund(
    refund_id: FromPath[UUID],
    data: JSONBody[RefundSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[RefundDetail]:
    """Ask for money back, by the legs that paid it (PY-08); without amounts, all that is left.

    A small one of the center's is made at once; above the limit, and whatever a payer or the elder
    asks for, it waits for the center's finance.
    """
    return await answer(
        actions.ask_refund(refund_id=refund_id, actor=actor, said=data, now=now), RefundDetail.of
    )


@put("/refunds/{refund_id:uuid}/approval", allow=FINANCE, tags=["payments"])
async def decide_refund(
    refund_id: FromPath[UUID],
    data: JSONBody[RefundDecided],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[RefundDetail]:
    """Approve or decline a refund that waits; never one that you asked for (四眼原则)."""
    return await answer(
        actions.decide_refund(refund_id=refund_id, actor=actor, said=data, now=now),
        RefundDetail.of,
    )


@get("/refunds/{refund_id:uuid}", allow=ASKERS, tags=["payments"])
async def get_refund(
    refund_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> RefundDetail:
    """How a refund stands, and each of its legs.

    Why it went back is told to who may only pay when they said it themselves (PY-10).
    """
    return RefundDetail.seen(*await queries.see_refund(refund_id=refund_id, actor=actor, now=now))


@get("/refunds", allow=FINANCE, tags=["payments"])
async def list_refunds(
    actor: NamedDependency[Actor],
    status: FromQuery[RefundStatus | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[RefundDetail]:
    """Your center's refunds, the newest first; `?status=REQUESTED` waits for you."""
    page = await queries.refunds(actor=actor, status=status, limit=limit, after=after)
    return Page(items=[RefundDetail.of(each) for each in page.items], next=page.next)


ROUTES = [ask_refund, decide_refund, get_refund, list_refunds]
