"""Staff who cannot come, and what becomes of their visits (BG-23)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.core import audit
from backend.core.access import SYSTEM, Actor, Role
from backend.core.db import action, row, rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.core.problems import Forbidden, Missing
from backend.core.wire import Kept, check_same, fingerprint
from backend.people import queries as people
from backend.visits import queries
from backend.visits.actions import staffing
from backend.visits.events import AbsenceRecorded, VisitReassigned, VisitUncovered
from backend.visits.lifecycle.absences import Absence, AbsenceSaid
from backend.visits.problems import NotQualified

INSERT = """
INSERT INTO absences (id, staff, organization, absent_from, absent_until, reason, recorded_at,
                      fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


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
    stored = await queries.absence(absence_id)
    if stored is not None:
        if stored.staff_id != staff_id:
            raise Missing
        check_same(digest, stored.fingerprint, lambda: stored)
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
SELECT v.id, v.person, v.organization, v.planned_start, v.planned_end, a.role, a.is_lead,
       carer.sex AS carer_sex
  FROM visit_assignments a JOIN visits v ON v.id = a.visit JOIN persons carer ON carer.id = a.staff
 WHERE a.staff = $1 AND a.until_at IS NULL AND v.status = 'PLANNED'
   AND v.planned_start < $3 AND v.planned_end > $2
 ORDER BY v.kind <> 'WARD_ROUND', v.planned_start, v.id
"""

# The same role, employed here, not absent, nothing else then; the same sex and few visits first.
COLLEAGUES = """
SELECT s.person AS id
  FROM staff s JOIN persons p ON p.id = s.person
 WHERE s.organization = $1 AND $2 = ANY (s.roles) AND s.person <> $3
   AND s.registered_here AND s.home_service_authorised_on IS NOT NULL
   AND s.employed_from <= $4::timestamptz::date
   AND (s.employed_until IS NULL OR s.employed_until >= $4::timestamptz::date)
   AND NOT EXISTS (SELECT 1 FROM absences x WHERE x.staff = s.person
                    AND x.absent_from < $5 AND x.absent_until > $4)
   AND NOT EXISTS (SELECT 1 FROM visit_assignments a JOIN visits v ON v.id = a.visit
                    WHERE a.staff = s.person AND a.until_at IS NULL
                      AND v.status IN ('PLANNED', 'ON_THE_WAY')
                      AND v.planned_start < $5 AND v.planned_end > $4)
 ORDER BY p.sex <> $6,
       (SELECT count(*) FROM visit_assignments a
         WHERE a.staff = s.person AND a.until_at IS NULL
           AND a.planned_start >= date_trunc('day', $4::timestamptz, 'Asia/Shanghai')
           AND a.planned_start < $5), s.person
"""


@action
async def cover(*, absence_id: UUID, now: datetime) -> tuple[int, int]:
    """Give the visits of an absent carer to colleagues (BG-23): how many were, and were not.

    Run again it finds only what is still uncovered.
    """
    absence = await queries.absence(absence_id)
    if absence is None:
        raise Missing
    covered = uncovered = 0
    for visit in await rows(
        TO_COVER, absence.staff_id, max(absence.absent_from, now), absence.absent_until
    ):
        if await _give(visit, absence.staff_id, now):
            covered += 1
        else:
            uncovered += 1
            publish(
                VisitUncovered(
                    subject_id=visit["id"],
                    person_id=visit["person"],
                    organization_id=visit["organization"],
                )
            )
    return covered, uncovered


async def _give(visit: Any, absent_id: UUID, now: datetime) -> bool:
    for colleague in await rows(
        COLLEAGUES,
        visit["organization"],
        visit["role"],
        absent_id,
        visit["planned_start"],
        visit["planned_end"],
        visit["carer_sex"],
    ):
        # Two absences at once must not both choose the same colleague: staff before visit.
        await row("SELECT id FROM persons WHERE id = $1 FOR NO KEY UPDATE", colleague["id"])
        if not await staffing.is_free(
            colleague["id"], start=visit["planned_start"], end=visit["planned_end"]
        ):
            continue
        try:
            await staffing.assign_to(
                visit["id"],
                uuid7(),
                staff_id=colleague["id"],
                is_lead=visit["is_lead"],
                person_id=visit["person"],
                organization_id=visit["organization"],
                start=visit["planned_start"],
                end=visit["planned_end"],
                by=SYSTEM,
                now=now,
                reason="absence",
            )
        except NotQualified:
            continue
        await staffing.unassign(visit["id"], absent_id, person_id=visit["person"], now=now)
        publish(
            VisitReassigned(
                subject_id=visit["id"],
                person_id=visit["person"],
                from_id=absent_id,
                to_id=colleague["id"],
            )
        )
        return True
    return False
