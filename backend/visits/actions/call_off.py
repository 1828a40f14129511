"""Calling off what is only planned, by somebody above, or because of a death."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.core.access import SYSTEM, Actor
from backend.core.db import action, rows
from backend.core.journal import publish
from backend.core.times import Times
from backend.visits import queries
from backend.visits.actions import moving, staffing
from backend.visits.events import VisitCancelled
from backend.visits.lifecycle import Move, Status

TO_COME = """
SELECT v.id FROM visits v JOIN persons p ON p.id = v.person
 WHERE v.person = $1 AND v.status = 'PLANNED' AND p.died_on IS NOT NULL ORDER BY v.planned_start
"""


@action
async def call_off(*, person_id: UUID, now: datetime) -> int:
    """RC-08: nobody is sent to who has died. How many visits were called off."""
    visits = [each["id"] for each in await rows(TO_COME, person_id)]
    return len(await call_off_visits(visit_ids=visits, actor=SYSTEM, now=now))


@action
async def call_off_visits(*, visit_ids: Sequence[UUID], actor: Actor, now: datetime) -> list[UUID]:
    """Call off those of these that nobody has begun; which they were. Twice is once.

    The caller has asked whether the actor may: a plan that ends takes its visits along.
    """
    called_off = []
    for visit_id in sorted(visit_ids):
        held = await queries.hold(visit_id, actor=actor, move=Move.CANCELLATION)
        if held.status != Status.PLANNED:
            continue
        await moving.write(
            held,
            Move.CANCELLATION,
            actor=actor,
            times=Times(now, now, now),
            fingerprint=Move.CANCELLATION.value.encode(),
        )
        await staffing.untie_all(staffing.errand_of(held), now=now)
        publish(VisitCancelled(subject_id=held.id, person_id=held.person))
        called_off.append(visit_id)
    return called_off
