"""What runs by itself around a visit: reminders to look, lateness, the end of the day, safety.

Each acts on what is true when it runs, and does nothing when the visit was moved or is over.
"""

from datetime import datetime
from uuid import UUID

from backend import policy
from backend.core import calendar, jobs
from backend.core.access import SYSTEM, Actor
from backend.core.db import action
from backend.core.journal import publish
from backend.core.problems import Missing
from backend.core.times import Times
from backend.visits import queries
from backend.visits.actions import moving
from backend.visits.events import CheckOutOverdue, VisitLate, VisitMissed
from backend.visits.lifecycle import Move, Status
from backend.visits.lifecycle.held import Held
from backend.visits.lifecycle.statuses import NOT_YET

STAGES = (
    "em.checkout_overdue_call_min",
    "em.checkout_overdue_supervisor_min",
    "em.checkout_overdue_police_min",
)


@action
async def look_for_start(*, visit_id: UUID, planned_start: datetime) -> bool:
    """Half an hour after the start (BG-02): say so when nobody has arrived. Whether it was late."""
    held = await _still(visit_id, planned_start)
    if held is None or Status(held.status) not in NOT_YET:
        return False
    _say_late(held)
    return True


@action
async def look_for_end(*, visit_id: UUID, planned_start: datetime, now: datetime) -> bool:
    """An hour after the end (BG-02): say so when nobody has left, and come back at midnight."""
    held = await _still(visit_id, planned_start)
    if held is None or Status(held.status) not in (*NOT_YET, Status.CHECKED_IN):
        return False
    if now < held.planned_end + policy.span(held.planned_end, "bg.late_after_end_min"):
        return False  # it was made longer since, and that plan owes its own look
    _say_late(held)
    _, midnight = calendar.day(calendar.on(held.planned_end))
    jobs.enqueue(
        "close_visit_day",
        key=f"{visit_id}:{planned_start:%Y%m%d%H%M}",
        due_at=max(midnight, now),
        visit_id=visit_id,
        planned_start=planned_start.isoformat(),
    )
    return True


@action
async def close_day(*, visit_id: UUID, planned_start: datetime, now: datetime) -> bool:
    """At the end of the day a visit that nobody began was missed (BG-02). Whether it was."""
    held = await _still(visit_id, planned_start)
    if held is None or Status(held.status) not in NOT_YET:
        return False
    await _by_itself(held, Move.MISS, SYSTEM, now)
    publish(VisitMissed(subject_id=held.id, person_id=held.person))
    return True


@action
async def abort(
    *, visit_id: UUID, raised_by: UUID, now: datetime, person_id: UUID | None = None
) -> bool:
    """An emergency ended the visit. Twice is once.

    `person_id` is whose emergency it is: anybody may call for help, and name the visit of another.
    """
    actor = Actor(person_id=raised_by, role=SYSTEM.role, organization_id=None, session_id=None)
    try:
        held = await queries.hold(visit_id, actor=actor, move=Move.ABORT)
    except Missing:
        return False
    if person_id is not None and not await queries.is_seen_on(held, person_id=person_id):
        return False
    if held.made is not None or held.status == Status.ABORTED_EMERGENCY:
        return False
    await _by_itself(held, Move.ABORT, actor, now)
    return True


@action
async def look_for_carer(*, visit_id: UUID, staff_id: UUID, stage: int, now: datetime) -> bool:
    """EM-05: a carer who has not come out is called, then the supervisor, then more. Whether so."""
    carer = Actor(person_id=staff_id, role=SYSTEM.role, organization_id=None, session_id=None)
    held = await queries.hold(visit_id, actor=carer, move=Move.CHECK_OUT)
    # Each carer is looked for: that a colleague left, or the visit ended, brings nobody else out.
    is_inside = held.began_at is not None and held.made is None
    if not is_inside or Status(held.status) in (Status.REFUSED, Status.ABORTED_EMERGENCY):
        return False
    publish(
        CheckOutOverdue(
            subject_id=visit_id,
            staff_id=staff_id,
            organization_id=held.organization,
            stage=stage,
        )
    )
    if stage < len(STAGES):
        wait = policy.span(now, STAGES[stage]) - policy.span(now, STAGES[stage - 1])
        jobs.enqueue(
            "watch_check_out",
            key=f"{visit_id}:{staff_id}:{stage + 1}",
            due_at=now + wait,
            visit_id=visit_id,
            staff_id=staff_id,
            stage=stage + 1,
        )
    return True


async def _still(visit_id: UUID, planned_start: datetime) -> Held | None:
    """The visit, unless it was moved since."""
    held = await queries.hold(visit_id, actor=SYSTEM, move=Move.MISS)
    return held if held.planned_start == planned_start else None


def _say_late(held: Held) -> None:
    publish(VisitLate(subject_id=held.id, person_id=held.person, organization_id=held.organization))


async def _by_itself(held: Held, move: Move, actor: Actor, now: datetime) -> None:
    await moving.write(
        held, move, actor=actor, times=Times(now, now, now), fingerprint=move.value.encode()
    )
