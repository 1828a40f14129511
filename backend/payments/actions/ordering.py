"""支付订单: one try of one payer. It locks the payable, then is placed at the channel."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import audit, jobs
from backend.core.access import SYSTEM, Actor
from backend.core.db import action, row, rows
from backend.core.ids import is_uuid7
from backend.core.problems import AlreadyDifferent, Malformed, Missing
from backend.core.wire import Kept, fingerprint
from backend.payments import policies, queries
from backend.payments.actions import asking, capturing, placing, prepaid
from backend.payments.actions.moving import move_payable
from backend.payments.lifecycle.legs import MixType
from backend.payments.lifecycle.orders import (
    ORDER_TYPES,
    OrderSaid,
    PayerSaid,
    PayWith,
    next_ask,
)
from backend.payments.lifecycle.statuses import (
    ChannelName,
    Kind,
    LegStatus,
    OrderMove,
    OrderStatus,
    PayableMove,
    PayableStatus,
    Payer,
)
from backend.payments.problems import (
    CashAlone,
    EstimateOnly,
    IdentityMissing,
    NotOwed,
    PaymentInProgress,
    QuoteStale,
    WrongPurse,
)

INSERT = """
WITH made AS (
  INSERT INTO payment_orders (
    id, payable, quote, payer_kind, payer, institution, standing_payer, pay_for_relatives, channel,
    out_trade_no, mix_type, order_type, gov_fen, self_fen, aid_fen, other_fen, ins_cash_fen,
    add_fen, reduce_fen, pay_cash_fen, total_fen, status, mix_status, cash_status,
    insurance_status, expires_at, is_undue, cash_back_fen, gov_back_fen, self_back_fen,
    other_back_fen, policy_version, recorded_at, fingerprint)
  SELECT $1, q.payable, q.id, $3, $4, $5, $6, $7, $8, $9, q.mix_type, $10, q.gov_fen, q.self_fen,
         q.aid_fen, q.other_fen, q.ins_cash_fen, q.add_fen, q.reduce_fen, q.pay_cash_fen,
         q.total_fen, 'CREATED', 'CREATED', $11, $12, $13, false, 0, 0, 0, 0, $14, $15, $16
    FROM quotes q WHERE q.id = $2
  RETURNING id
)
INSERT INTO payment_order_moves (id, payment_order, move, made_by, role, to_status, said,
                                 recorded_at)
SELECT $1, id, $17, $18, $19, 'CREATED', '{}', $15 FROM made
"""

# As the index says it: of an order of cash alone nobody asks.
USED = """
SELECT 1 FROM payment_orders WHERE quote = $1 AND gov_fen + self_fen + other_fen > 0
"""


async def order(*, order_id: UUID, actor: Actor, said: OrderSaid, now: datetime) -> Kept[Record]:
    """Lock a payable and place it at a channel; not an action, as no transaction waits for one.

    Saying it again answers the order as it stands, and places it if that has not happened yet.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    :raises NotOwed: :raises PaymentInProgress: :raises QuoteStale: :raises EstimateOnly:
    :raises IdentityMissing: :raises WrongPurse: :raises PrepaidTooLow: :raises AlreadyDifferent:
    """
    made = await _begin(order_id=order_id, actor=actor, said=said, now=now)
    await placing.place_order(order_id=order_id, now=now)
    return Kept(await queries.order(order_id), made.first)


@action
async def _begin(*, order_id: UUID, actor: Actor, said: OrderSaid, now: datetime) -> Kept[None]:
    payable = await queries.hold_payable(said.payable_id)
    payer, tie = await queries.payer_of(actor=actor, payable=payable, now=now)
    digest = fingerprint(said)
    stored = await row("SELECT * FROM payment_orders WHERE id = $1", order_id)
    if stored is not None:
        if not policies.is_payer(actor, stored) or stored["fingerprint"] != digest:
            raise AlreadyDifferent
        return Kept(None, first=False)
    if not is_uuid7(order_id):
        raise Malformed(field="order_id")
    quote = await queries.newest_quote(payable["id"])
    if quote is None:
        raise Missing
    if quote["number"] != said.quote_number:
        raise QuoteStale(number=quote["number"])
    # PY-02b: the account that helps is its owner's, so nobody else pays with that quote.
    if quote["aid_fen"] and quote["aid_member"] != actor.person_id:
        raise QuoteStale(number=quote["number"])
    is_prepaid = said.channel is PayWith.PREPAID
    if is_prepaid != (payer.kind is Payer.PREPAID):
        raise WrongPurse
    if not is_prepaid and not asking.is_offered(ChannelName(said.channel.value)):
        raise WrongPurse
    await start_order(
        order_id=order_id,
        payable=payable,
        quote=quote,
        payer=payer,
        channel=ChannelName(said.channel.value),
        actor=actor,
        digest=digest,
        now=now,
    )
    audit.wrote(actor, "payments.order", person_id=payable["person"], subject_id=order_id, tie=tie)
    return Kept(None, first=True)


async def start_order(
    *,
    order_id: UUID,
    payable: Record,
    quote: Record,
    payer: PayerSaid,
    channel: ChannelName,
    actor: Actor,
    digest: bytes = b"",
    now: datetime,
) -> None:
    """Make an order and lock its payable, in the caller's transaction, which holds the payable.

    It is placed, asked after and let expire by jobs; `placing.place_order` after the transaction
    spares the payer the wait for them. An order without cash goes to the insurance alone. What an
    institution pays from its account is taken at once (PY-13), and with nothing left for the
    insurance to say it is paid here. Whether the payer may is the caller's to ask, and that the
    quote is the newest.

    :raises NotOwed: :raises PaymentInProgress: :raises EstimateOnly: :raises IdentityMissing:
    :raises QuoteStale: :raises PrepaidTooLow: :raises CashAlone: its channel takes no insurance
    """
    payable = await _free(payable, now)
    if quote["total_fen"] != payable["total_fen"]:
        raise QuoteStale(number=quote["number"])
    insured = quote["gov_fen"] + quote["self_fen"] + quote["other_fen"]
    if insured:
        if quote["is_estimated"]:
            raise EstimateOnly
        # What the insurance settled in advance is taken once: another try needs another quote.
        if await row(USED, quote["id"]):
            raise QuoteStale(number=quote["number"])
        await _check_identities(payer, payable)
    if not quote["pay_cash_fen"]:
        channel = ChannelName.INSURANCE
    # What a channel takes without a phone is cash: a fund is not paid without its owner's word.
    is_unasked = payer.kind is Payer.STANDING and channel not in asking.OURS
    if (is_unasked and insured) or not asking.takes(channel, MixType(quote["mix_type"])):
        raise CashAlone
    expires_at = now + policy.span(now, "py.order_expiry_min")
    await rows(
        INSERT,
        order_id,
        quote["id"],
        payer.kind,
        payer.person_id,
        payer.institution_id,
        payer.standing_payer_id,
        payer.person_id not in (None, payable["person"]),
        channel,
        order_id.hex,
        ORDER_TYPES[Kind(payable["kind"])],
        LegStatus.CREATED if quote["pay_cash_fen"] else LegStatus.NONE,
        LegStatus.CREATED if insured else LegStatus.NONE,
        expires_at,
        policy.version(now),
        now,
        digest,
        OrderMove.CREATE,
        actor.person_id,
        actor.role.value,
    )
    await move_payable(
        payable, PayableMove.LOCK, actor=actor, now=now, because_id=order_id, order_id=order_id
    )
    if channel is ChannelName.PREPAID:
        await prepaid.take(
            institution_id=payer.institution_id,
            organization_id=payable["organization"],
            fen=quote["pay_cash_fen"],
        )
        if not insured:
            await capturing.capture_taken(order_id=order_id, now=now)
            return
    _owe(order_id, expires_at=expires_at, now=now)


async def _free(payable: Record, now: datetime) -> Record:
    """The payable, open; a lock that is over ends here, whether or not its job has run yet."""
    status = PayableStatus(payable["status"])
    if status is PayableStatus.LOCKED:
        holder = await queries.hold_order_of(payable["order_id"])
        if OrderStatus(holder["status"]) is not OrderStatus.CREATED or now < holder["expires_at"]:
            raise PaymentInProgress(
                by=await queries.masked_payer(holder), until=holder["expires_at"]
            )
        await capturing.end(payable, holder, OrderMove.EXPIRE, actor=SYSTEM, now=now)
        return await queries.hold_payable(payable["id"])
    if status is not PayableStatus.OPEN:
        raise NotOwed(status=status)
    return payable


async def _check_identities(payer: PayerSaid, payable: Record) -> None:
    """PY-10: whom the insurance is to pay for, and who pays, by name and number."""
    named = [each for each in (payable["person"], payer.person_id) if each]
    known = await queries.identified(named)
    for person_id in named:
        if person_id not in known:
            raise IdentityMissing(person_id=person_id)


def _owe(order_id: UUID, *, expires_at: datetime, now: datetime) -> None:
    """BG-15: it is placed even if we die now, asked after without a callback, and let expire."""
    steps = policy.spans(now, "py.poll_after_s")
    jobs.enqueue("place_order", key=f"{order_id}", due_at=now, order_id=order_id)
    jobs.enqueue(
        "ask_order",
        key=f"{order_id}",
        due_at=next_ask(since=now, now=now, steps=steps),
        order_id=order_id,
    )
    jobs.enqueue("expire_order", key=f"{order_id}", due_at=expires_at, order_id=order_id)


@action
async def _cancelled(*, order_id: UUID, actor: Actor, now: datetime) -> Kept[None]:
    payable, held = await queries.hold_order(order_id)
    if not policies.is_payer(actor, held):
        raise Missing
    if OrderStatus(held["status"]) is OrderStatus.CANCELLED:
        return Kept(None, first=False)
    await capturing.end(payable, held, OrderMove.CANCEL, actor=actor, now=now)
    audit.wrote(
        actor,
        "payments.cancel_order",
        person_id=payable["person"],
        subject_id=order_id,
        tie="payer",
    )
    return Kept(None, first=True)


async def cancel_order(*, order_id: UUID, actor: Actor, now: datetime) -> Kept[Record]:
    """Give up before paying; not an action: the channel is told first, so that nobody pays it.

    Somebody who paid meanwhile has paid: 409. Twice is once.

    :raises Missing: :raises CannotMove:
    """
    held = await queries.order(order_id)
    if not policies.is_payer(actor, held):
        raise Missing
    if held["status"] == OrderStatus.CREATED:
        await placing.close_and_look(order_id=order_id, now=now)
    made = await _cancelled(order_id=order_id, actor=actor, now=now)
    return Kept(await queries.order(order_id), made.first)
