"""到付: what is brought is paid at the door, a legal end of its own."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit
from backend.core.access import Actor
from backend.core.db import action
from backend.core.journal import publish
from backend.core.wire import Kept
from backend.payments import queries
from backend.payments.actions import ledger
from backend.payments.actions.moving import move_payable
from backend.payments.events import OnDeliveryAgreed, PaymentMade
from backend.payments.lifecycle.ledger import Account, Posting, Why
from backend.payments.lifecycle.statuses import Kind, PayableMove, PayableStatus
from backend.payments.problems import NotOwed

# To whatever else nobody comes with a receipt, and it could never be paid.
BROUGHT = frozenset({Kind.PRESCRIPTION, Kind.DELIVERY})


@action
async def agree_on_delivery(*, payable_id: UUID, actor: Actor, now: datetime) -> Kept[Record]:
    """Whoever could pay it says that it will be paid at the door. Twice is once.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    :raises NotOwed: somebody is paying it, or has, or it is for nothing that is brought
    """
    held = await queries.hold_payable(payable_id)
    _, tie = await queries.payer_of(actor=actor, payable=held, now=now)
    status = PayableStatus(held["status"])
    if held["kind"] not in BROUGHT:
        raise NotOwed(status=status)
    if status is PayableStatus.ON_DELIVERY:
        return Kept(held, first=False)
    if status is not PayableStatus.OPEN:
        raise NotOwed(status=status)
    await move_payable(held, PayableMove.AGREE, actor=actor, now=now)
    publish(OnDeliveryAgreed(subject_id=payable_id, person_id=held["person"]))
    audit.wrote(
        actor,
        "payments.agree_on_delivery",
        person_id=held["person"],
        subject_id=payable_id,
        tie=tie,
    )
    return Kept(await queries.hold_payable(payable_id), first=True)


@action
async def collect(*, payable_id: UUID, actor: Actor, now: datetime) -> Kept[Record]:
    """The courier took the money at the door; called by the slice that hands over. Twice is once.

    :raises Missing: :raises NotOwed: nothing was agreed, or it is paid
    """
    held = await queries.hold_payable(payable_id)
    status = PayableStatus(held["status"])
    if status is PayableStatus.PAID and held["order_id"] is None:
        return Kept(held, first=False)
    if status is not PayableStatus.ON_DELIVERY:
        raise NotOwed(status=status)
    await move_payable(held, PayableMove.COLLECT, actor=actor, now=now)
    taken = Posting(debit=Account.COLLECTED, credit=Account.RECEIVABLE, fen=held["total_fen"])
    await ledger.post([taken], why=Why.COLLECT, payable=held, now=now)
    publish(PaymentMade(subject_id=payable_id, person_id=held["person"], to_id=None))
    audit.wrote(
        actor, "payments.collect", person_id=held["person"], subject_id=payable_id, tie="delivery"
    )
    return Kept(await queries.hold_payable(payable_id), first=True)


@action
async def take_back_on_delivery(*, payable_id: UUID, actor: Actor, now: datetime) -> Kept[Record]:
    """It will not be paid at the door after all, and is owed as before. Twice is once.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    :raises NotOwed: it was paid
    """
    held = await queries.hold_payable(payable_id)
    _, tie = await queries.payer_of(actor=actor, payable=held, now=now)
    status = PayableStatus(held["status"])
    if status is PayableStatus.OPEN:
        return Kept(held, first=False)
    if status is not PayableStatus.ON_DELIVERY:
        raise NotOwed(status=status)
    await move_payable(held, PayableMove.RELEASE, actor=actor, now=now)
    audit.wrote(
        actor,
        "payments.take_back_on_delivery",
        person_id=held["person"],
        subject_id=payable_id,
        tie=tie,
    )
    return Kept(await queries.hold_payable(payable_id), first=True)
