"""Who goes: assignments, changed as often as life asks for it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from backend import policy
from backend.core import audit
from backend.core.access import DOCTORS, Actor, Role
from backend.core.db import action, row, rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.core.problems import Missing
from backend.core.wire import Kept, check_same, fingerprint
from backend.people import actions as care_team
from backend.people import queries as people
from backend.people.lifecycle import MemberKind, Tie
from backend.visits import policies, queries
from backend.visits.events import VisitReassigned
from backend.visits.lifecycle import ENDED, Journey, Move, Status, needs_two
from backend.visits.lifecycle.held import Held
from backend.visits.lifecycle.plans import Going
from backend.visits.lifecycle.staffing import Assignment, AssignmentSaid, Errand
from backend.visits.problems import (
    AlreadyBegun,
    AlreadyGoing,
    NotGoing,
    NotQualified,
    TooFewYears,
)
from backend.visits.schemas.resolving import AssignmentDetail

ASSIGN = """
INSERT INTO visit_assignments (id, visit, staff, role, is_lead, planned_start, from_at,
                               assigned_by, reason, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

UNASSIGN = """
UPDATE visit_assignments SET until_at = $3
 WHERE visit = $1 AND staff = $2 AND until_at IS NULL RETURNING is_lead
"""

GOING = "SELECT id, staff FROM visit_assignments WHERE visit = $1 AND until_at IS NULL"

MOVE_ASSIGNMENTS = """
UPDATE visit_assignments SET planned_start = $2 WHERE visit = $1 AND until_at IS NULL
"""


@action
async def assign(
    *, visit_id: UUID, assignment_id: UUID, actor: Actor, said: AssignmentSaid, now: datetime
) -> Kept[Assignment]:
    """Let somebody go, perhaps instead of somebody else.

    Whoever is replaced keeps the right to land what they did offline.

    :raises Missing: :raises NotQualified: :raises AlreadyDifferent: :raises AlreadyBegun:
    :raises AlreadyGoing: :raises NotGoing:
    """
    held = await queries.hold(visit_id, actor=actor, move=Move.BAG_CHECK)
    if not policies.may_plan(actor, held):
        raise Missing
    digest = fingerprint(said)
    stored = await queries.assignment(assignment_id, visit_id=visit_id)
    if stored is not None:
        check_same(digest, stored.fingerprint, lambda: AssignmentDetail.of(stored))
        return Kept(stored, first=False)
    if Status(held.status) in ENDED:
        raise AlreadyBegun(status=held.status)
    errand = errand_of(held)
    if said.replaces_id and await unassign(errand, said.replaces_id, now=now) is None:
        # Two dispatchers who replace the same carer must not send two colleagues.
        raise NotGoing(staff_id=said.replaces_id)
    await assign_to(
        errand,
        assignment_id,
        going=Going(person_id=said.staff_id, is_lead=said.is_lead),
        by=actor,
        now=now,
        reason=said.reason,
        digest=digest,
    )
    await changed(visit_id)
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


def errand_of(held: Held) -> Errand:
    return Errand(
        visit_id=held.id,
        person_id=held.person,
        organization_id=held.organization,
        start=held.planned_start,
        end=held.planned_end,
    )


async def send(errand: Errand, team: list[Going], *, by: Actor, now: datetime) -> None:
    """Let exactly these go: whoever else was to go no longer does.

    :raises NotQualified: :raises TooFewYears:
    """
    going = {each["staff"] for each in await rows(GOING, errand.visit_id)}
    for staff_id in going - {each.person_id for each in team}:
        await unassign(errand, staff_id, now=now)
    await rows(MOVE_ASSIGNMENTS, errand.visit_id, errand.start)
    for each in team:
        if each.person_id in going:
            await check_qualified(
                each.person_id, organization_id=errand.organization_id, on=errand.start
            )
            await _tie(errand, each.person_id, now=now)
        else:
            await assign_to(errand, uuid7(), going=each, by=by, now=now)


async def assign_to(
    errand: Errand,
    assignment_id: UUID,
    *,
    going: Going,
    by: Actor,
    now: datetime,
    reason: str | None = None,
    digest: bytes = b"",
) -> None:
    """Write one assignment; the carer joins the care team of whom they see until after the visit.

    :raises NotQualified: :raises TooFewYears: :raises AlreadyGoing:
    """
    for each in await rows(GOING, errand.visit_id):
        if each["staff"] == going.person_id:
            raise AlreadyGoing(assignment_id=each["id"])
    role = await check_qualified(
        going.person_id, organization_id=errand.organization_id, on=errand.start
    )
    await rows(
        ASSIGN,
        assignment_id,
        errand.visit_id,
        going.person_id,
        role.value,
        going.is_lead,
        errand.start,
        now,
        by.person_id,
        reason,
        digest,
    )
    await _tie(errand, going.person_id, now=now)


async def unassign(errand: Errand, staff_id: UUID, *, now: datetime) -> Going | None:
    """End an assignment and the ties it made. How they were going, if they were."""
    ended = await row(UNASSIGN, errand.visit_id, staff_id, now)
    if ended is None:
        return None
    for person_id in await _seen_on(errand):
        await care_team.leave_care_team(
            person_id=person_id, member_id=staff_id, because_id=errand.visit_id, now=now
        )
    return Going(person_id=staff_id, is_lead=ended["is_lead"])


async def untie_all(errand: Errand, *, now: datetime) -> None:
    """End the ties of a visit that will not be: whoever was to go has no more reason to look."""
    await untie(errand, await _seen_on(errand), now=now)


async def untie(errand: Errand, persons: Collection[UUID], *, now: datetime) -> None:
    """End what ties those who go to these persons, because of this visit."""
    for going in await rows(GOING, errand.visit_id):
        for person_id in persons:
            await care_team.leave_care_team(
                person_id=person_id, member_id=going["staff"], because_id=errand.visit_id, now=now
            )


async def _tie(errand: Errand, staff_id: UUID, *, now: datetime) -> None:
    for person_id in await _seen_on(errand):
        await tie_to(errand, staff_id, person_id=person_id, now=now)


async def tie_to(errand: Errand, staff_id: UUID, *, person_id: UUID, now: datetime) -> None:
    await care_team.join_care_team(
        person_id=person_id,
        member_id=staff_id,
        member_kind=MemberKind.STAFF,
        why=Tie.ROUND if errand.person_id is None else Tie.VISIT,
        because_id=errand.visit_id,
        now=now,
        until=errand.end + policy.span(now, "ev.tie_after_visit_days"),
    )


async def _seen_on(errand: Errand) -> list[UUID]:
    if errand.person_id is not None:
        return [errand.person_id]
    entries = await rows("SELECT person FROM round_entries WHERE visit = $1", errand.visit_id)
    return [each["person"] for each in entries]


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


TEAM = """
SELECT v.person, v.organization, v.planned_start, v.planned_end, v.items, p.sex, p.care_flags,
       NOT EXISTS (SELECT 1 FROM visits before
                    WHERE before.person = v.person AND before.organization = v.organization
                      AND before.status = 'CHECKED_OUT') AS is_first,
       (SELECT coalesce(array_agg(carer.sex), '{}')
          FROM visit_assignments a JOIN persons carer ON carer.id = a.staff
         WHERE a.visit = v.id AND a.until_at IS NULL) AS staff_sexes
  FROM visits v JOIN persons p ON p.id = v.person
 WHERE v.id = $1
"""


async def weigh_pair(visit_id: UUID) -> None:
    """HC-09: ask anew whether two must go; the plan and the team decide it together."""
    found = await row(TEAM, visit_id)
    if found is None:
        return
    begins, ends = policy.times(found["planned_start"], "hc.night_hours")
    journey = Journey(
        start=found["planned_start"],
        end=found["planned_end"],
        items=frozenset(each["code"] for each in msgspec.json.decode(found["items"])),
        care_flags=frozenset(found["care_flags"]),
        sex=found["sex"],
        staff_sexes=frozenset(found["staff_sexes"]),
        is_first_visit=found["is_first"],
    )
    invasive = policy.texts(found["planned_start"], "hc.invasive_items")
    await rows(
        "UPDATE visits SET needs_two = $2 WHERE id = $1",
        visit_id,
        needs_two(journey, night=(begins, ends), invasive=invasive),
    )


async def changed(visit_id: UUID) -> None:
    """Another team is another version: whoever edits the plan they read before is told so."""
    await rows("UPDATE visits SET version = version + 1 WHERE id = $1", visit_id)
    await weigh_pair(visit_id)
