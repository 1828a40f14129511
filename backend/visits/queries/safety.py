"""Absences and alarms, for whom they are about and for who must act on them."""

from datetime import datetime
from uuid import UUID

from backend.core import pages
from backend.core.access import Actor
from backend.core.db import rows
from backend.core.problems import Missing
from backend.visits import policies
from backend.visits.lifecycle.absences import Absence, Alarm
from backend.visits.queries.stored import ABSENCE, ALARM, absence, alarm

PAGE = """
   AND ($2::timestamptz IS NULL OR absent_until > $2)
   AND ($3::timestamptz IS NULL OR (absent_from, id) < ($3, $4::uuid))
 ORDER BY absent_from DESC, id DESC LIMIT $5
"""
OF_MY_CENTER = f"{ABSENCE} WHERE organization = $1 {PAGE}"
MINE = f"{ABSENCE} WHERE staff = $1 {PAGE}"

ALARMS = f"""{ALARM}
 WHERE organization_id = $1 AND ($2::timestamptz IS NULL OR (recorded_at, id) < ($2, $3::uuid))
 ORDER BY recorded_at DESC, id DESC LIMIT $4
"""


async def see_absence(*, absence_id: UUID, actor: Actor) -> Absence:
    """:raises Missing:"""
    found = await absence(absence_id)
    if found is None or not policies.may_see_of_staff(
        actor, staff_id=found.staff_id, organization_id=found.organization_id
    ):
        raise Missing
    return found


async def absences(
    *, actor: Actor, after_moment: datetime | None, limit: int, after: str | None
) -> pages.Cut:
    """A center's for its office, one's own for a carer; the latest to begin first."""
    whole = actor.role in policies.OFFICE
    text, whose = (OF_MY_CENTER, actor.organization_id) if whole else (MINE, actor.person_id)
    start, last_id = pages.read("absences", after, datetime, UUID)
    found = await rows(text, whose, after_moment, start, last_id, limit + 1)
    return pages.cut(
        [Absence(**each) for each in found],
        limit=limit,
        listing="absences",
        key=lambda each: (each.absent_from, each.id),
    )


async def see_alarm(*, alarm_id: UUID, actor: Actor) -> Alarm:
    """:raises Missing:"""
    found = await alarm(alarm_id)
    if found is None or not policies.may_see_of_staff(
        actor, staff_id=found.staff_id, organization_id=found.organization_id
    ):
        raise Missing
    return found


async def alarms(*, actor: Actor, limit: int, after: str | None) -> pages.Cut:
    """Those of the actor's organization, the newest first."""
    at, last_id = pages.read("staff_alarms", after, datetime, UUID)
    found = await rows(ALARMS, actor.organization_id, at, last_id, limit + 1)
    return pages.cut(
        [Alarm(**each) for each in found],
        limit=limit,
        listing="staff_alarms",
        key=lambda each: (each.recorded_at, each.id),
    )
