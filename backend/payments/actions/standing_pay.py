"""A bill opens and a standing payer pays it (PY-02d); where none does, relatives are asked."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import audit
from backend.core.access import SYSTEM
from backend.core.db import action, row, transaction
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.payments import queries
from backend.payments.actions import placing
from backend.payments.actions.ordering import start_order
from backend.payments.actions.quote import make_quote
from backend.payments.actions.requests import ask_whoever_may_pay
from backend.payments.events import StandingPaymentStarted
from backend.payments.lifecycle.orders import PayerSaid
from backend.payments.lifecycle.standing import Caps, Standing, WhyNot, why_not
from backend.payments.lifecycle.statuses import ChannelName, PayableStatus, Payer
from backend.payments.problems import (
    CashAlone,
    EstimateOnly,
    IdentityMissing,
    LegsDisagree,
    NotOwed,
    PrepaidTooLow,
)
from backend.payments.queries import standing

TIE = "standing_payer"


async def pay_standing(*, payable_id: UUID, now: datetime) -> datetime | None:
    """Let a standing payer pay a bill that is open; when to try again while the insurance is away.

    Not an action: the insurance and the channel are asked outside. Later, twice, or for a bill
    that somebody else pays by now, it does nothing.
    """
    payable = await queries.payable(payable_id)
    if payable["status"] != PayableStatus.OPEN or payable["person"] is None:
        return None
    found = await standing.candidates(person_id=payable["person"], now=now)
    if not found:
        return None
    quote_id = uuid7()
    try:
        await make_quote(quote_id=quote_id, payable=payable, actor=SYSTEM, now=now)
        order_id = await _start(
            payable_id=payable_id,
            quote_id=quote_id,
            candidates=[each["id"] for each in found],
            now=now,
        )
    except NotOwed:
        return None
    except (EstimateOnly, LegsDisagree):
        return await _wait(payable, now)
    if order_id is not None:
        await placing.place_order(order_id=order_id, now=now)
    return None


async def _wait(payable: Record, now: datetime) -> datetime | None:
    """The insurance is away, or miscounts: nobody pays by that. In a day relatives are asked."""
    if now < payable["recorded_at"] + policy.span(now, "py.request_expiry_hours"):
        return now + policy.spans(now, "py.poll_after_s")[-1]
    await _ask_instead(payable_id=payable["id"], now=now)
    return None


@action
async def _start(
    *, payable_id: UUID, quote_id: UUID, candidates: Sequence[UUID], now: datetime
) -> UUID | None:
    """Begin the order of the first one whose limits allow it, or ask relatives.

    :raises NotOwed: somebody pays it by now :raises EstimateOnly:
    """
    payable = await queries.hold_payable(payable_id)
    if payable["status"] != PayableStatus.OPEN:
        raise NotOwed(status=payable["status"])
    quote = await queries.newest_quote(payable_id)
    assert quote is not None
    if quote["id"] != quote_id:  # somebody looks at it just now, and may pay it
        raise EstimateOnly
    for each in candidates:
        held = await standing.hold_standing_payer(each, now=now)
        if held is None or await _why_not(held, payable, quote, now) is not None:
            continue
        order_id = uuid7()
        try:
            async with transaction():
                await _order(order_id, payable, quote, held, now)
        except (PrepaidTooLow, IdentityMissing, CashAlone):
            continue
        return order_id
    await ask_whoever_may_pay(payable, now=now)
    return None


async def _why_not(held: Record, payable: Record, quote: Record, now: datetime) -> WhyNot | None:
    """PY-12: asked again with the payer held, so that a revocation counts at once."""
    if standing.standing_of(held, now=now) is not Standing.ACTIVE:
        return WhyNot.NOTHING_LEFT
    # PY-13: an institution's account pays for what was done in its own beds.
    if held["institution"] is not None and held["institution"] != payable["institution"]:
        return WhyNot.OTHER_CLASS
    return why_not(
        Caps(
            scopes=held["scopes"],
            single_fen=held["single_cap_fen"],
            month_fen=held["month_cap_fen"],
        ),
        classes=payable["classes"],
        cash_fen=quote["pay_cash_fen"],
        spent_fen=await standing.spent_in_month(held["id"], now=now),
    )


async def _order(
    order_id: UUID, payable: Record, quote: Record, held: Record, now: datetime
) -> None:
    payer = PayerSaid(
        kind=Payer.STANDING,
        person_id=held["payer"],
        institution_id=held["institution"],
        standing_payer_id=held["id"],
    )
    await start_order(
        order_id=order_id,
        payable=payable,
        quote=quote,
        payer=payer,
        channel=ChannelName(held["channel"]),
        actor=SYSTEM,
        now=now,
    )
    publish(
        StandingPaymentStarted(
            subject_id=order_id,
            person_id=payable["person"],
            to_id=held["payer"],
            organization_id=held["institution"],
        )
    )
    audit.wrote(
        SYSTEM, "payments.pay_standing", person_id=payable["person"], subject_id=order_id, tie=TIE
    )


async def ask_instead(*, order_id: UUID, now: datetime) -> bool:
    """A standing payer's order came to nothing: ask whoever may pay. Whether somebody was."""
    found = await row("SELECT payable, standing_payer FROM payment_orders WHERE id = $1", order_id)
    if found is None or found["standing_payer"] is None:
        return False
    return await _ask_instead(payable_id=found["payable"], now=now)


async def ask_after_reversal(*, payable_id: UUID, now: datetime) -> bool:
    """The same when one leg of it failed and the other was given back (PY-07)."""
    last = "SELECT id FROM payment_orders WHERE payable = $1 ORDER BY recorded_at DESC LIMIT 1"
    found = await row(last, payable_id)
    return found is not None and await ask_instead(order_id=found["id"], now=now)


@action
async def _ask_instead(*, payable_id: UUID, now: datetime) -> bool:
    payable = await queries.hold_payable(payable_id)
    if payable["status"] != PayableStatus.OPEN:
        return False
    return await ask_whoever_may_pay(payable, now=now)
