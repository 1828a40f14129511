"""What must be known to send somebody: who there is, when they are taken, when the elder is."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend.careplans.lifecycle import Carer, Span
from backend.core import calendar
from backend.core.access import FIELD
from backend.core.db import row, rows

# In the order of their ids, so that two who plan at once never wait for each other in a circle.
HOLD = """
SELECT id FROM persons WHERE id IN (
  SELECT person FROM staff WHERE organization = ANY ($1::uuid[]) AND roles::text[] && $2::text[])
 ORDER BY id FOR NO KEY UPDATE
"""

# HC-05: registered here, and sent by the center.
CARERS = """
SELECT s.person AS id, s.roles, s.employed_until, who.sex,
       EXISTS (SELECT 1 FROM care_team t
                WHERE t.person = $2 AND t.member_id = s.person AND t.from_at <= $3
                  AND (t.until_at IS NULL OR t.until_at > $3)) AS is_in_team
  FROM staff s JOIN persons who ON who.id = s.person
 WHERE s.organization = $1 AND s.roles::text[] && $4::text[] AND s.registered_here
   AND s.home_service_authorised_on IS NOT NULL AND s.person <> $2
   AND (s.employed_until IS NULL OR s.employed_until >= $5) AND s.employed_from <= $5
"""

TAKEN = """
SELECT a.staff, v.planned_start, v.planned_end
  FROM visit_assignments a JOIN visits v ON v.id = a.visit
 WHERE a.staff = ANY ($1::uuid[]) AND a.until_at IS NULL AND v.status <> 'CANCELLED'
   AND v.planned_start < $3 AND v.planned_end > $2
"""

AWAY = """
SELECT staff, absent_from, absent_until FROM absences
 WHERE staff = ANY ($1::uuid[]) AND absent_from < $3 AND absent_until > $2
"""

# Of the plan's own, still only planned; whoever goes, goes alone.
ALONE = """
SELECT v.id, v.planned_start, v.planned_end, a.staff, a.role
  FROM visits v JOIN visit_assignments a ON a.visit = v.id AND a.until_at IS NULL
 WHERE v.id IN (SELECT visit FROM care_plan_visits
                 WHERE plan = $1 AND called_off_at IS NULL AND NOT is_by_hand AND day >= $2)
   AND v.needs_two AND v.status = 'PLANNED' AND v.planned_start > $3
   AND (SELECT count(*) FROM visit_assignments b
         WHERE b.visit = v.id AND b.until_at IS NULL) = 1
 ORDER BY v.planned_start, v.id
"""

KNOWN = """
SELECT id, intervention, day, visit FROM care_plan_visits
 WHERE plan = $1 AND called_off_at IS NULL AND day >= $2 AND day < $3
"""

THE_ELDERS = """
SELECT v.id, v.planned_start, v.planned_end, v.items,
       EXISTS (SELECT 1 FROM care_plan_visits c WHERE c.visit = v.id) AS is_of_a_plan
  FROM visits v
 WHERE v.person = $1 AND v.status IN ('PLANNED', 'ON_THE_WAY', 'CHECKED_IN', 'CHECKED_OUT')
   AND v.planned_start < $3 AND v.planned_end > $2
"""


# HC-09: what makes it a journey for two, besides the hour and the items.
COMPANY = """
SELECT p.sex, p.care_flags,
       NOT EXISTS (SELECT 1 FROM visits v WHERE v.person = p.id AND v.organization = $2
                      AND v.status = 'CHECKED_OUT') AS is_first
  FROM persons p WHERE p.id = $1
"""


async def hold_carers(organization_ids: Collection[UUID]) -> None:
    """Lock whom these centers send until the transaction ends: nobody else gives them away.

    Staff before visits: whoever finds a colleague for somebody absent holds them in that order.
    """
    await rows(HOLD, list(organization_ids), sorted(FIELD))


async def carers(plan: Record, *, start: date, end: date, now: datetime) -> list[Carer]:
    """Whom the plan's center may send, and when they are taken or away on these days."""
    found = await rows(
        CARERS, plan["organization"], plan["person"], now, sorted(FIELD), calendar.on(now)
    )
    ids = [each["id"] for each in found]
    days = (calendar.day(start)[0], calendar.day(end)[1])
    taken, away = _by_staff(await rows(TAKEN, ids, *days)), _by_staff(await rows(AWAY, ids, *days))
    return [
        Carer(
            id=each["id"],
            sex=each["sex"],
            roles=frozenset(each["roles"]),
            employed_until=each["employed_until"],
            is_responsible=each["id"] == plan["doctor"],
            is_in_team=each["is_in_team"],
            taken=taken.get(each["id"], []),
            away=away.get(each["id"], []),
        )
        for each in found
    ]


def _by_staff(found: list[Record]) -> dict[UUID, list[Span]]:
    spans: dict[UUID, list[Span]] = {}
    for staff_id, start, end in found:
        spans.setdefault(staff_id, []).append(Span(start, end))
    return spans


async def company(*, person_id: UUID, organization_id: UUID) -> Record:
    """Who they are whom somebody is sent to, and whether that center was never there."""
    found = await row(COMPANY, person_id, organization_id)
    assert found is not None
    return found


async def alone(plan_id: UUID, *, start: date, now: datetime) -> list[Record]:
    """The visits of a plan on which two must go, and one would (HC-09)."""
    return await rows(ALONE, plan_id, start, now)


async def known(plan_id: UUID, *, start: date, end: date) -> list[Record]:
    """What the plan became already on these days, needs that wait for somebody among it."""
    return await rows(KNOWN, plan_id, start, end)


class Standing(msgspec.Struct, frozen=True):
    """A visit to the elder that stands, whoever planned it."""

    id: UUID
    span: Span
    items: frozenset[str]
    is_of_a_plan: bool


async def the_elders(*, person_id: UUID, start: date, end: date) -> list[Standing]:
    days = (calendar.day(start)[0], calendar.day(end)[1])
    return [
        Standing(
            id=each["id"],
            span=Span(each["planned_start"], each["planned_end"]),
            items=frozenset(item["code"] for item in msgspec.json.decode(each["items"])),
            is_of_a_plan=each["is_of_a_plan"],
        )
        for each in await rows(THE_ELDERS, person_id, *days)
    ]
