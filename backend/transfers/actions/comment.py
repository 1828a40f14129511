"""What is said to a transfer, and its cancellation before anybody left."""

from datetime import datetime
from uuid import UUID

from backend.core import audit, crypto
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.journal import publish
from backend.core.problems import Forbidden, Missing
from backend.core.wire import Kept, check_same, fingerprint
from backend.transfers import policies, queries
from backend.transfers.actions import closing, moving
from backend.transfers.events import TransferCancelled, TransferCommented
from backend.transfers.lifecycle import Move
from backend.transfers.lifecycle.held import Commented, Held, Made
from backend.transfers.lifecycle.said import TransferCancellation, TransferComment
from backend.transfers.schemas import CommentDetail

INSERT = """
INSERT INTO transfer_comments (id, transfer, author, role, disagrees, text, client_time,
                               happened_at, recorded_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


@action
async def comment(
    *, transfer_id: UUID, comment_id: UUID, actor: Actor, said: TransferComment, now: datetime
) -> Kept[Commented]:
    """Keep a word on the move. That somebody disagrees stops nothing, least an emergency.

    :raises Missing: :raises DelegationEnded: :raises ScopeMissing: :raises AlreadyDifferent:
    """
    step = await moving.moving(transfer_id, actor=actor, said=said, now=now)
    digest = fingerprint(said)
    stored = await queries.comment(comment_id)
    if stored is not None:
        if (stored.transfer_id, stored.author) != (transfer_id, actor.person_id):
            raise Missing
        check_same(digest, stored.fingerprint, lambda: CommentDetail.of(stored))
        return Kept(stored, first=False)
    await rows(
        INSERT,
        comment_id,
        transfer_id,
        actor.person_id,
        actor.role.value,
        said.disagrees,
        crypto.seal(said.text, "transfer_comments.text"),
        step.times.client_time,
        step.times.happened_at,
        step.times.recorded_at,
        digest,
    )
    publish(
        TransferCommented(
            subject_id=transfer_id,
            person_id=step.held.person,
            organizations=_organizations(step.held),
        )
    )
    audit.wrote(
        actor,
        "transfers.comment",
        person_id=step.held.person,
        subject_id=transfer_id,
        tie=step.tie,
    )
    kept = await queries.comment(comment_id)
    assert kept is not None
    return Kept(kept, first=True)


@action
async def cancel(
    *, transfer_id: UUID, actor: Actor, said: TransferCancellation, now: datetime
) -> Kept[Made]:
    """Call it off before anybody left.

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    """
    step = await moving.moving(transfer_id, actor=actor, said=said, now=now)
    digest = fingerprint(said)
    if made := await moving.again(step.held, Move.CANCELLATION, fingerprint=digest):
        return made
    if not policies.may_decide_for_sender(actor, step.held):
        raise Forbidden
    held, moved = await moving.write(
        step,
        Move.CANCELLATION,
        fingerprint=digest,
        said={"reason": said.reason},
        sets={"closed_at": now},
    )
    await closing.let_go(held, until=now, now=now)
    publish(
        TransferCancelled(
            subject_id=held.id, person_id=held.person, organizations=_organizations(step.held)
        )
    )
    return Kept(moved, first=True)


def _organizations(held: Held) -> tuple[UUID, ...]:
    sides = (held.from_organization, held.to_organization, held.asked)
    return tuple(sorted({each for each in sides if each is not None}))
