"""预存 (PY-13): an institution tops its account up; each day it is told what was used."""

from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import audit, calendar
from backend.core.access import Actor
from backend.core.db import action, rows, value
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Malformed, Missing
from backend.core.wire import Kept
from backend.payments import policies, queries
from backend.payments.actions import prepaid
from backend.payments.actions.ledger import post
from backend.payments.actions.moving import move_payable
from backend.payments.events import PayableOpened, PayableVoided, PaymentMade, StatementReady
from backend.payments.lifecycle.ledger import Account, Posting, Why
from backend.payments.lifecycle.payers import PrepaymentSaid
from backend.payments.lifecycle.statuses import PayableMove, PayableStatus
from backend.payments.problems import NotACenter, NotOwed
from backend.payments.queries import accounts

OPEN = """
WITH opened AS (
  INSERT INTO payables (id, kind, subject_id, institution, organization, classes, is_outpatient,
                        total_fen, happened_at, status, policy_version, version, recorded_at)
  VALUES ($1, 'PREPAYMENT', $1, $2, $3, '{}', false, $4, $5, 'OPEN', $6, 1, $5)
)
INSERT INTO payable_moves (id, payable, move, made_by, role, to_status, because_id, recorded_at)
VALUES (uuidv7(), $1, 'open', $7, $8, 'OPEN', $1, $5)
"""

IS_CENTER = """
SELECT EXISTS (SELECT FROM organizations
                WHERE id = $1 AND 'COMMUNITY_HEALTH_CENTER' = ANY (kinds))
"""


@action
async def prepay(
    *, prepayment_id: UUID, actor: Actor, said: PrepaymentSaid, now: datetime
) -> Kept[Record]:
    """Open a top-up; it counts when it is paid. Twice is once.

    :raises AlreadyDifferent: :raises Malformed: :raises NotACenter:
    """
    institution_id = _own(actor)
    if stored := await accounts.prepayment(prepayment_id):
        told = (stored["institution"], stored["organization"], stored["total_fen"])
        if told != (institution_id, said.organization_id, said.amount_fen):
            raise AlreadyDifferent
        return Kept(stored, first=False)
    if not is_uuid7(prepayment_id):
        raise Malformed(field="prepayment_id")
    if not await value(IS_CENTER, said.organization_id):
        raise NotACenter
    await rows(
        OPEN,
        prepayment_id,
        institution_id,
        said.organization_id,
        said.amount_fen,
        now,
        policy.version(now),
        actor.person_id,
        actor.role.value,
    )
    await _post(prepayment_id, Account.RECEIVABLE, Account.PREPAID, Why.TOP_UP, now)
    publish(
        PayableOpened(
            subject_id=prepayment_id, person_id=None, organization_id=said.organization_id
        )
    )
    audit.wrote(actor, "payments.prepay", subject_id=prepayment_id)
    return Kept(await _stored(prepayment_id), first=True)


@action
async def cancel_prepayment(*, prepayment_id: UUID, actor: Actor, now: datetime) -> Kept[Record]:
    """Give a top-up up that nobody is paying. Twice is once.

    :raises Missing: :raises CannotMove:
    """
    stored = await accounts.prepayment(prepayment_id)
    if stored is None or stored["institution"] != _own(actor):
        raise Missing
    held = await queries.hold_payable(prepayment_id)
    if held["status"] == PayableStatus.VOID:
        return Kept(await _stored(prepayment_id), first=False)
    await move_payable(held, PayableMove.VOID, actor=actor, now=now)
    await _post(prepayment_id, Account.PREPAID, Account.RECEIVABLE, Why.VOID, now)
    publish(
        PayableVoided(
            subject_id=prepayment_id, person_id=None, organization_id=held["organization"]
        )
    )
    audit.wrote(actor, "payments.cancel_prepayment", subject_id=prepayment_id)
    return Kept(await _stored(prepayment_id), first=True)


@action
async def receive_prepayment(*, prepayment_id: UUID, actor: Actor, now: datetime) -> Kept[Record]:
    """The money came past the channels, over the counter or by transfer: the center says so.

    Twice is once.

    :raises Missing: :raises NotOwed: it is being paid, was paid by an order, or was given up
    """
    stored = await accounts.prepayment(prepayment_id)
    if stored is None or not policies.keeps_books(actor, stored["organization"]):
        raise Missing
    held = await queries.hold_payable(prepayment_id)
    status = PayableStatus(held["status"])
    if status is PayableStatus.PAID and held["order_id"] is None:
        return Kept(await _stored(prepayment_id), first=False)
    if status is not PayableStatus.OPEN:
        raise NotOwed(status=status)
    await move_payable(held, PayableMove.AGREE, actor=actor, now=now)
    held = await queries.hold_payable(prepayment_id)
    await move_payable(held, PayableMove.COLLECT, actor=actor, now=now)
    await _post(prepayment_id, Account.COLLECTED, Account.RECEIVABLE, Why.COLLECT, now)
    await prepaid.add(
        institution_id=held["institution"],
        organization_id=held["organization"],
        fen=held["total_fen"],
    )
    publish(PaymentMade(subject_id=prepayment_id, person_id=None, to_id=None))
    audit.wrote(actor, "payments.receive_prepayment", subject_id=prepayment_id)
    return Kept(await _stored(prepayment_id), first=True)


@action
async def tell_of_statements(*, now: datetime) -> int:
    """PY-13: each institution whose account moved yesterday is told of its statement; how many."""
    moved = await accounts.accounts_moved(calendar.on(now) - date.resolution)
    for each in moved:
        publish(StatementReady(subject_id=each["id"], organization_id=each["institution"]))
    return len(moved)


async def _post(
    prepayment_id: UUID, debit: Account, credit: Account, why: Why, now: datetime
) -> None:
    held = await queries.hold_payable(prepayment_id)
    posting = Posting(debit=debit, credit=credit, fen=held["total_fen"])
    await post([posting], why=why, payable=held, now=now)


def _own(actor: Actor) -> UUID:
    if actor.organization_id is None:
        raise Missing
    return actor.organization_id


async def _stored(prepayment_id: UUID) -> Record:
    found = await accounts.prepayment(prepayment_id)
    assert found is not None
    return found
