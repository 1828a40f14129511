"""The arrival: the elder is in the new bed, and all open work came along, in one transaction."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.beds import actions as beds
from backend.beds import queries as in_bed
from backend.beds.lifecycle import LAYERS, BedKind, Layer, Stay
from backend.beds.lifecycle.beds import OF_HOSPICE
from backend.beds.lifecycle.said import Terminal
from backend.core import calendar, jobs
from backend.core.access import Actor
from backend.core.db import action, row, rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.core.problems import Forbidden
from backend.core.wire import Kept, fingerprint
from backend.transfers import carry, policies, queries
from backend.transfers.actions import closing, moving, packing
from backend.transfers.actions.draft import leaves
from backend.transfers.actions.moving import Moving
from backend.transfers.events import ElderCameBack, TransferArrived
from backend.transfers.lifecycle import Journey, Move, Status, after, deadlines, journey
from backend.transfers.lifecycle.held import Carried, Held, Made
from backend.transfers.lifecycle.journeys import RUN_BY
from backend.transfers.lifecycle.said import TransferArrival
from backend.transfers.problems import MovedMeanwhile, NeedsEpisode, WrongReceiver

WHY = "transfer"

KEEP = """
INSERT INTO transfer_outcomes (id, transfer, slice, what, thing_id, outcome, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

DOOR = "SELECT residence, address FROM persons WHERE id = $1"


@action
async def arrive(
    *, transfer_id: UUID, actor: Actor, said: TransferArrival, now: datetime
) -> Kept[Made]:
    """The elder is in the bed. The ledger moves, and each open thing gets an explicit outcome.

    All of it or nothing: whoever loses the race for a bed or an elder leaves nothing behind.

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    :raises MovedMeanwhile: :raises NeedsEpisode: :raises WrongReceiver: and what `beds.admit`
        refuses
    """
    step = await moving.moving(transfer_id, actor=actor, said=said, now=now)
    digest = fingerprint(said)
    if made := await moving.again(step.held, Move.ARRIVAL, fingerprint=digest):
        return made
    if not policies.may_receive(actor, step.held):
        raise Forbidden
    step = await _left(step, now=now)
    held = step.held
    after(held.status, Move.ARRIVAL, is_emergency=held.is_emergency)
    receiver = await _receiver(step, said)
    current = await in_bed.current(held.person)
    _check_still_there(held, leaves(current))

    door = await row(DOOR, held.person)
    found = await carry.open_work(held.person, now=now)
    at = max(step.times.happened_at, held.departed_at or step.times.happened_at)
    await _move(step, said, current, receiver=receiver, at=at, now=now)
    moved = carry.Moved(
        person_id=held.person,
        journey=journey(was_inpatient=Layer.INPATIENT in current, to=held.to_bed),
        is_elsewhere=door != await row(DOOR, held.person),
        run_by=await queries.run_by(held.person, receiver=receiver, now=now),
        actor=actor.on_behalf(WHY),
        now=now,
    )
    carried = await carry.carry(found, moved)
    return await _keep(step, said, carried, moved, receiver=receiver, at=at, digest=digest)


async def _left(step: Moving, *, now: datetime) -> Moving:
    """An emergency that is here has left, though nobody found the time to say so."""
    held = step.held
    if not held.is_emergency or held.status is not Status.EMERGENCY_OPENED:
        return step
    if not await queries.is_sealed(held.id):
        held = await packing.pack(held, actor=step.actor, now=now)
    departed_at = step.times.happened_at
    held, _ = await moving.write(
        step._replace(held=held),
        Move.DEPARTURE,
        fingerprint=b"arrival",
        sets={"departed_at": departed_at},
    )
    return step._replace(held=held)


async def _receiver(step: Moving, said: TransferArrival) -> UUID:
    """Where they arrived; an emergency may not have known.

    :raises WrongReceiver: such beds are not run there
    """
    held = step.held
    receiver = held.to_organization or said.organization_id or step.actor.organization_id
    assert receiver is not None
    fit = await queries.able_to_run(organization_ids=[receiver], kinds=RUN_BY[held.to_bed])
    if receiver not in fit:
        raise WrongReceiver(organization_id=receiver)
    return receiver


def _check_still_there(held: Held, left: Stay | None) -> None:
    """:raises MovedMeanwhile: they are not in the bed that they were to leave"""
    if not held.is_emergency and (left.id if left else None) != held.from_stay_id:
        raise MovedMeanwhile


async def _move(
    step: Moving,
    said: TransferArrival,
    current: dict[Layer, Stay],
    *,
    receiver: UUID,
    at: datetime,
    now: datetime,
) -> None:
    """The ledger: into the new bed, or back into the one that was held."""
    held, actor = step.held, step.actor.on_behalf(WHY)
    ward, place = current.get(Layer.INPATIENT), current.get(Layer.PLACE)
    house = None if held.to_bed is BedKind.OWN_HOME else receiver
    is_overlay = LAYERS[held.to_bed] is Layer.OVERLAY
    is_back = place is not None and (place.kind, place.organization_id) == (held.to_bed, house)
    if ward is not None and (is_overlay or is_back):
        await beds.leave(person_id=held.person, layer=Layer.INPATIENT, at=at, actor=actor, now=now)
        if is_back:
            return
    if held.to_bed is BedKind.HOME_SICK:
        if await in_bed.open_home_sickbed(held.person) is None:
            raise NeedsEpisode
        return
    await beds.admit(
        person_id=held.person,
        kind=held.to_bed,
        organization_id=house,
        address_id=said.address_id,
        bed_no=None if house is None or is_overlay else said.bed_no or held.bed_no,
        at=at,
        because_id=held.id,
        actor=actor,
        now=now,
        terminal=await _terminal(held),
    )
    if held.held_until is not None and LAYERS[held.to_bed] is Layer.INPATIENT:
        _, until = calendar.day(held.held_until)
        await beds.hold_place(person_id=held.person, until=until, actor=actor, now=now)


async def _terminal(held: Held) -> Terminal | None:
    """FB-09: what the assessment said of it; it must still hold when the bed begins."""
    assessed = await queries.assessment(held.id) if held.to_bed in OF_HOSPICE else None
    return msgspec.convert(assessed.form["terminal"], Terminal | None) if assessed else None


async def _keep(
    step: Moving,
    said: TransferArrival,
    carried: tuple[Carried, ...],
    moved: carry.Moved,
    *,
    receiver: UUID,
    at: datetime,
    digest: bytes,
) -> Kept[Made]:
    """Write the arrival and every outcome, tell of it, and owe what follows."""
    now = step.times.recorded_at
    feedback_due_at = deadlines.feedback_by(now)
    visit_due_at = deadlines.first_visit_by(at) if moved.journey is Journey.BACK else None
    held, _ = await moving.write(
        step,
        Move.ARRIVAL,
        fingerprint=digest,
        said={"run_by_id": moved.run_by},
        sets={
            "to_organization": receiver,
            "bed_no": said.bed_no or step.held.bed_no,
            "arrived_at": at,
            "due_at": feedback_due_at,
            "first_visit_due_at": visit_due_at,
        },
    )
    for each in carried:
        await rows(
            KEEP, uuid7(), held.id, each.slice, each.what, each.thing_id, each.outcome.value, now
        )
    await closing.tie_receiver(held, now=now)
    jobs.enqueue(
        "look_for_transfer_feedback",
        key=str(held.id),
        due_at=feedback_due_at,
        transfer_id=held.id,
    )
    publish(
        TransferArrived(
            subject_id=held.id, person_id=held.person, organization_id=held.from_organization
        )
    )
    if visit_due_at is not None:
        publish(ElderCameBack(subject_id=held.id, person_id=held.person, due_at=visit_due_at))
        jobs.enqueue(
            "look_for_first_visit", key=str(held.id), due_at=visit_due_at, transfer_id=held.id
        )
    made = await queries.made(held.id, move=Move.ARRIVAL, move_id=held.id)
    assert made is not None
    return Kept(made, first=True)
