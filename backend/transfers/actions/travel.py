"""Leaving, and what the receiver says back. Between them lies the arrival."""

from datetime import datetime
from uuid import UUID

from backend.core.access import Actor
from backend.core.db import action
from backend.core.journal import publish
from backend.core.problems import Forbidden
from backend.core.wire import Kept, fingerprint
from backend.transfers import policies, queries
from backend.transfers.actions import closing, moving, packing
from backend.transfers.events import TransferDeparted, TransferFeedbackGiven
from backend.transfers.lifecycle import Move, after
from backend.transfers.lifecycle.held import Made
from backend.transfers.lifecycle.said import TransferDeparture, TransferFeedback


@action
async def depart(
    *, transfer_id: UUID, actor: Actor, said: TransferDeparture, now: datetime
) -> Kept[Made]:
    """The elder has left; the record package is sealed and goes along (FB-05).

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    """
    step = await moving.moving(transfer_id, actor=actor, said=said, now=now)
    digest = fingerprint(said)
    if made := await moving.again(step.held, Move.DEPARTURE, fingerprint=digest):
        return made
    if not policies.may_send(actor, step.held):
        raise Forbidden
    held = step.held
    after(held.status, Move.DEPARTURE, is_emergency=held.is_emergency)
    if not await queries.is_sealed(transfer_id):
        held = await packing.pack(held, actor=actor, now=now)
    sets: dict[str, object] = {"departed_at": step.times.happened_at}
    if said.transport is not None:
        sets["transport"] = said.transport.value
    if said.held_until is not None:
        sets["held_until"] = said.held_until
    held, moved = await moving.write(
        step._replace(held=held),
        Move.DEPARTURE,
        fingerprint=digest,
        said={"transport": said.transport, "held_until": said.held_until},
        sets=sets,
    )
    publish(
        TransferDeparted(
            subject_id=held.id, person_id=held.person, organization_id=held.to_organization
        )
    )
    return Kept(moved, first=True)


@action
async def give_feedback(
    *, transfer_id: UUID, actor: Actor, said: TransferFeedback, now: datetime
) -> Kept[Made]:
    """What the receiver says back to the sender. Nothing missing, the transfer is closed.

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    """
    step = await moving.moving(transfer_id, actor=actor, said=said, now=now)
    digest = fingerprint(said)
    if made := await moving.again(step.held, Move.FEEDBACK, fingerprint=digest):
        return made
    if not policies.may_receive(actor, step.held):
        raise Forbidden
    held, moved = await moving.write(
        step, Move.FEEDBACK, fingerprint=digest, said={"result": said.result}
    )
    publish(
        TransferFeedbackGiven(
            subject_id=held.id, person_id=held.person, organization_id=held.from_organization
        )
    )
    await closing.close_when_whole(held, actor=actor, now=now)
    return Kept(moved, first=True)
