"""Staff who cannot come, and what becomes of their visits (BG-23)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.core import audit
from backend.core.access import DOCTORS, SYSTEM, Actor, Role
from backend.core.db import action, row, rows, value
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.core.problems import Forbidden, Missing
from backend.core.wire import Kept, check_same, fingerprint
from backend.people import queries as people
from backend.visits import queries
from backend.visits.actions import staffing
from backend.visits.events import AbsenceRecorded, VisitReassigned, VisitUncovered
from backend.visits.lifecycle import Move, Status
from backend.visits.lifecycle.absences import Absence, AbsenceSaid
from backend.visits.lifecycle.plans import Going
from backend.visits.problems import NotQualified
from backend.visits.schemas.resolving import AbsenceDetail

INSERT = """
INSERT INTO absences (id, staff, organization, absent_from, absent_until, reason, recorded_at,
                      fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


HOLD_STAFF = "SELECT id FROM persons WHERE id = $1 FOR NO KEY UPDATE"


@action
async def record_absence(
    *, absence_id: UUID, actor: Actor, said: AbsenceSaid, now: datetime
) -> Kept[Absence]:
    """Somebody cannot come: their visits are given to colleagues right after.

    :raises Missing: :raises Forbidden: :raises AlreadyDifferent:
    """
    staff_id = said.staff_id or actor.person_id
    if staff_id != actor.person_id and actor.role is not Role.CHC_ADMIN:
        raise Forbidden
    assert actor.organization_id is not None
    member = await people.staff_member(
        person_id=staff_id, organization_id=actor.organization_id, now=now
    )
    if member is None:
        raise Missing
    digest = fingerprint(said)
    # Whoever is looking for a colleague at this moment sees the absence, or gives its visit first.
    await rows(HOLD_STAFF, staff_id)
    stored = await queries.absence(absence_id)
    if stored is not None:
        if stored.staff_id != staff_id:
            raise Missing
        check_same(digest, stored.fingerprint, lambda: AbsenceDetail.of(stored))
        return Kept(stored, first=False)
    await rows(
        INSERT,
        absence_id,
        staff_id,
        actor.organization_id,
        said.absent_from,
        said.absent_until,
        said.reason,
        now,
        digest,
    )
    publish(AbsenceRecorded(subject_id=absence_id, staff_id=staff_id))
    audit.wrote(actor, "visits.absence", subject_id=absence_id)
    made = await queries.absence(absence_id)
    assert made is not None
    return Kept(made, first=True)


# The agreed weekly round of an institution keeps priority, then the earliest visit.
TO_COVER = """
SELECT v.id FROM visit_assignments a JOIN visits v ON v.id = a.visit
 WHERE a.staff = $1 AND a.until_at IS NULL AND v.status = 'PLANNED'
   AND v.planned_start < $3 AND v.planned_end > $2
 ORDER BY v.kind <> 'WARD_ROUND', v.planned_start, v.id
"""

VISIT = """
SELECT v.organization, v.planned_start, v.planned_end, a.role, carer.sex
  FROM visits v JOIN visit_assignments a ON a.visit = v.id JOIN persons carer ON carer.id = a.staff
 WHERE v.id = $1 AND a.staff = $2 AND a.until_at IS NULL
"""

# The same role, employed here and sent by it; the same sex first, then who has least that day.
COLLEAGUES = """
SELECT s.person AS id
  FROM staff s JOIN persons p ON p.id = s.person
 WHERE s.organization = $1 AND s.roles::text[] && $2::text[] AND s.person <> $3
   AND s.registered_here AND s.home_service_authorised_on IS NOT NULL
 ORDER BY p.sex <> $5,
       (SELECT count(*) FROM visit_assignments a
         WHERE a.staff = s.person AND a.until_at IS NULL
           AND a.planned_start >= date_trunc('day', $4::timestamptz, 'Asia/Shanghai')
           AND a.planned_start < $4), s.person
"""

IS_FREE = """
SELECT NOT EXISTS (SELECT 1 FROM absences WHERE staff = $1
                      AND absent_from < $3 AND absent_until > $2)
   AND NOT EXISTS (SELECT 1 FROM visit_assignments a JOIN visits v ON v.id = a.visit
                    WHERE a.staff = $1 AND a.until_at IS NULL
                      AND v.status IN ('PLANNED', 'ON_THE_WAY')
                      AND v.planned_start < $3 AND v.planned_end > $2)
"""


async def cover(*, absence_id: UUID, now: datetime) -> tuple[int, int]:
    """Give the visits of an absent carer to colleagues (BG-23): how many were, and were not.

    Each visit in a transaction of its own, so that two absences never wait for each other's
    colleagues. Run again it finds nothing more: whoever is absent no longer goes.

    :raises Missing:
    """
    absence = await queries.absence(absence_id)
    if absence is None:
        raise Missing
    begins = max(absence.absent_from, now)
    visits = await rows(TO_COVER, absence.staff_id, begins, absence.absent_until)
    covered = [
        await cover_visit(visit_id=visit["id"], absent_id=absence.staff_id, now=now)
        for visit in visits
    ]
    return covered.count(True), covered.count(False)


@action
async def cover_visit(*, visit_id: UUID, absent_id: UUID, now: datetime) -> bool | None:
    """Send a colleague instead of somebody absent. False when nobody can; None when no need.

    Whoever is absent no longer goes either way: a name that will not come is no plan.
    """
    visit = await row(VISIT, visit_id, absent_id)
    if visit is None:
        return None
    colleague_id = await _colleague(visit, absent_id)
    held = await queries.hold(visit_id, actor=SYSTEM, move=Move.BAG_CHECK)
    errand = staffing.errand_of(held)
    if held.status != Status.PLANNED:
        return None
    ended = await staffing.unassign(errand, absent_id, now=now)
    if ended is None:
        return None
    if colleague_id is None:
        publish(
            VisitUncovered(
                subject_id=visit_id, person_id=held.person, organization_id=held.organization
            )
        )
    else:
        going = Going(person_id=colleague_id, is_lead=ended.is_lead)
        await staffing.assign_to(errand, uuid7(), going=going, by=SYSTEM, now=now, reason="absence")
        publish(
            VisitReassigned(
                subject_id=visit_id,
                person_id=held.person,
                from_id=absent_id,
                to_id=colleague_id,
            )
        )
    await staffing.changed(visit_id)
    audit.wrote(SYSTEM, "visits.cover", person_id=held.person, subject_id=visit_id, tie="system")
    return colleague_id is not None


async def _colleague(visit: Any, absent_id: UUID) -> UUID | None:
    """Somebody of the same role who is free then. Held, so that two visits do not both get them."""
    start, end = visit["planned_start"], visit["planned_end"]
    # A senior doctor is a doctor, and goes for one; not the other way round.
    roles = [*DOCTORS] if visit["role"] == Role.GP else [visit["role"]]
    asked = visit["organization"], roles, absent_id, start, visit["sex"]
    for each in await rows(COLLEAGUES, *asked):
        colleague_id: UUID = each["id"]
        await rows(HOLD_STAFF, colleague_id)
        if not await value(IS_FREE, colleague_id, start, end):
            continue
        try:
            await staffing.check_qualified(
                colleague_id, organization_id=visit["organization"], on=start
            )
        except NotQualified:
            continue
        return colleague_id
    return None
