"""Who pays without being asked, who is asked, and what institutions prepaid."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Page, answer
from backend.payments import actions, queries
from backend.payments.lifecycle.payers import PaymentAsked, PrepaymentSaid, StandingProposal
from backend.payments.schemas.payers import (
    PaymentRequestDetail,
    PrepaidAccountDetail,
    PrepaymentDetail,
    StandingPayerDetail,
)

PROPOSERS = frozenset({Role.RELATIVE, Role.INST_ADMIN})
DECIDERS = frozenset({Role.ELDER, Role.GUARDIAN})
ASKERS = DECIDERS | {Role.INST_NURSE, Role.GP}
HOUSES = frozenset({Role.INST_ADMIN})
CENTERS = frozenset({Role.CHC_ADMIN, Role.FINANCE})


@put("/standing-payers/{standing_payer_id:uuid}", allow=PROPOSERS, tags=["payments"])
async def propose_standing_payer(
    standing_payer_id: FromPath[UUID],
    data: JSONBody[StandingProposal],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[StandingPayerDetail]:
    """Offer to pay an elder's small bills without being asked each time (白名单代付).

    It begins when the elder or guardian approves, within some days. It cannot be changed: revoke
    it and propose another. What is over its limits goes to everybody who may pay.
    """
    return await answer(
        actions.propose_standing_payer(
            standing_payer_id=standing_payer_id, actor=actor, said=data, now=now
        ),
        lambda kept: StandingPayerDetail.of(kept, now=now),
    )


@put("/standing-payers/{standing_payer_id:uuid}/approval", allow=DECIDERS, tags=["payments"])
async def approve_standing_payer(
    standing_payer_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[StandingPayerDetail]:
    """Let them pay for you from now on; nobody else can say so. You are told of every payment."""
    return await answer(
        actions.approve_standing_payer(standing_payer_id=standing_payer_id, actor=actor, now=now),
        lambda kept: StandingPayerDetail.of(kept, now=now),
    )


@put(
    "/standing-payers/{standing_payer_id:uuid}/revocation",
    allow=DECIDERS | PROPOSERS,
    tags=["payments"],
)
async def revoke_standing_payer(
    standing_payer_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[StandingPayerDetail]:
    """End it at once, from either side; what is being paid already goes on."""
    return await answer(
        actions.revoke_standing_payer(standing_payer_id=standing_payer_id, actor=actor, now=now),
        lambda kept: StandingPayerDetail.of(kept, now=now),
    )


@get("/standing-payers/{standing_payer_id:uuid}", allow=DECIDERS | PROPOSERS, tags=["payments"])
async def get_standing_payer(
    standing_payer_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> StandingPayerDetail:
    """One standing payer, to both sides."""
    return StandingPayerDetail.of(
        await queries.see_standing_payer(standing_payer_id=standing_payer_id, actor=actor, now=now),
        now=now,
    )


@get("/standing-payers", allow=DECIDERS | PROPOSERS, tags=["payments"])
async def list_standing_payers(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[StandingPayerDetail]:
    """Who pays for you or your ward; for whom you or your institution pay. Newest first."""
    page = await queries.standing_payers(actor=actor, limit=limit, after=after, now=now)
    return Page(
        items=[StandingPayerDetail.of(each, now=now) for each in page.items], next=page.next
    )


@put("/payment-requests/{request_id:uuid}", allow=ASKERS, tags=["payments"])
async def ask_to_pay(
    request_id: FromPath[UUID],
    data: JSONBody[PaymentAsked],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[PaymentRequestDetail]:
    """Ask relatives to pay a bill; whoever places an order first pays it.

    It lives half an hour while stock is kept back for the bill, else a day.
    """
    return await answer(
        actions.ask_to_pay(request_id=request_id, actor=actor, said=data, now=now),
        lambda kept: PaymentRequestDetail.of(kept, actor=actor, now=now),
    )


@get("/payment-requests/{request_id:uuid}", allow=ASKERS | {Role.RELATIVE}, tags=["payments"])
async def get_payment_request(
    request_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> PaymentRequestDetail:
    """One pay request: how much, to whom it is owed, and whether somebody was first."""
    found = await queries.see_payment_request(request_id=request_id, actor=actor, now=now)
    return PaymentRequestDetail.of(found, actor=actor, now=now)


@get("/payment-requests", allow=ASKERS | {Role.RELATIVE}, tags=["payments"])
async def list_payment_requests(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[PaymentRequestDetail]:
    """What you were asked to pay; for an elder what was asked of others. Newest first."""
    page = await queries.payment_requests(actor=actor, limit=limit, after=after, now=now)
    return Page(
        items=[PaymentRequestDetail.of(each, actor=actor, now=now) for each in page.items],
        next=page.next,
    )


@put("/prepayments/{prepayment_id:uuid}", allow=HOUSES, tags=["payments"])
async def open_prepayment(
    prepayment_id: FromPath[UUID],
    data: JSONBody[PrepaymentSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[PrepaymentDetail]:
    """Top up the account that your institution has with a center.

    The answer is a bill of your own, under the same id: quote it, and place an order for it.
    """
    return await answer(
        actions.prepay(prepayment_id=prepayment_id, actor=actor, said=data, now=now),
        PrepaymentDetail.of,
    )


@put("/prepayments/{prepayment_id:uuid}/cancellation", allow=HOUSES, tags=["payments"])
async def cancel_prepayment(
    prepayment_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[PrepaymentDetail]:
    """Give a top-up up that is not paid."""
    return await answer(
        actions.cancel_prepayment(prepayment_id=prepayment_id, actor=actor, now=now),
        PrepaymentDetail.of,
    )


@put(
    "/prepayments/{prepayment_id:uuid}/receipt", allow=frozenset({Role.FINANCE}), tags=["payments"]
)
async def receive_prepayment(
    prepayment_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[PrepaymentDetail]:
    """Say that a top-up came to your center over the counter or by bank transfer."""
    return await answer(
        actions.receive_prepayment(prepayment_id=prepayment_id, actor=actor, now=now),
        PrepaymentDetail.of,
    )


@get("/prepayments/{prepayment_id:uuid}", allow=HOUSES | CENTERS, tags=["payments"])
async def get_prepayment(
    prepayment_id: FromPath[UUID], actor: NamedDependency[Actor]
) -> PrepaymentDetail:
    """One top-up, and whether it is paid."""
    return PrepaymentDetail.of(
        await queries.see_prepayment(prepayment_id=prepayment_id, actor=actor)
    )


@get("/prepayments", allow=HOUSES, tags=["payments"])
async def list_prepayments(
    actor: NamedDependency[Actor],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[PrepaymentDetail]:
    """The top-ups of your institution. Newest first."""
    page = await queries.prepayments(actor=actor, limit=limit, after=after)
    return Page(items=[PrepaymentDetail.of(each) for each in page.items], next=page.next)


@get("/prepaid-accounts", allow=HOUSES | CENTERS, tags=["payments"])
async def list_prepaid_accounts(
    actor: NamedDependency[Actor],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[PrepaidAccountDetail]:
    """What your institution has left with each center; for a center, what each institution has.

    What it was used for is in the statement.
    """
    page = await queries.prepaid_accounts(actor=actor, limit=limit, after=after)
    return Page(items=[PrepaidAccountDetail.of(each) for each in page.items], next=page.next)


ROUTES = [
    propose_standing_payer,
    approve_standing_payer,
    revoke_standing_payer,
    get_standing_payer,
    list_standing_payers,
    ask_to_pay,
    get_payment_request,
    list_payment_requests,
    open_prepayment,
    cancel_prepayment,
    receive_prepayment,
    get_prepayment,
    list_prepayments,
    list_prepaid_accounts,
]
