"""Sending a second along where one would go alone, by somebody above (HC-09)."""

from datetime import datetime
from uuid import UUID

from backend.core import audit
from backend.core.access import Actor
from backend.core.db import action
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.visits import queries
from backend.visits.actions import staffing
from backend.visits.events import VisitReassigned
from backend.visits.lifecycle import Move, Status
from backend.visits.lifecycle.plans import Going


@action
async def send_along(*, visit_id: UUID, staff_id: UUID, actor: Actor, now: datetime) -> bool:
    """Let a second go along on a visit that nobody has begun. Whether it is still only planned.

    The caller has asked whether the actor may: a plan pairs whom it sends.

    :raises Missing: :raises NotQualified: :raises TooFewYears: :raises AlreadyGoing:
    """
    held = await queries.hold(visit_id, actor=actor, move=Move.BAG_CHECK)
    if held.status != Status.PLANNED:
        return False
    await staffing.assign_to(
        staffing.errand_of(held),
        uuid7(),
        going=Going(person_id=staff_id, is_lead=False),
        by=actor,
        now=now,
        reason="second",
    )
    await staffing.changed(visit_id)
    publish(
        VisitReassigned(subject_id=held.id, person_id=held.person, from_id=None, to_id=staff_id)
    )
    audit.wrote(
        actor,
        "visits.send_along",
        person_id=held.person,
        subject_id=held.id,
        tie=actor.why or "system",
    )
    return True
