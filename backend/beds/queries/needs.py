"""What a move needs to hold: facts of other slices, read for those who were let in."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend import policy
from backend.beds.lifecycle.said import Terminal
from backend.core import calendar
from backend.core.db import row, rows, value
from backend.people.lifecycle import OrganizationKind

# HB-01: health centers, and general practices that passed registration.
PROVIDERS = [
    OrganizationKind.COMMUNITY_HEALTH_CENTER.value,
    OrganizationKind.INHOUSE_MEDICAL_UNIT.value,
]

PROVIDES = """
SELECT EXISTS (SELECT FROM organizations
                WHERE id = $1 AND licence_no IS NOT NULL AND kinds::text[] && $2::text[])
"""


async def provides(center_id: UUID) -> bool:
    """HB-01: a provider with a practising licence on file."""
    return bool(await value(PROVIDES, center_id, PROVIDERS))


# Where the bed would stand: the house, the door, or what is known of the street.
AREA = """
SELECT coalesce(house.street_code, door.street_code, p.street_code) AS street,
       array_append(o.also_serves::text[], o.street_code::text) AS serves
  FROM home_sickbeds h JOIN persons p ON p.id = h.person
  JOIN organizations o ON o.id = h.center
  LEFT JOIN organizations house ON house.id = p.residence
  LEFT JOIN addresses door ON door.id = p.address
 WHERE h.id = $1
"""


async def area(home_sickbed_id: UUID) -> tuple[str | None, list[str]]:
    """HB-03: the street of the bed, and the streets that its center serves."""
    found = await row(AREA, home_sickbed_id)
    assert found is not None
    return found["street"], sorted(found["serves"])


# What is left of the hours of these days when visits and absences are taken away.
GAPS = """
SELECT max(upper(gap) - lower(gap)) FROM unnest(
  (SELECT range_agg(tstzrange(opens, closes))
     FROM unnest($2::timestamptz[], $3::timestamptz[]) AS hours(opens, closes))
  - coalesce((
    SELECT range_agg(tstzrange(greatest(taken.since, $4), taken.until))
      FROM (SELECT v.planned_start AS since, v.planned_end AS until
              FROM visit_assignments a JOIN visits v ON v.id = a.visit
             WHERE a.staff = $1 AND a.until_at IS NULL AND a.planned_start < $5
               AND a.planned_start >= $6 AND v.planned_end > $4
               AND v.status IN ('PLANNED', 'ON_THE_WAY', 'CHECKED_IN')
            UNION ALL
            SELECT absent_from, absent_until FROM absences
             WHERE staff = $1 AND absent_from < $5 AND absent_until > $4) AS taken),
    '{}'::tstzmultirange)) AS gap
"""


async def longest_gap(
    staff_id: UUID, *, hours: Sequence[tuple[datetime, datetime]], since: datetime, until: datetime
) -> timedelta:
    """HB-04: how long somebody is free at a stretch within these hours."""
    opens, closes = zip(*hours, strict=True) if hours else ((), ())
    morning, _ = calendar.day(calendar.on(since))
    gap = await value(GAPS, staff_id, list(opens), list(closes), since, until, morning)
    return gap or timedelta()


OTHER_OPEN = """
SELECT center FROM home_sickbeds
 WHERE person = $1 AND id <> $2 AND status IN ('OPEN', 'SUSPENDED')
"""


async def other_open_center(person_id: UUID, *, but: UUID) -> UUID | None:
    """HB-20: whose open or suspended bed the person has beside this one."""
    found: UUID | None = await value(OTHER_OPEN, person_id, but)
    return found


YEAR = """
SELECT count(*)::int AS episodes,
       coalesce(sum(extract(epoch FROM coalesce(closed_at, $2) - greatest(opened_at, $3))), 0)
         AS seconds
  FROM home_sickbeds WHERE person = $1 AND opened_at IS NOT NULL
   AND coalesce(closed_at, $2) >= $3
"""


async def opened_in_a_year(person_id: UUID, *, now: datetime) -> tuple[int, float]:
    """HB-11: how many episodes since the first of January, and how many days in them."""
    first = calendar.on(now).replace(month=1, day=1)
    begins, ends = calendar.day(first)
    found = await row(YEAR, person_id, now, begins)
    assert found is not None
    return found["episodes"], float(found["seconds"]) / (ends - begins).total_seconds()


LOAD = """
SELECT count(*)::int FROM home_sickbeds
 WHERE doctor = $1 AND id <> $2 AND status IN ('OPEN', 'SUSPENDED')
"""


async def doctors_load(doctor_id: UUID, *, but: UUID) -> int:
    """HB-18: how many beds the doctor carries beside this one. Holds the doctor's row."""
    await rows("SELECT 1 FROM persons WHERE id = $1 FOR NO KEY UPDATE", doctor_id)
    return int(await value(LOAD, doctor_id, but))


AT_BEDSIDE = """
SELECT EXISTS (SELECT FROM visits v JOIN visit_moves m ON m.visit = v.id
                WHERE v.id = $1 AND v.person = $2 AND v.kind = 'ASSESSMENT'
                  AND m.move = 'check_in' AND m.made_by = $3)
"""


async def is_at_bedside(*, visit_id: UUID, person_id: UUID, staff_id: UUID) -> bool:
    """Whether this doctor has checked in on this assessment visit."""
    return bool(await value(AT_BEDSIDE, visit_id, person_id, staff_id))


SCORES = """
SELECT DISTINCT ON (instrument) instrument, id, score, band, happened_at FROM assessments
 WHERE person = $1 AND happened_at >= $2 ORDER BY instrument, happened_at DESC
"""

VITALS = """
SELECT DISTINCT ON (code) code, value, value_code, unit, happened_at FROM observations
 WHERE person = $1 AND visit_id = $2 AND voided_at IS NULL ORDER BY code, happened_at DESC
"""


async def measured_on(*, person_id: UUID, visit_id: UUID, now: datetime) -> dict[str, Any]:
    """HB-05: the vitals of the visit, and the newest score of each instrument (HC-04)."""
    since = now - policy.span(now, "hc.assessment_valid_days")
    scores = {each["instrument"]: dict(each) for each in await rows(SCORES, person_id, since)}
    vitals = {each["code"]: dict(each) for each in await rows(VITALS, person_id, visit_id)}
    return {"scores": scores, "vitals": vitals}


CONSENTS = """
SELECT DISTINCT ON (purpose) purpose, id FROM consents
 WHERE person = $1 AND purpose = ANY ($2::text[]) AND happened_at <= $3
   AND happened_at >= $4 AND (withdrawn_at IS NULL OR withdrawn_at > $3)
 ORDER BY purpose, happened_at DESC
"""


async def consents_given(
    *, person_id: UUID, purposes: Collection[str], since: datetime, now: datetime
) -> dict[str, UUID]:
    """The live consents for these purposes, given for this application."""
    found = await rows(CONSENTS, person_id, list(purposes), now, since)
    return {each["purpose"]: each["id"] for each in found}


FIRST_ROUND = """
SELECT EXISTS (
  SELECT FROM visits v WHERE v.person = $1 AND v.kind IN ('HOMEBED_ROUND', 'SUPERIOR_ROUND')
     AND (v.status IN ('CHECKED_IN', 'CHECKED_OUT') AND v.planned_start >= $2
          OR v.status IN ('PLANNED', 'ON_THE_WAY') AND v.planned_start <= $3)
  UNION ALL
  SELECT FROM round_entries e JOIN visits v ON v.id = e.visit WHERE e.person = $1
     AND (e.status = 'seen' AND e.happened_at >= $2
          OR v.status IN ('PLANNED', 'ON_THE_WAY', 'CHECKED_IN') AND v.planned_start <= $3
             AND e.status = 'expected'))
"""


async def has_first_round(person_id: UUID, *, since: datetime, until: datetime) -> bool:
    """HB-07: done since the application, or planned to begin by then."""
    return bool(await value(FIRST_ROUND, person_id, since, until))


ADVERSE = "SELECT EXISTS (SELECT FROM incidents WHERE person = $1 AND happened_at >= $2)"


async def had_adverse_event(person_id: UUID, *, since: datetime) -> bool:
    return bool(await value(ADVERSE, person_id, since))


# Transfers stand above beds: that one is live shows in whom it ties, once somebody has taken it.
REFERRED = """
SELECT EXISTS (
  SELECT FROM care_team c JOIN organizations o ON o.id = c.member_id
   WHERE c.person = $1 AND c.because_id = $2 AND c.why = 'transfer' AND c.from_at <= $3
     AND (c.until_at IS NULL OR c.until_at > $3) AND NOT 'STREET_OFFICE' = ANY (o.kinds::text[]))
"""


async def has_referral(person_id: UUID, *, referral_id: UUID, at: datetime) -> bool:
    """HB-12: whether this transfer of this elder has been taken by somebody, and still lives."""
    return bool(await value(REFERRED, person_id, referral_id, at))


FAILED = """
SELECT count(DISTINCT (m.happened_at AT TIME ZONE 'Asia/Shanghai')::date)::int
  FROM visits v JOIN visit_moves m ON m.visit = v.id AND m.move = 'no_access'
 WHERE v.person = $1 AND m.happened_at >= $2
"""


async def failed_visit_days(person_id: UUID, *, since: datetime) -> int:
    """HB-12: on how many days nobody opened."""
    return int(await value(FAILED, person_id, since))


SIGNED = """
SELECT EXISTS (SELECT FROM notes WHERE id = $1 AND person = $2 AND signed_at IS NOT NULL)
"""


async def has_signed_note(*, note_id: UUID, person_id: UUID) -> bool:
    return bool(await value(SIGNED, note_id, person_id))


DOCTOR = """
SELECT EXISTS (SELECT FROM staff
                WHERE person = $1 AND roles::text[] && ARRAY['GP', 'SENIOR_GP', 'HOSPITAL_STAFF']
                  AND practising_since IS NOT NULL AND employed_from <= $2
                  AND (employed_until IS NULL OR employed_until >= $2))
"""


async def is_doctor(person_id: UUID, *, now: datetime) -> bool:
    """Somebody who practises medicine somewhere today."""
    return bool(await value(DOCTOR, person_id, calendar.on(now)))


async def is_terminal(word: Terminal, *, now: datetime) -> bool:
    """FB-09: a doctor says so, and life is not expected to last longer than hospice is for."""
    months_max = policy.whole(now, "fb.hospice_expected_survival_months")
    return word.expected_months <= months_max and await is_doctor(word.confirmed_by, now=now)
