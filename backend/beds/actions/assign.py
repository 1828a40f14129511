"""Who has which part: the assessor, later the responsible doctor and nurse."""

from datetime import datetime
from uuid import UUID

from backend import policy
from backend.beds import policies, queries
from backend.beds.actions import moments
from backend.beds.events import HomeSickbedGiven
from backend.beds.lifecycle import Move, Part, after
from backend.beds.lifecycle.due import assess_by
from backend.beds.lifecycle.held import Episode, Given
from backend.beds.lifecycle.said import Assignment
from backend.beds.problems import AssessorIsBusy, DoctorIsFull, NotSuited, OutsideArea
from backend.beds.schemas import AssignmentDetail
from backend.core import audit, calendar
from backend.core.access import DOCTORS, Actor, Role
from backend.core.db import action, row, rows
from backend.core.journal import publish
from backend.core.problems import Missing
from backend.core.wire import Kept, check_same, fingerprint
from backend.people import queries as people

ROLES: dict[Part, frozenset[Role]] = {
    Part.ASSESSOR: DOCTORS,
    Part.DOCTOR: DOCTORS,
    Part.NURSE: frozenset({Role.NURSE}),
}

GIVE = """
INSERT INTO home_sickbed_assignments (id, home_sickbed, part, staff, from_at, assigned_by,
                                      open_beds, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

TAKE = """
UPDATE home_sickbed_assignments SET until_at = $3
 WHERE home_sickbed = $1 AND part = $2 AND until_at IS NULL RETURNING staff
"""

STANDS = {
    part: f"UPDATE home_sickbeds SET {part.lower()} = $2, status = $3, version = version + 1"  # noqa: S608
    " WHERE id = $1"
    for part in Part
}


@action
async def assign(
    *, home_sickbed_id: UUID, assignment_id: UUID, actor: Actor, said: Assignment, now: datetime
) -> Kept[Given]:
    """Give a part to somebody of the center, perhaps instead of somebody else.

    The first assessor begins the assessment. Whoever has a part sees the elder while they have it.

    :raises Missing: :raises NotSuited: :raises DoctorIsFull: :raises CannotMove:
    :raises AlreadyDifferent: :raises OutsideArea: :raises AssessorIsBusy:
    """
    episode = await queries.hold(home_sickbed_id)
    if not policies.may_assign(actor, episode):
        raise Missing
    tie = await people.tie(actor=actor, person_id=episode.person, now=now)
    digest = fingerprint(said)
    stored = await queries.assignment(assignment_id, home_sickbed_id=episode.id)
    if stored is not None:
        warn_from = policy.whole(now, "hb.warn_open_per_doctor")
        check_same(
            digest,
            stored.fingerprint,
            lambda: AssignmentDetail.of(stored, warn_from=warn_from),
        )
        return Kept(stored, first=False)
    is_assessor = said.part is Part.ASSESSOR
    status = after(episode.status, Move.ASSIGN_ASSESSOR if is_assessor else Move.ASSIGN_TEAM)
    await _check_suited(episode, said, now=now)
    if is_assessor:
        await _check_can_go(episode, said, now=now)
    carried = None
    if said.part is Part.DOCTOR:
        carried = await load_with(said.staff_id, one_more=episode.id, now=now)
    taken = await row(TAKE, episode.id, said.part.value, now)
    await rows(
        GIVE,
        assignment_id,
        episode.id,
        said.part.value,
        said.staff_id,
        now,
        actor.person_id,
        carried,
        digest,
    )
    await rows(STANDS[said.part], episode.id, said.staff_id, status.value)
    if taken is not None and taken["staff"] != said.staff_id:
        await _release(episode, taken["staff"], part=said.part, now=now)
    await moments.tie(episode.id, said.staff_id, person_id=episode.person, now=now)
    publish(
        HomeSickbedGiven(subject_id=episode.id, person_id=episode.person, staff_id=said.staff_id)
    )
    audit.wrote(actor, "beds.assign", person_id=episode.person, subject_id=episode.id, tie=tie)
    made = await queries.assignment(assignment_id, home_sickbed_id=episode.id)
    assert made is not None
    return Kept(made, first=True)


async def _check_suited(episode: Episode, said: Assignment, *, now: datetime) -> None:
    """Employed here, in the right role, and for so many years in practice (HC-06).

    :raises NotSuited:
    """
    member = await people.staff_member(
        person_id=said.staff_id, organization_id=episode.center, now=now
    )
    if member is None:
        raise NotSuited(why="unknown")
    if not ROLES[said.part] & set(member.roles):
        raise NotSuited(why="role")
    if (member.years_in_practice or 0) < policy.whole(now, "hb.staff_min_clinical_years"):
        raise NotSuited(why="years")


async def _check_can_go(episode: Episode, said: Assignment, *, now: datetime) -> None:
    """HB-03, HB-04: the home is in the center's streets, and the assessor has time for it.

    Where nobody knows the street, the assessor says at the door whether it is theirs.

    :raises OutsideArea: :raises AssessorIsBusy:
    """
    street, serves = await queries.area(episode.id)
    if street is not None and street not in serves:
        raise OutsideArea(street_code=street, serves=serves)
    assert episode.applied_at is not None
    workdays = policy.whole(now, "hb.assess_within_workdays")
    lasts = policy.span(now, "hb.assessment_lasts_min")
    until = assess_by(episode.applied_at, workdays=workdays)
    hours = _hours(now, until)
    if not any(closes - opens >= lasts for opens, closes in hours):
        # Too late for anybody: as many days again, so that somebody goes at all.
        until = assess_by(now, workdays=workdays)
        hours = _hours(now, until)
    gap = await queries.longest_gap(said.staff_id, hours=hours, since=now, until=until)
    if gap < lasts:
        raise AssessorIsBusy(until=until)


def _hours(since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """The hours in which somebody may go, day by day; any day will do for an assessment."""
    opens, closes = policy.times(since, "hb.plan_hours")
    day, hours = calendar.on(since), []
    while day <= calendar.on(until):
        begins = datetime.combine(day, opens, calendar.SHANGHAI)
        ends = min(datetime.combine(day, closes, calendar.SHANGHAI), until)
        if ends > max(begins, since):
            hours.append((max(begins, since), ends))
        day += day.resolution
    return hours


async def load_with(doctor_id: UUID, *, one_more: UUID, now: datetime) -> int:
    """HB-18: how many open beds the doctor carries with this one.

    Asked when the doctor is named, and again when the bed opens: others opened in the meantime.

    :raises DoctorIsFull:
    """
    carried = await queries.doctors_load(doctor_id, but=one_more) + 1
    if carried > policy.whole(now, "hb.max_open_per_doctor"):
        raise DoctorIsFull(open_beds=carried - 1)
    return carried


async def _release(episode: Episode, staff_id: UUID, *, part: Part, now: datetime) -> None:
    """Whoever was replaced and has no other part here has no more reason to look."""
    parts = {
        Part.ASSESSOR: episode.assessor,
        Part.DOCTOR: episode.doctor,
        Part.NURSE: episode.nurse,
    }
    if all(holder != staff_id for other, holder in parts.items() if other is not part):
        await moments.untie(episode, staff_id, now=now)
