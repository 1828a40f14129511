"""Things as they are stored, for the action that is told of them again."""

from typing import Any
from uuid import UUID

from backend.core.db import row
from backend.core.problems import Missing
from backend.visits.lifecycle.absences import Absence, Alarm
from backend.visits.lifecycle.resolving import Appeal, Decision, DecisionMade, HeldException
from backend.visits.lifecycle.rounds import Entry, Track
from backend.visits.lifecycle.staffing import Assignment


async def assignment(assignment_id: UUID, *, visit_id: UUID) -> Assignment | None:
    """:raises Missing: the id belongs to another visit"""
    found = await row(
        "SELECT id, visit AS visit_id, staff AS staff_id, role, is_lead, from_at, until_at,"
        " assigned_by, reason, fingerprint FROM visit_assignments WHERE id = $1",
        assignment_id,
    )
    if found is not None and found["visit_id"] != visit_id:
        raise Missing
    return Assignment(**found) if found else None


ABSENCE = """
SELECT id, staff AS staff_id, organization AS organization_id, absent_from, absent_until, reason,
       recorded_at, fingerprint FROM absences
"""

ALARM = """
SELECT id, staff AS staff_id, organization_id, visit_id, lat, lon, datum, client_time, happened_at,
       recorded_at, fingerprint FROM staff_alarms
"""


async def absence(absence_id: UUID) -> Absence | None:
    found = await row(f"{ABSENCE} WHERE id = $1", absence_id)
    return Absence(**found) if found else None


async def alarm(alarm_id: UUID) -> Alarm | None:
    found = await row(f"{ALARM} WHERE id = $1", alarm_id)
    return Alarm(**found) if found else None


async def track(track_id: UUID) -> Track | None:
    found = await row(
        "SELECT id, visit AS visit_id, staff AS staff_id, points_from, points_to, recorded_at,"
        " fingerprint FROM visit_tracks WHERE id = $1",
        track_id,
    )
    return Track(**found) if found else None


async def entry(round_id: UUID, *, person_id: UUID) -> Entry:
    """:raises Missing:"""
    found = await row(
        "SELECT visit AS round_id, person AS person_id, status, made_by, minutes, witness_id,"
        " client_time, happened_at, recorded_at, fingerprint FROM round_entries"
        " WHERE visit = $1 AND person = $2",
        round_id,
        person_id,
    )
    if found is None:
        raise Missing
    return Entry(**found)


HOLD_EXCEPTION = """
SELECT e.id, e.visit, v.person, e.author, e.organization, e.status, e.decided_at, e.appeal_until,
       (SELECT decided_by FROM visit_exception_decisions d
         WHERE d.exception = e.id AND d.decision <> 'ask'
         ORDER BY d.recorded_at DESC LIMIT 1) AS last_decided_by
  FROM visit_exceptions e JOIN visits v ON v.id = e.visit WHERE e.id = $1
   FOR NO KEY UPDATE OF e
"""


async def hold_exception(exception_id: UUID) -> HeldException:
    """Lock the exception until the transaction ends.

    :raises Missing:
    """
    found = await row(HOLD_EXCEPTION, exception_id)
    if found is None:
        raise Missing
    return HeldException(**found)


async def decision(decision_id: UUID, *, exception_id: UUID) -> DecisionMade | None:
    """:raises Missing: the id belongs to another exception"""
    found = await row(
        "SELECT id, exception AS exception_id, decision, reason_code, decided_by, recorded_at,"
        " fingerprint FROM visit_exception_decisions WHERE id = $1",
        decision_id,
    )
    if found is None:
        return None
    if found["exception_id"] != exception_id:
        raise Missing
    fields: dict[str, Any] = dict(found)
    return DecisionMade(**{**fields, "decision": Decision(fields["decision"])})


async def appeal(exception_id: UUID) -> Appeal | None:
    found = await row(
        "SELECT exception AS exception_id, appealed_by, recorded_at, fingerprint"
        " FROM visit_exception_appeals WHERE exception = $1",
        exception_id,
    )
    return Appeal(**found) if found else None
