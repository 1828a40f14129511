"""What runs by itself around a transfer (BG-19). Each acts on what is true when it runs.

Late, twice, or for a transfer that moved on: nothing happens.
"""

from datetime import datetime
from uuid import UUID

from backend.core import jobs
from backend.core.access import SYSTEM
from backend.core.db import action, row, rows, value
from backend.core.journal import publish
from backend.core.wire import fingerprint
from backend.transfers import queries
from backend.transfers.actions import moving, packing
from backend.transfers.events import (
    FirstVisitLate,
    TransferAssessmentLate,
    TransferFeedbackLate,
    TransferStillUnanswered,
    TransferUnanswered,
)
from backend.transfers.lifecycle import Move, Status, deadlines
from backend.transfers.lifecycle.held import Answered, Held


@action
async def look_for_assessment(*, transfer_id: UUID) -> bool:
    """Say that a draft has waited too long for its assessment. Whether so."""
    held = await queries.hold(transfer_id)
    if held.status is not Status.DRAFT:
        return False
    publish(
        TransferAssessmentLate(
            subject_id=held.id,
            person_id=held.person,
            staff_id=held.drafted_by,
            organization_id=held.from_organization,
        )
    )
    return True


@action
async def look_for_answer(*, transfer_id: UUID, place: int, now: datetime) -> bool:
    """BG-19: silence past the deadline. Both sides are told, and somewhat later the duty list.

    :raises Missing: there is no such transfer
    """
    held = await queries.hold(transfer_id)
    silent = await _silent(held, place)
    if silent is None or silent.answer_due_at is None or now < silent.answer_due_at:
        return False
    told = await value(
        "UPDATE transfer_receivers SET escalated_at = $3"
        " WHERE transfer = $1 AND place = $2 AND escalated_at IS NULL RETURNING organization",
        transfer_id,
        place,
        now,
    )
    if told is None:
        return False
    await _escalate(held, place, now=now)
    sides = {each for each in (held.from_organization, told) if each is not None}
    publish(
        TransferUnanswered(
            subject_id=held.id, person_id=held.person, organizations=tuple(sorted(sides))
        )
    )
    jobs.enqueue(
        "tell_duty_list",
        key=f"{transfer_id}:{place}",
        due_at=deadlines.duty_list_at(now),
        transfer_id=transfer_id,
        place=place,
    )
    return True


@action
async def tell_duty_list(*, transfer_id: UUID, place: int, now: datetime) -> bool:
    """BG-19: still silence. The civil affairs duty list of the district is told. Whether so."""
    held = await queries.hold(transfer_id)
    if await _silent(held, place) is None:
        return False
    await _escalate(held, place, now=now)
    publish(TransferStillUnanswered(subject_id=held.id, person_id=held.person))
    return True


async def _silent(held: Held, place: int) -> Answered | None:
    """The receiver at this place, if its answer is still awaited."""
    if held.status is not Status.REQUESTED:
        return None
    return next(
        (
            each
            for each in await queries.receivers(held.id)
            if each.place == place and each.asked_at is not None and each.answered_at is None
        ),
        None,
    )


async def _escalate(held: Held, place: int, *, now: datetime) -> None:
    said = {"place": place}
    step = moving.by_itself(held, actor=SYSTEM, now=now)
    move_id = await value("SELECT uuidv7()")
    await moving.write(
        step, Move.ESCALATION, move_id=move_id, said=said, fingerprint=fingerprint(said)
    )


@action
async def look_for_package(*, transfer_id: UUID, now: datetime) -> bool:
    """HB-14, FB-05: a package that nobody sealed in time builds itself. Whether it did."""
    held = await queries.hold(transfer_id)
    if await queries.is_sealed(transfer_id):
        return False
    if held.status is not Status.ACCEPTED and not _is_open_emergency(held):
        return False
    await packing.pack(held, actor=SYSTEM, now=now)
    return True


def _is_open_emergency(held: Held) -> bool:
    return held.is_emergency and held.closed_at is None


@action
async def look_for_feedback(*, transfer_id: UUID) -> bool:
    """The receiver has not said how it went. Whether so."""
    held = await queries.hold(transfer_id)
    if held.status is not Status.ARRIVED:
        return False
    publish(
        TransferFeedbackLate(
            subject_id=held.id, person_id=held.person, organization_id=held.to_organization
        )
    )
    return True


VISITED = """
SELECT EXISTS (
  SELECT FROM visits v JOIN visit_moves m ON m.visit = v.id AND m.move = 'check_in'
   WHERE v.person = $1 AND m.happened_at >= $2
  UNION ALL
  SELECT FROM round_entries e
   WHERE e.person = $1 AND e.status = 'seen' AND e.happened_at >= $2)
"""

GONE = """
SELECT p.died_on IS NOT NULL OR EXISTS (
         SELECT FROM bed_stays s WHERE s.person = p.id AND s.layer = 'inpatient'
            AND s.until_at IS NULL) AS is_gone
  FROM persons p WHERE p.id = $1
"""


@action
async def look_for_first_visit(*, transfer_id: UUID) -> bool:
    """FB-06: nobody has been there since the elder came back. Whether so."""
    held = await queries.hold(transfer_id)
    if held.arrived_at is None:
        return False
    gone = await row(GONE, held.person)
    if gone is None or gone["is_gone"]:
        return False
    if (await rows(VISITED, held.person, held.arrived_at))[0]["exists"]:
        return False
    publish(FirstVisitLate(subject_id=held.id, person_id=held.person))
    return True
