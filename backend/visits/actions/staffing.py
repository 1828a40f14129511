"""Who goes: assignments, changed as often as life asks for it."""

from datetime import datetime
from uuid import UUID

from backend import policy
from backend.core import audit
from backend.core.access import DOCTORS, Actor, Role
from backend.core.db import action, row, rows
from backend.core.journal import publish
from backend.core.problems import Missing
from backend.core.wire import Kept, check_same, fingerprint
from backend.people import actions as care_team
from backend.people import queries as people
from backend.people.lifecycle import MemberKind, Tie
from backend.visits import policies, queries
from backend.visits.events import VisitReassigned
from backend.visits.lifecycle import ENDED, Move, Status
from backend.visits.lifecycle.staffing import Assignment, AssignmentSaid
from backend.visits.problems import AlreadyBegun, NotQualified, TooFewYears

ASSIGN = """
INSERT INTO visit_assignments (id, visit, staff, role, is_lead, planned_start, from_at,
                               assigned_by, reason, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

UNASSIGN = """
UPDATE visit_assignments SET until_at = $3
 WHERE visit = $1 AND staff = $2 AND until_at IS NULL
"""


@action
async def assign(
    *, visit_id: UUID, assignment_id: UUID, actor: Actor, said: AssignmentSaid, now: datetime
) -> Kept[Assignment]:
    """Let somebody go, perhaps instead of somebody else.

    Whoever is replaced keeps the right to land what they did offline.

    :raises Missing: :raises NotQualified: :raises AlreadyDifferent: :raises AlreadyBegun:
    """
    held = await queries.hold(visit_id, actor=actor, move=Move.BAG_CHECK)
    if not policies.may_plan(actor, held):
        raise Missing
    digest = fingerprint(said)
    stored = await queries.assignment(assignment_id, visit_id=visit_id)
    if stored is not None:
        check_same(digest, stored.fingerprint, lambda: stored)
        return Kept(stored, first=False)
    if Status(held.status) in ENDED:
        raise AlreadyBegun(status=held.status)
    if said.replaces_id is not None:
        await unassign(held.id, said.replaces_id, person_id=held.person, now=now)
    await assign_to(
        held.id,
        assignment_id,
        staff_id=said.staff_id,
        is_lead=said.is_lead,
        person_id=held.person,
        organization_id=held.organization,
        start=held.planned_start,
        end=held.planned_end,
        by=actor,
        now=now,
        reason=said.reason,
        digest=digest,
    )
    publish(
        VisitReassigned(
            subject_id=held.id,
            person_id=held.person,
            from_id=said.replaces_id,
            to_id=said.staff_id,
        )
    )
    audit.wrote(actor, "visits.assign", person_id=held.person, subject_id=held.id, tie="visit")
    made = await queries.assignment(assignment_id, visit_id=visit_id)
    assert made is not None
    return Kept(made, first=True)


async def assign_to(
    visit_id: UUID,
    assignment_id: UUID,
    *,
    staff_id: UUID,
    is_lead: bool,
    person_id: UUID | None,
    organization_id: UUID,
    start: datetime,
    end: datetime,
    by: Actor,
    now: datetime,
    reason: str | None = None,
    digest: bytes = b"",
) -> None:
    """Write one assignment; the carer joins the person's care team until after the visit.

    :raises NotQualified: :raises TooFewYears:
    """
    role = await check_qualified(staff_id, organization_id=organization_id, on=start)
    await rows(
        ASSIGN,
        assignment_id,
        visit_id,
        staff_id,
        role.value,
        is_lead,
        start,
        now,
        by.person_id,
        reason,
        digest,
    )
    if person_id is not None:
        await care_team.join_care_team(
            person_id=person_id,
            member_id=staff_id,
            member_kind=MemberKind.STAFF,
            why=Tie.VISIT,
            because_id=visit_id,
            now=now,
            until=end + policy.span(end, "ev.tie_after_visit_days"),
        )


async def unassign(
    visit_id: UUID, staff_id: UUID, *, person_id: UUID | None, now: datetime
) -> None:
    """End an assignment and the tie it made."""
    await rows(UNASSIGN, visit_id, staff_id, now)
    if person_id is not None:
        await care_team.leave_care_team(
            person_id=person_id, member_id=staff_id, because_id=visit_id, now=now
        )


YEARS = {
    Role.NURSE: "hc.nurse_min_years",
    Role.THERAPIST: "hc.therapist_min_years",
    Role.GP: "hc.doctor_min_years",
    Role.SENIOR_GP: "hc.doctor_min_years",
    Role.TCM_DOCTOR: "hc.doctor_min_years",
}


async def check_qualified(staff_id: UUID, *, organization_id: UUID, on: datetime) -> Role:
    """Registered here, sent by the organization (HC-05), and long enough in practice (HC-06).

    Answers the role in which they go.

    :raises NotQualified: :raises TooFewYears:
    """
    member = await people.staff_member(person_id=staff_id, organization_id=organization_id, now=on)
    if member is None:
        raise NotQualified(why="unknown", staff_id=staff_id)
    if not member.is_registered_here:
        raise NotQualified(why="not_registered", staff_id=staff_id)
    if member.home_service_authorised_on is None:
        raise NotQualified(why="not_authorised", staff_id=staff_id)
    role = _field_role(member.roles)
    if role is None:
        raise NotQualified(why="role", staff_id=staff_id)
    if role in YEARS and (member.years_in_practice or 0) < policy.whole(on, YEARS[role]):
        raise TooFewYears(staff_id=staff_id, years_min=policy.whole(on, YEARS[role]))
    return role


def _field_role(roles: tuple[str, ...]) -> Role | None:
    order = (*sorted(DOCTORS, reverse=True), *YEARS, Role.SOCIAL_WORKER)
    return next((role for role in order if role in roles), None)


async def is_free(staff_id: UUID, *, start: datetime, end: datetime) -> bool:
    """Whether nobody planned anything else for this carer in that time."""
    found = await row(
        """SELECT 1 FROM visit_assignments a JOIN visits v ON v.id = a.visit
            WHERE a.staff = $1 AND a.until_at IS NULL AND v.status IN ('PLANNED', 'ON_THE_WAY')
              AND v.planned_start < $3 AND v.planned_end > $2 LIMIT 1""",
        staff_id,
        start,
        end,
    )
    return found is None
