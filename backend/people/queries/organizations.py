"""Questions about organizations, and whom they employ."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import pages
from backend.core.access import REGULATORS, Actor, Role
from backend.core.db import row, rows, value
from backend.core.problems import Missing

ORGANIZATION = """
SELECT o.*, coalesce(o.beds, 0) >= $1 AND 'ELDER_CARE_INSTITUTION' = ANY (o.kinds)
            AND NOT EXISTS (SELECT 1 FROM in_house_units u
                             WHERE u.organization = o.id AND u.status <> 'closed')
            AND o.next_to IS NULL AS lacks_unit
  FROM organizations o
"""
ONE = f"{ORGANIZATION} WHERE o.id = $2"
LISTED = f"""{ORGANIZATION}
 WHERE ($2::text IS NULL OR $2 = ANY (o.kinds)) AND ($3::text IS NULL OR o.street_code = $3)
   AND ($4::uuid IS NULL OR o.id > $4) ORDER BY o.id LIMIT $5"""

STAFF = """
SELECT s.*, p.name AS person_name, p.phone AS person_phone
  FROM staff s JOIN persons p ON p.id = s.person
"""
ONE_STAFF = f"{STAFF} WHERE s.id = $1"
STAFF_LISTED = f"""{STAFF}
 WHERE s.organization = $1 AND ($2::text IS NULL OR $2 = ANY (s.roles))
   AND ($3::uuid IS NULL OR s.id > $3) ORDER BY s.id LIMIT $4"""


async def organization(*, organization_id: UUID, now: datetime) -> Record | None:
    """IM-01: with whether it should have an in-house unit and has none."""
    return await row(ONE, policy.whole(now, "im.inhouse_beds_threshold"), organization_id)


async def kinds_of(organization_id: UUID) -> frozenset[str]:
    """None when nobody by that id is registered."""
    return frozenset(
        await value("SELECT kinds FROM organizations WHERE id = $1", organization_id) or ()
    )


async def see_organization(*, organization_id: UUID, now: datetime) -> Record:
    """:raises Missing:"""
    found = await organization(organization_id=organization_id, now=now)
    if found is None:
        raise Missing
    return found


async def organizations(
    *, kind: str | None, street_code: str | None, limit: int, after: str | None, now: datetime
) -> pages.Cut:
    (last,) = pages.read("people.organizations", after, UUID)
    threshold = policy.whole(now, "im.inhouse_beds_threshold")
    found = await rows(LISTED, threshold, kind, street_code, last, limit + 1)
    return pages.cut(
        found, limit=limit, listing="people.organizations", key=lambda each: (each["id"],)
    )


async def employment(staff_id: UUID) -> Record | None:
    return await row(ONE_STAFF, staff_id)


async def see_employment(*, staff_id: UUID, actor: Actor) -> Record:
    """An employment, to the organization itself, the person and the regulators.

    :raises Missing:
    """
    found = await employment(staff_id)
    if found is None or not (
        found["organization"] == actor.organization_id
        or found["person"] == actor.person_id
        or actor.role in REGULATORS
    ):
        raise Missing
    return found


async def employments(
    *, actor: Actor, role: Role | None, limit: int, after: str | None
) -> pages.Cut:
    """Whom the actor's organization employs."""
    (last,) = pages.read("people.staff", after, UUID)
    found = await rows(STAFF_LISTED, actor.organization_id, role, last, limit + 1)
    return pages.cut(found, limit=limit, listing="people.staff", key=lambda each: (each["id"],))
