"""What is told because time passes: visits that come near, permissions that run out."""

from datetime import date, datetime
from uuid import UUID

from backend import policy
from backend.core import calendar
from backend.core.access import Role
from backend.core.db import row, rows
from backend.notifications import queries
from backend.notifications.actions.tell import tell

VISIT = """
SELECT person, planned_start FROM visits
 WHERE id = $1 AND planned_start = $2 AND status IN ('PLANNED', 'ON_THE_WAY') AND planned_end > $3
"""

DELEGATIONS = """
SELECT id, person, delegate, valid_to FROM delegations
 WHERE revoked_at IS NULL AND valid_to = ANY ($1::date[])
"""

GUARDIANSHIPS = """
SELECT id, person, guardian, valid_to FROM guardianships WHERE valid_to = ANY ($1::date[])
"""

CERTIFICATES = """
SELECT s.id, s.person, (c ->> 'valid_to')::date AS valid_to
  FROM staff s, jsonb_array_elements(s.certificates) AS c
 WHERE s.employed_until IS NULL AND jsonb_typeof(s.certificates) = 'array'
   AND c ->> 'valid_to' = ANY ($1::text[])
"""

ADMINS = """
SELECT DISTINCT organization FROM staff
 WHERE 'CHC_ADMIN' = ANY (roles) AND employed_until IS NULL
"""


async def remind_visit(*, visit_id: UUID, planned_start: datetime, key: str, now: datetime) -> None:
    """BG-01: the elder, the relatives with NOTIFY, and who goes; nobody when it was moved."""
    visit = await row(VISIT, visit_id, planned_start, now)
    if visit is None:
        return
    carers = await queries.carers_on(visit_id=visit_id)
    told = {"visit_to_make": carers}
    if visit["person"]:
        told["visit_reminder"] = await queries.family_of(person_id=visit["person"], now=now)
    for kind, recipients in told.items():
        await tell(
            recipients=recipients,
            kind=kind,
            event_key=key,
            person_id=visit["person"],
            subject_id=visit_id,
            when=visit["planned_start"],
            now=now,
        )


async def tell_of_endings(*, now: datetime) -> None:
    """BG-17: delegations, guardianships and certificates that end in so many days."""
    today = calendar.on(now)
    days = [today + span for span in policy.spans(now, "bg.expiring_days_before")]
    for each in await rows(DELEGATIONS, days):
        who = [each["person"], each["delegate"]]
        await _tell_end(
            "delegation_expiring", each["id"], who, each["person"], each["valid_to"], now
        )
    for each in await rows(GUARDIANSHIPS, days):
        who = [each["guardian"]]
        await _tell_end(
            "delegation_expiring", each["id"], who, each["person"], each["valid_to"], now
        )
    for each in await rows(CERTIFICATES, [str(day) for day in days]):
        await _tell_end(
            "licence_expiring", each["id"], [each["person"]], None, each["valid_to"], now
        )


async def look_for_calendar(*, now: datetime) -> None:
    """BG-20: towards the end of a year, say that the next one has no public holidays yet."""
    today = calendar.on(now)
    months = policy.of(now, "bg.calendar_months")
    assert isinstance(months, tuple)
    if today.month not in months or calendar.is_known(today.year + 1):
        return
    centers = [each["organization"] for each in await rows(ADMINS)]
    await tell(
        recipients=await queries.staff_of(
            organizations=centers, roles=frozenset({Role.CHC_ADMIN}), now=now
        ),
        kind="calendar_missing",
        event_key=f"{today.year + 1}:{today.month}",
        now=now,
    )


async def _tell_end(
    kind: str,
    subject_id: UUID,
    who: list[UUID],
    person_id: UUID | None,
    on: date,
    now: datetime,
) -> None:
    _, end = calendar.day(on)
    await tell(
        recipients=who,
        kind=kind,
        event_key=f"{subject_id}:{on}:{(on - calendar.on(now)).days}",
        person_id=person_id,
        subject_id=subject_id,
        when=end - end.resolution,  # 23:59 of the last day
        now=now,
    )
