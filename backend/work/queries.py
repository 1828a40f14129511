"""The lines of a work list: one question a kind, in one statement, beside what beds are owed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend import policy
from backend.beds import queries as beds
from backend.beds.lifecycle import What
from backend.core import audit, calendar, pages
from backend.core.access import DOCTORS, FIELD, Actor, Role
from backend.core.db import rows
from backend.work.lifecycle import PRIORITIES, Kind, place_of, still_in_time

# $1 who, $2 their organization, $3 now, $4 and $5 today's begin and end, $10 and $11 how far to
# look back and ahead, $12 how many go where one must not go alone (HC-09), $13 since when an
# application must not have been assessed yet (HB-04).
LINES = {
    Kind.RESCUE_NOTE: """
        SELECT e.id, e.person, e.rescue_note_due_at AS due_at FROM emergencies e
         WHERE e.raised_by = $1 AND e.recorded_at > $10
           AND NOT EXISTS (SELECT 1 FROM notes n WHERE n.person = e.person AND n.kind = 'RESCUE'
                              AND n.signed_at IS NOT NULL AND n.recorded_at >= e.recorded_at)""",
    Kind.LATE_VISIT: """
        SELECT v.id, v.person, v.planned_start FROM visits v
         WHERE v.organization = $2 AND v.planned_start >= $4 AND v.planned_start < $5
           AND v.planned_end < $3 AND v.status IN ('PLANNED', 'ON_THE_WAY')""",
    Kind.UNCOVERED_VISIT: """
        SELECT v.id, v.person, v.planned_start FROM visits v
         WHERE v.organization = $2 AND v.planned_start >= $3
           AND v.planned_start < $11 AND v.status = 'PLANNED'
           AND EXISTS (SELECT 1 FROM absences x JOIN visit_assignments a ON a.staff = x.staff
                        WHERE a.visit = v.id AND a.until_at IS NULL
                          AND x.absent_from < v.planned_end AND x.absent_until > v.planned_start)
        UNION
        SELECT v.id, v.person, v.planned_start FROM visits v
         WHERE v.organization = $2 AND v.planned_start >= $3
           AND v.planned_start < $11 AND v.status = 'PLANNED'
           AND CASE WHEN v.needs_two THEN $12 ELSE 1 END > (
             SELECT count(*) FROM visit_assignments a
               JOIN staff s ON s.person = a.staff AND s.organization = v.organization
              WHERE a.visit = v.id AND a.until_at IS NULL
                AND coalesce(s.employed_until, 'infinity')
                    >= (v.planned_start AT TIME ZONE 'Asia/Shanghai')::date)""",
    Kind.OVERDUE_NOTE: """
        SELECT n.id, n.person, n.due_at FROM notes n
         WHERE n.author = $1 AND n.signed_at IS NULL AND n.due_at < $3""",
    Kind.EXCEPTION_TO_DECIDE: """
        SELECT e.id, v.person, e.due_at FROM visit_exceptions e JOIN visits v ON v.id = e.visit
         WHERE e.organization = $2 AND e.status IN ('open', 'asked') AND e.author <> $1""",
    Kind.BREAK_GLASS_REVIEW: """
        SELECT b.id, b.person, b.review_due_at FROM break_glass b
         WHERE b.organization_id = $2 AND b.reviewed_at IS NULL AND b.opened_by <> $1""",
    Kind.EXCEPTION_ASKED: """
        SELECT e.id, v.person, e.due_at FROM visit_exceptions e JOIN visits v ON v.id = e.visit
         WHERE e.author = $1 AND e.status = 'asked'""",
    Kind.ADDRESS_CORRECTION: """
        SELECT c.id, NULL::uuid, c.asked_at FROM address_corrections c
         WHERE c.organization_id = $2 AND c.status = 'open' AND c.asked_by <> $1""",
    Kind.SCOPE_REQUEST: """
        SELECT r.id, d.person, r.asked_at FROM scope_requests r
          JOIN delegations d ON d.id = r.delegation
         WHERE d.person = $1 AND d.revoked_at IS NULL AND NOT r.scopes <@ d.scopes""",
    Kind.PLAN_TO_COUNTERSIGN: """
        SELECT c.id, c.person, c.recorded_at FROM care_plans c
         WHERE c.organization = $2 AND c.status = 'DRAFT' AND c.needs_countersignature
           AND c.countersigned_version IS NULL AND c.author <> $1""",
    Kind.PLAN_TO_REVIEW: """
        SELECT c.id, c.person, c.review_at FROM care_plans c
         WHERE c.doctor = $1 AND c.status = 'ACTIVE' AND c.paused_at IS NULL
           AND c.review_at <= $3""",
    Kind.PLAN_TO_TAKE: """
        SELECT c.id, c.person, c.to_take_since FROM care_plans c
         WHERE c.organization = $2 AND c.to_take_since IS NOT NULL AND c.status <> 'ENDED'""",
    Kind.UNCOVERED_CARE: """
        SELECT c.id, c.person, d.day::timestamp AT TIME ZONE 'Asia/Shanghai'
          FROM care_plan_visits d JOIN care_plans c ON c.id = d.plan
         WHERE c.organization = $2 AND d.visit IS NULL AND d.called_off_at IS NULL
           AND d.day >= ($4::timestamptz AT TIME ZONE 'Asia/Shanghai')::date
         GROUP BY c.id, c.person, d.day""",
    Kind.TRANSFER_TO_ANSWER: """
        SELECT t.id, t.person, r.answer_due_at FROM transfer_receivers r
          JOIN transfers t ON t.id = r.transfer
         WHERE r.organization = $2 AND r.asked_at IS NOT NULL AND r.answered_at IS NULL
           AND t.status = 'REQUESTED'""",
    Kind.TRANSFER_FEEDBACK: """
        SELECT t.id, t.person, t.due_at FROM transfers t
         WHERE t.to_organization = $2 AND t.status = 'ARRIVED'""",
    Kind.FIRST_VISIT: """
        SELECT t.id, t.person, t.first_visit_due_at FROM transfers t
          JOIN persons p ON p.id = t.person AND p.died_on IS NULL
         WHERE t.person IN (SELECT c.person FROM care_team c
                             WHERE c.member_id = $1 AND c.why IN ('contract', 'home_sickbed')
                               AND c.from_at <= $3 AND (c.until_at IS NULL OR c.until_at > $3))
           AND t.first_visit_due_at > $10
           AND NOT EXISTS (SELECT 1 FROM bed_stays s
                            WHERE s.person = t.person AND s.layer = 'inpatient'
                              AND s.until_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM visits v JOIN visit_moves m ON m.visit = v.id
                            WHERE v.person = t.person AND m.move = 'check_in'
                              AND m.happened_at >= t.arrived_at)
           AND NOT EXISTS (SELECT 1 FROM round_entries e
                            WHERE e.person = t.person AND e.status = 'seen'
                              AND e.happened_at >= t.arrived_at)""",
    Kind.HOME_SICKBED_TO_ASSIGN: """
        SELECT h.id, h.person, h.applied_at FROM home_sickbeds h
         WHERE h.center = $2 AND (h.status = 'APPLIED'
            OR h.status = 'APPROVED' AND (h.doctor IS NULL OR h.nurse IS NULL))""",
    Kind.HOME_SICKBED_TO_ASSESS: """
        SELECT h.id, h.person, h.applied_at FROM home_sickbeds h
         WHERE h.assessor = $1 AND h.status = 'ASSESSING'""",
    Kind.HOME_SICKBED_TO_OPEN: """
        SELECT h.id, h.person, h.applied_at FROM home_sickbeds h
         WHERE h.doctor = $1 AND h.status = 'APPROVED'""",
    Kind.HOME_SICKBED_TO_CLOSE: """
        SELECT h.id, h.person, h.closing_at FROM home_sickbeds h
         WHERE h.doctor = $1 AND h.status = 'CLOSING'""",
    Kind.NOTE_TO_SIGN: """
        SELECT n.id, n.person, coalesce(n.due_at, n.recorded_at) FROM notes n
         WHERE n.author = $1 AND n.signed_at IS NULL AND (n.due_at IS NULL OR n.due_at >= $3)""",
    Kind.VISIT: """
        SELECT v.id, v.person, v.planned_start FROM visit_assignments a
          JOIN visits v ON v.id = a.visit
         WHERE a.staff = $1 AND a.until_at IS NULL
           AND a.planned_start >= $4 AND a.planned_start < $5
           AND v.status IN ('PLANNED', 'ON_THE_WAY', 'CHECKED_IN')""",
}

CARERS = (
    Kind.RESCUE_NOTE,
    Kind.OVERDUE_NOTE,
    Kind.EXCEPTION_ASKED,
    Kind.NOTE_TO_SIGN,
    Kind.VISIT,
)
RECEIVERS = (Kind.TRANSFER_TO_ANSWER, Kind.TRANSFER_FEEDBACK)
BEDS = (Kind.HOME_SICKBED_TO_ASSESS, Kind.HOME_SICKBED_TO_OPEN, Kind.HOME_SICKBED_TO_CLOSE)
OF_A_DOCTOR = (*CARERS, *BEDS, Kind.FIRST_VISIT, Kind.PLAN_TO_REVIEW, Kind.PLAN_TO_TAKE)
LISTS: dict[Role, tuple[Kind, ...]] = {
    **dict.fromkeys(FIELD, CARERS),
    Role.GP: OF_A_DOCTOR,
    Role.SENIOR_GP: (*OF_A_DOCTOR, Kind.PLAN_TO_COUNTERSIGN),
    Role.INST_ADMIN: RECEIVERS,
    Role.HOSPITAL_STAFF: RECEIVERS,
    Role.CHC_ADMIN: (
        *RECEIVERS,
        Kind.LATE_VISIT,
        Kind.UNCOVERED_VISIT,
        Kind.UNCOVERED_CARE,
        Kind.EXCEPTION_TO_DECIDE,
        Kind.BREAK_GLASS_REVIEW,
        Kind.ADDRESS_CORRECTION,
        Kind.HOME_SICKBED_TO_ASSIGN,
        Kind.PLAN_TO_TAKE,
    ),
    Role.DISPATCHER: (
        Kind.LATE_VISIT,
        Kind.UNCOVERED_VISIT,
        Kind.UNCOVERED_CARE,
        Kind.ADDRESS_CORRECTION,
    ),
    Role.QC: (Kind.EXCEPTION_TO_DECIDE,),
    Role.INST_NURSE: (Kind.RESCUE_NOTE, Kind.NOTE_TO_SIGN),
    Role.ELDER: (Kind.SCOPE_REQUEST,),
}

# HB-07, HB-08, HB-12: what is counted from facts comes in beside what is found.
COUNTED = """
SELECT * FROM unnest($14::uuid[], $15::uuid[], $16::timestamptz[], $17::text[], $18::int[],
                     $19::int[])
"""

# FD-03: priority booking and referral. What somebody without a contract asks for, and can wait,
# stands behind the rest of its priority; once it is due, time alone decides. An application is due
# when it was made before $13. Long and continued prescriptions wait for the slice of prescriptions,
# the preference of the insurance for that of payments.
NOT_CONTRACTED = """
NOT EXISTS (SELECT 1 FROM doctor_contracts c
             WHERE c.person = line.person AND c.status IN ('SIGNED', 'TERMINATED')
               AND c.valid_from <= ($3::timestamptz AT TIME ZONE 'Asia/Shanghai')::date
               AND c.until_on > ($3 AT TIME ZONE 'Asia/Shanghai')::date)
"""
APPLIED_LATELY = f"line.due_at >= $13 AND {NOT_CONTRACTED}"
YIELDS = {
    Kind.TRANSFER_TO_ANSWER: f"""
        line.due_at > $3 AND {NOT_CONTRACTED}
        AND EXISTS (SELECT 1 FROM transfers t WHERE t.id = line.id
                       AND t.urgency = 'ROUTINE' AND t.reason_code <> 'TERMINAL')""",  # noqa: S608
    Kind.HOME_SICKBED_TO_ASSIGN: APPLIED_LATELY,
    Kind.HOME_SICKBED_TO_ASSESS: APPLIED_LATELY,
}

PAGE = """
SELECT work.*, p.name FROM ({lines}) AS work (id, person, due_at, kind, priority, place)
  LEFT JOIN persons p ON p.id = work.person
 WHERE $1::uuid IS NOT NULL AND ($2::uuid IS NULL OR true) AND $3::timestamptz IS NOT NULL
   AND $4::timestamptz < $5::timestamptz AND $10::timestamptz < $11::timestamptz
   AND $12::bigint > 0 AND $13::timestamptz IS NOT NULL
   AND ($6::int IS NULL OR (place, work.due_at, work.id) > ($6, $7::timestamptz, $8::uuid))
 ORDER BY place, work.due_at, work.id LIMIT $9
"""


def _text(role: Role) -> str | None:
    lines = [
        f"SELECT line.*, '{kind}', {PRIORITIES[kind]:d},"  # noqa: S608 - text of our own
        f" {place_of(kind):d} + ({YIELDS.get(kind, 'false')})::int"
        f" FROM ({LINES[kind]}) AS line (id, person, due_at)"
        for kind in LISTS.get(role, ())
    ]
    if role in DOCTORS:
        lines.append(COUNTED)
    return PAGE.format(lines=" UNION ALL ".join(lines)) if lines else None


TEXTS = {role: _text(role) for role in Role}


async def of(*, actor: Actor, limit: int, after: str | None, now: datetime) -> pages.Cut:
    """What waits for the actor in the role they act in; the persons shown are noted."""
    text = TEXTS[actor.role]
    if text is None:
        return pages.Cut([], None)
    key = pages.read("work", after, int, datetime, UUID)
    today = calendar.day(calendar.on(now))
    back = now - policy.span(now, "work.look_back_days")
    ahead = now + policy.span(now, "work.look_ahead_days")
    who = (actor.person_id, actor.organization_id, now)
    two = policy.whole(now, "hc.two_person_staff_min")
    counted = await _owed(actor, now=now) if actor.is_any(DOCTORS) else []
    found = await rows(
        text, *who, *today, *key, limit + 1, back, ahead, two, _lately(now), *counted
    )
    page = pages.cut(
        found,
        limit=limit,
        listing="work",
        key=lambda each: (each["place"], each["due_at"], each["id"]),
    )
    await _seen(actor, page.items)
    return page


# In time, and late.
OWED = {
    What.ROUND: (Kind.HOME_SICKBED_ROUND, Kind.HOME_SICKBED_LATE_ROUND),
    What.SUPERIOR_ROUND: (Kind.SUPERIOR_ROUND, Kind.LATE_SUPERIOR_ROUND),
    What.EXTRA_ROUND: (Kind.HOME_SICKBED_EXTRA_ROUND, Kind.HOME_SICKBED_EXTRA_ROUND),
    What.RETURN: (Kind.HOME_SICKBED_AWAY_TOO_LONG, Kind.HOME_SICKBED_AWAY_TOO_LONG),
}


async def _owed(actor: Actor, *, now: datetime) -> list[list[Any]]:
    """What a doctor owes the open beds, column by column."""
    found = await beds.owed(actor=actor, now=now)
    kinds = [OWED[each.what][each.at < now] for each in found]
    return [
        [each.home_sickbed_id for each in found],
        [each.person_id for each in found],
        [each.at for each in found],
        [each.value for each in kinds],
        [PRIORITIES[each].value for each in kinds],
        [place_of(each) for each in kinds],
    ]


def _lately(now: datetime) -> datetime:
    """HB-04: since when an application must not have been assessed yet."""
    workdays = policy.whole(now, "hb.assess_within_workdays")
    return calendar.day(still_in_time(calendar.on(now), workdays))[0]


async def _seen(actor: Actor, items: list[Any]) -> None:
    persons = [each["person"] for each in items if each["person"] is not None]
    await audit.seen(actor, "work.list", persons=persons, ties=["work"] * len(persons))
