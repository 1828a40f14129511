"""Whom to tell: asked at the moment of telling, so that who left is not told any more."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from backend.core import calendar
from backend.core.access import DOCTORS, Role
from backend.core.db import row, rows, value
from backend.people import queries as people

STAFF = """
SELECT DISTINCT person FROM staff
 WHERE organization = ANY ($1::uuid[]) AND roles::text[] && $2::text[] AND employed_from <= $3
   AND (employed_until IS NULL OR employed_until >= $3)
"""

# Those who care for the person now; ties of staff who are still employed.
CARERS = """
SELECT DISTINCT c.member_id
  FROM care_team c JOIN staff s ON s.person = c.member_id
 WHERE c.person = $1 AND c.member_kind = 'staff' AND c.from_at <= $2
   AND (c.until_at IS NULL OR c.until_at > $2) AND c.why <> 'break_glass'
   AND s.roles::text[] && $3::text[] AND (s.employed_until IS NULL OR s.employed_until >= $4)
"""


async def staff_of(
    *, organizations: Collection[UUID], roles: Collection[Role], now: datetime
) -> list[UUID]:
    """Who works in these roles in any of these organizations today."""
    found = await rows(STAFF, list(organizations), [*map(str, roles)], calendar.on(now))
    return [each["person"] for each in found]


DUTY_LIST = """
SELECT DISTINCT s.person FROM staff s JOIN organizations o ON o.id = s.organization
 WHERE s.roles::text[] && ARRAY['REGULATOR_MZ'] AND s.employed_from <= $2
   AND (s.employed_until IS NULL OR s.employed_until >= $2)
   AND left(o.street_code, $3) = (SELECT left(street_code, $3) FROM persons WHERE id = $1)
"""
DISTRICT_DIGITS = 6  # not policy: how a street's code begins with its district's


async def duty_list(*, person_id: UUID, now: datetime) -> list[UUID]:
    """区民政: the civil affairs staff of the district in which the person lives."""
    found = await rows(DUTY_LIST, person_id, calendar.on(now), DISTRICT_DIGITS)
    return [each["person"] for each in found]


async def family_of(*, person_id: UUID, now: datetime, in_an_emergency: bool = False) -> list[UUID]:
    """The elder, the relatives with NOTIFY, the guardians; who has died is told nothing."""
    if await value("SELECT died_on FROM persons WHERE id = $1", person_id):
        return []
    relatives = await people.relatives_to_tell(
        person_id=person_id, now=now, in_an_emergency=in_an_emergency
    )
    return [person_id, *relatives]


MAY_PAY = """
SELECT id FROM persons WHERE id = $1 AND died_on IS NULL
UNION
SELECT delegate FROM delegations
 WHERE person = $1 AND revoked_at IS NULL AND $2::date BETWEEN valid_from AND valid_to
   AND 'PAY' = ANY (scopes)
UNION
SELECT guardian FROM guardianships
 WHERE person = $1 AND $2::date BETWEEN valid_from AND coalesce(valid_to, 'infinity')
"""


async def payers_for(*, person_id: UUID, now: datetime) -> list[UUID]:
    """The person, the relatives who may pay for them, the guardians."""
    found = await rows(MAY_PAY, person_id, calendar.on(now))
    return [each["id"] for each in found]


async def doctors_of(*, person_id: UUID, now: datetime) -> list[UUID]:
    """The doctors and nurses who care for the person, or the center's doctors when none does."""
    roles = [*map(str, DOCTORS), str(Role.NURSE)]
    found = await rows(CARERS, person_id, now, roles, calendar.on(now))
    if found:
        return [each["member_id"] for each in found]
    return await staff_of(
        organizations=await houses_of(person_id=person_id, residence=False), roles=DOCTORS, now=now
    )


async def houses_of(*, person_id: UUID, center: bool = True, residence: bool = True) -> list[UUID]:
    """The center that cares for the person, and the institution in which they live."""
    found = await row("SELECT center, residence FROM persons WHERE id = $1", person_id)
    if found is None:
        return []
    wanted = [found["center"] if center else None, found["residence"] if residence else None]
    return [each for each in wanted if each]


async def carers_on(*, visit_id: UUID) -> list[UUID]:
    """Who is assigned to a visit now."""
    found = await rows(
        "SELECT staff FROM visit_assignments WHERE visit = $1 AND until_at IS NULL", visit_id
    )
    return [each["staff"] for each in found]


BY_A_PLAN = """
SELECT EXISTS (SELECT 1 FROM care_plan_visits
                WHERE visit = $1 AND NOT is_by_hand AND (NOT $2 OR called_off_at IS NOT NULL))
"""


async def is_by_a_plan(*, visit_id: UUID, called_off: bool = False) -> bool:
    """Whether a care plan made this visit, or also called it off: that is told of the plan."""
    return bool(await value(BY_A_PLAN, visit_id, called_off))


async def asker_of_copy(*, copy_id: UUID) -> list[UUID]:
    found = await rows("SELECT asked_by FROM record_copies WHERE id = $1", copy_id)
    return [each["asked_by"] for each in found]


async def asker_of_correction(*, correction_id: UUID) -> list[UUID]:
    found = await rows("SELECT asked_by FROM address_corrections WHERE id = $1", correction_id)
    return [each["asked_by"] for each in found]


async def houses_of_correction(*, correction_id: UUID) -> list[UUID]:
    """The organization whose worker asked, or the center of who lives at that address."""
    found = await rows(
        "SELECT DISTINCT coalesce(c.organization_id, p.center) AS house"
        " FROM address_corrections c LEFT JOIN persons p ON p.address = c.address WHERE c.id = $1",
        correction_id,
    )
    return [each["house"] for each in found if each["house"]]


CONTRACT_END = """
SELECT until_on FROM doctor_contracts WHERE id = $1
UNION ALL SELECT until_on FROM institution_contracts WHERE id = $1
"""


async def contract_end(*, contract_id: UUID) -> datetime | None:
    """The last minute of a contract."""
    until_on = await value(CONTRACT_END, contract_id)
    if until_on is None:
        return None
    begins, _ = calendar.day(until_on)
    return begins - begins.resolution
