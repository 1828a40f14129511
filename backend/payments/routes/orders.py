"""Quotes and orders: what is to be paid by whom, and one try to pay it."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.core.access import FAMILY, Actor, Role
from backend.core.wire import answer
from backend.payments import actions, queries
from backend.payments.lifecycle.orders import OrderSaid
from backend.payments.lifecycle.quoting import QuoteSaid
from backend.payments.schemas.orders import OnDeliveryDetail, OrderDetail, QuoteDetail

PAYERS = FAMILY | {Role.INST_ADMIN}


@put("/quotes/{quote_id:uuid}", allow=PAYERS, tags=["payments"])
async def quote_payable(
    quote_id: FromPath[UUID],
    data: JSONBody[QuoteSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[QuoteDetail]:
    """Ask what each source would pay of a bill (PY-14).

    The newest quote of a bill holds; `is_estimated` says that the insurance was away. With
    `use_mutual_aid` your own health account (家庭共济) helps after the elder's own.
    """
    return await answer(
        actions.quote(quote_id=quote_id, actor=actor, said=data, now=now), QuoteDetail.of
    )


@get("/quotes/{quote_id:uuid}", allow=PAYERS, tags=["payments"])
async def get_quote(
    quote_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> QuoteDetail:
    """One quote, as it was given."""
    return QuoteDetail.of(await queries.see_quote(quote_id=quote_id, actor=actor, now=now))


@put("/orders/{order_id:uuid}", allow=PAYERS, tags=["payments"])
async def place_payment_order(
    order_id: FromPath[UUID],
    data: JSONBody[OrderSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[OrderDetail]:
    """Lock a bill for yourself, and get what your channel's app needs: hand it `pay`.

    Without `pay` the channel was away: read the order again, we keep trying until `expires_at`.
    409 `payment_in_progress` names who pays it now and until when, 409 `quote_stale` the newest
    quote. Whether it was paid is never said by the phone: read the order.
    """
    return await answer(
        actions.order(order_id=order_id, actor=actor, said=data, now=now), OrderDetail.to_pay
    )


@get("/orders/{order_id:uuid}", allow=PAYERS | {Role.FINANCE}, tags=["payments"])
async def get_payment_order(
    order_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> OrderDetail:
    """How an order stands, and each of its legs (PY-07)."""
    return OrderDetail.seen(*await queries.see_order(order_id=order_id, actor=actor, now=now))


@put("/orders/{order_id:uuid}/cancellation", allow=PAYERS, tags=["payments"])
async def cancel_payment_order(
    order_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Response[OrderDetail]:
    """Give up before paying: the bill is free for somebody else at once.

    409 `cannot_move` when it was paid meanwhile.
    """
    return await answer(
        actions.cancel_order(order_id=order_id, actor=actor, now=now), OrderDetail.of
    )


@put("/payables/{payable_id:uuid}/on-delivery", allow=PAYERS, tags=["payments"])
async def agree_on_delivery(
    payable_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Response[OnDeliveryDetail]:
    """Say that a bill of what is brought will be paid at the door (到付); nobody can pay it before.

    Of a visit or anything else that nobody brings it is 409 `not_owed`.
    """
    return await answer(
        actions.agree_on_delivery(payable_id=payable_id, actor=actor, now=now), OnDeliveryDetail.of
    )


ROUTES = [
    quote_payable,
    get_quote,
    place_payment_order,
    get_payment_order,
    cancel_payment_order,
    agree_on_delivery,
]
