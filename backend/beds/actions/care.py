"""While the bed is open: the superior doctor's word, records filed, away and back."""

from datetime import datetime
from uuid import UUID

from backend.beds import policies, queries
from backend.beds.actions import following, moments, moving
from backend.beds.events import HomeSickbedOrdered, HomeSickbedRecorded
from backend.beds.lifecycle import Layer, Move
from backend.beds.lifecycle.held import Made
from backend.beds.lifecycle.said import RecordFiled, StableOrder, Suspension, SuspensionEnd
from backend.beds.problems import InpatientOpen, NoteNotSigned
from backend.core.access import Actor
from backend.core.db import action, row, rows
from backend.core.journal import publish
from backend.core.problems import CannotMove, Forbidden, Missing
from backend.core.wire import Kept


@action
async def order(
    *, home_sickbed_id: UUID, order_id: UUID, actor: Actor, said: StableOrder, now: datetime
) -> Kept[Made]:
    """HB-07: stable, plan unchanged: rounds every fortnight, until said otherwise or a change.

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    """
    episode, tie, again = await moving.enter(
        home_sickbed_id, moves=(Move.ORDER,), actor=actor, said=said, now=now, move_id=order_id
    )
    if again:
        return again
    if not policies.may_order(actor, episode):
        raise Forbidden
    episode, made = await moving.write(
        episode,
        Move.ORDER,
        actor=actor,
        said=said,
        when=await moving.times_of(said, actor=actor, now=now),
        tie=tie,
        move_id=order_id,
        detail="stable" if said.is_stable else "unstable",
    )
    moments.watch(episode.id, at=now)
    publish(
        HomeSickbedOrdered(subject_id=episode.id, person_id=episode.person, staff_id=episode.doctor)
    )
    return Kept(made, first=True)


@action
async def file_record(
    *, home_sickbed_id: UUID, record_id: UUID, actor: Actor, said: RecordFiled, now: datetime
) -> Kept[Made]:
    """A signed note is the opening record (HB-06), or a stage summary (HB-10).

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    :raises NoteNotSigned:
    """
    episode, tie, again = await moving.enter(
        home_sickbed_id,
        moves=(Move.FILE_RECORD,),
        actor=actor,
        said=said,
        now=now,
        move_id=record_id,
    )
    if again:
        return again
    if not policies.may_treat(actor, episode):
        raise Forbidden
    if not await queries.has_signed_note(note_id=said.note_id, person_id=episode.person):
        raise NoteNotSigned(note_id=said.note_id)
    episode, made = await moving.write(
        episode,
        Move.FILE_RECORD,
        actor=actor,
        said=said,
        when=await moving.times_of(said, actor=actor, now=now),
        tie=tie,
        move_id=record_id,
        detail=said.kind.value,
    )
    publish(HomeSickbedRecorded(subject_id=episode.id, person_id=episode.person))
    return Kept(made, first=True)


@action
async def suspend(
    *, home_sickbed_id: UUID, suspension_id: UUID, actor: Actor, said: Suspension, now: datetime
) -> Kept[Made]:
    """The elder is away: rounds are not owed until they are back.

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    """
    episode, tie, again = await moving.enter(
        home_sickbed_id,
        moves=(Move.SUSPEND,),
        actor=actor,
        said=said,
        now=now,
        move_id=suspension_id,
    )
    if again:
        return again
    if not policies.may_suspend(actor, episode):
        raise Forbidden
    when = await moving.times_of(said, actor=actor, now=now)
    episode, made = await moving.write(
        episode,
        Move.SUSPEND,
        actor=actor,
        said=said,
        when=when,
        tie=tie,
        move_id=suspension_id,
        detail=said.reason.value,
    )
    await rows(
        following.SUSPEND,
        suspension_id,
        episode.id,
        said.reason.value,
        when.happened_at,
        said.expected_return_on,
        None,
    )
    await moments.at_suspension(episode, actor=actor, now=now)
    return Kept(made, first=True)


SUSPENSION = "SELECT home_sickbed, until_at FROM home_sickbed_suspensions WHERE id = $1"


@action
async def end_suspension(
    *,
    home_sickbed_id: UUID,
    suspension_id: UUID,
    actor: Actor,
    said: SuspensionEnd,
    now: datetime,
) -> Kept[Made]:
    """Back home: open again within the limit; after it the bed begins to close (HB-12).

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    :raises InpatientOpen:
    """
    episode, tie, again = await moving.enter(
        home_sickbed_id,
        moves=(Move.RESUME, Move.BEGIN_CLOSING),
        actor=actor,
        said=said,
        now=now,
        move_id=suspension_id,
    )
    if again:
        return again
    if not policies.may_treat(actor, episode):
        raise Forbidden
    found = await row(SUSPENSION, suspension_id)
    if found is None or found["home_sickbed"] != episode.id:
        raise Missing
    if found["until_at"] is not None or episode.status != "SUSPENDED":
        raise CannotMove(status=episode.status)
    wards = await queries.current(episode.person)
    if ward := wards.get(Layer.INPATIENT):
        raise InpatientOpen(organization=await queries.masked_name(ward.organization_id))
    when = await moving.times_of(said, actor=actor, now=now)
    made = await following.resume(
        episode, when=when, said=said, actor=actor, move_id=suspension_id, tie=tie
    )
    return Kept(made, first=True)
