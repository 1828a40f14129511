"""Names for lists, and what an organization knows of those it sends."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.core import calendar, crypto
from backend.core.db import row, rows
from backend.people.lifecycle import whole_years


async def names(person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Full names, for those whom the caller has already been allowed to see."""
    found = await rows("SELECT id, name FROM persons WHERE id = ANY ($1::uuid[])", list(person_ids))
    return {each["id"]: crypto.unseal(each["name"], "persons.name") for each in found}


class StaffMember(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody employed, as the rules about who may go to homes ask for it."""

    staff_id: UUID
    roles: tuple[str, ...]
    title: str | None
    years_in_practice: int | None
    is_registered_here: bool
    home_service_authorised_on: date | None


STAFF_MEMBER = """
SELECT id, roles, title, practising_since, registered_here, home_service_authorised_on
  FROM staff
 WHERE person = $1 AND organization = $2 AND employed_from <= $3
   AND (employed_until IS NULL OR employed_until >= $3)
"""


async def staff_member(
    *, person_id: UUID, organization_id: UUID, now: datetime
) -> StaffMember | None:
    """Who they are in this organization today, or None when they do not work there.

    HC-05: registered here, and sent with its consent. HC-06: years and title.
    """
    on = calendar.on(now)
    found = await row(STAFF_MEMBER, person_id, organization_id, on)
    if found is None:
        return None
    since = found["practising_since"]
    return StaffMember(
        staff_id=found["id"],
        roles=tuple(found["roles"]),
        title=found["title"],
        years_in_practice=whole_years(since, on) if since else None,
        is_registered_here=found["registered_here"],
        home_service_authorised_on=found["home_service_authorised_on"],
    )


TO_TELL = """
SELECT delegate AS id FROM delegations
 WHERE person = $1 AND revoked_at IS NULL AND $2::date BETWEEN valid_from AND valid_to
   AND 'NOTIFY' = ANY (scopes)
UNION
SELECT guardian FROM guardianships
 WHERE person = $1 AND valid_from <= $2::date AND (valid_to IS NULL OR valid_to >= $2::date)
UNION
SELECT relative FROM kinships WHERE person = $1 AND is_emergency_contact AND $3
"""


async def relatives_to_tell(
    *, person_id: UUID, now: datetime, in_an_emergency: bool = False
) -> list[UUID]:
    """Whom the elder lets be told, and the guardians; in an emergency also the contacts for it."""
    found = await rows(TO_TELL, person_id, calendar.on(now), in_an_emergency)
    return [each["id"] for each in found]
