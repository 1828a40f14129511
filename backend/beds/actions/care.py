"""While the bed is open: the superior doctor's word, records filed, away and back."""

from datetime import datetime
from uuid import UUID

from backend.beds import policies, queries
from backend.beds.actions import following, moments, moving
from backend.beds.events import HomeSickbedOrdered, HomeSickbedRecorded
from backend.beds.lifecycle import Layer, Move, RecordKind
from backend.beds.lifecycle.held import Made
from backend.beds.lifecycle.said import RecordFiled, StableOrder, Suspension, SuspensionEnd
from backend.beds.problems import InpatientOpen, NoteNotSigned
from backend.core.access import Actor
from backend.core.db import action, row
from backend.core.journal import publish
from backend.core.problems import CannotMove, Missing
from backend.core.wire import Kept


@action
async def order(
    *, home_sickbed_id: UUID, order_id: UUID, actor: Actor, said: StableOrder, now: datetime
) -> Kept[Made]:
    """HB-07: stable, plan unchanged: rounds every fortnight, until said otherwise or a change.

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    """
    step = await moving.enter(
        home_sickbed_id,
        Move.ORDER,
        may=policies.may_order,
        actor=actor,
        said=said,
        now=now,
        move_id=order_id,
    )
    if isinstance(step, Kept):
        return step
    detail = "stable" if said.is_stable else "unstable"
    made = await moving.write(step, Move.ORDER, said=said, move_id=order_id, detail=detail)
    episode = step.episode
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
    step = await moving.enter(
        home_sickbed_id,
        Move.FILE_RECORD,
        may=policies.may_treat,
        actor=actor,
        said=said,
        now=now,
        move_id=record_id,
    )
    if isinstance(step, Kept):
        return step
    episode = step.episode
    if not await queries.has_signed_note(note_id=said.note_id, person_id=episode.person):
        raise NoteNotSigned(note_id=said.note_id)
    made = await moving.write(
        step, Move.FILE_RECORD, said=said, move_id=record_id, detail=said.kind.value
    )
    if said.kind is RecordKind.STAGE_SUMMARY:
        await moments.at_summary(episode, actor=actor, now=now)
    publish(HomeSickbedRecorded(subject_id=episode.id, person_id=episode.person))
    return Kept(made, first=True)


@action
async def suspend(
    *, home_sickbed_id: UUID, suspension_id: UUID, actor: Actor, said: Suspension, now: datetime
) -> Kept[Made]:
    """The elder is away: rounds are not owed until they are back.

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    """
    step = await moving.enter(
        home_sickbed_id,
        Move.SUSPEND,
        may=policies.may_suspend,
        actor=actor,
        said=said,
        now=now,
        move_id=suspension_id,
    )
    if isinstance(step, Kept):
        return step
    made = await following.start_suspension(
        step,
        suspension_id,
        reason=said.reason,
        said=said,
        expected_return_on=said.expected_return_on,
    )
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
    step = await moving.enter(
        home_sickbed_id,
        Move.RESUME,
        Move.BEGIN_CLOSING,
        may=policies.may_treat,
        actor=actor,
        said=said,
        now=now,
        move_id=suspension_id,
    )
    if isinstance(step, Kept):
        return step
    episode = step.episode
    found = await row(SUSPENSION, suspension_id)
    if found is None or found["home_sickbed"] != episode.id:
        raise Missing
    if found["until_at"] is not None or episode.status != "SUSPENDED":
        raise CannotMove(status=episode.status)
    wards = await queries.current(episode.person)
    if ward := wards.get(Layer.INPATIENT):
        raise InpatientOpen(organization=await queries.masked_name(ward.organization_id))
    made = await following.resume(step, said=said, move_id=suspension_id)
    return Kept(made, first=True)
