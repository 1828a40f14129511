"""Bills that are taken back before anybody has paid them."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, crypto
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.journal import publish
from backend.core.problems import CannotMove, Missing
from backend.core.wire import Kept, check_same, fingerprint
from backend.payments import policies, queries
from backend.payments.actions.ledger import post
from backend.payments.actions.moving import move_payable
from backend.payments.events import PayableVoided
from backend.payments.lifecycle.billing import Voiding
from backend.payments.lifecycle.ledger import Account, Posting, Why
from backend.payments.lifecycle.statuses import Kind, PayableMove, PayableStatus
from backend.payments.schemas.payables import PayableMoveDetail

FREE_MINUTES = """
DELETE FROM billed_minutes m USING payable_lines l WHERE l.id = m.line AND l.payable = $1
"""


@action
async def void(*, payable_id: UUID, actor: Actor, now: datetime) -> PayableStatus:
    """Take back a bill that nobody has paid or is paying. Void already: so it stays.

    The minutes are free for the other insurance; a charge is made once for ever, void or not.

    :raises Missing: :raises CannotMove:
    """
    held = await queries.hold_payable(payable_id)
    if held["status"] == PayableStatus.VOID:
        return PayableStatus.VOID
    return await _void(held, actor=actor, now=now)


@action
async def take_back(
    *, payable_id: UUID, actor: Actor, said: Voiding, now: datetime
) -> Kept[Record]:
    """The same, by whoever keeps the books of it, who says why.

    :raises Missing: :raises CannotMove: :raises AlreadyDifferent:
    """
    held = await queries.hold_payable(payable_id)
    if not policies.keeps_books_of(actor, held):
        raise Missing
    digest = fingerprint(said)
    stored = await queries.move_of(payable_id, move=PayableMove.VOID)
    if stored is not None:
        if stored["fingerprint"] is None:
            raise CannotMove(status=held["status"], move=PayableMove.VOID)
        check_same(digest, stored["fingerprint"], lambda: PayableMoveDetail.of(stored))
        return Kept(stored, first=False)
    reason = crypto.seal(said.reason, "payable_moves.reason")
    await _void(held, actor=actor, now=now, reason=reason, digest=digest)
    made = await queries.move_of(payable_id, move=PayableMove.VOID)
    assert made is not None
    return Kept(made, first=True)


async def _void(
    held: Record,
    *,
    actor: Actor,
    now: datetime,
    reason: bytes | None = None,
    digest: bytes | None = None,
) -> PayableStatus:
    payable_id: UUID = held["id"]
    status = await move_payable(
        held, PayableMove.VOID, actor=actor, now=now, reason=reason, fingerprint=digest
    )
    # What an institution was to put into its account was never income.
    booked = Account.PREPAID if held["kind"] == Kind.PREPAYMENT else Account.REVENUE
    owed = Posting(debit=booked, credit=Account.RECEIVABLE, fen=held["total_fen"])
    await post([owed], why=Why.VOID, payable=held, now=now)
    await rows(FREE_MINUTES, payable_id)
    publish(
        PayableVoided(
            subject_id=payable_id,
            person_id=held["person"],
            organization_id=held["organization"],
        )
    )
    audit.wrote(actor, "payments.void", person_id=held["person"], subject_id=payable_id, tie="bill")
    return status
