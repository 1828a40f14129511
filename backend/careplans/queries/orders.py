"""What must be true before something is ordered for somebody at home."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from backend.core.access import DOCTORS
from backend.core.db import value
from backend.people import queries as people
from backend.visits import queries as visits

ASSESSED = "SELECT max(happened_at) FROM assessments WHERE person = $1"

INFUSION_ROOM = """
SELECT EXISTS (SELECT 1 FROM in_house_units
                WHERE organization = $1 AND status = 'operating' AND has_infusion_room)
"""


async def assessed_at(*, person_id: UUID) -> datetime | None:
    """HC-04: when this person was last assessed, by whichever scale."""
    found: datetime | None = await value(ASSESSED, person_id)
    return found


async def unconsented(*, person_id: UUID, items: Collection[str], now: datetime) -> list[str]:
    """HC-10: which of these items ask for a consent that nobody has given."""
    return await visits.unconsented(person_id=person_id, items=items, at=now)


async def has_infusion_room(*, institution_id: UUID) -> bool:
    """IM-07: whether a unit that works in this institution has a room for infusions."""
    return bool(await value(INFUSION_ROOM, institution_id))


async def is_doctor_of(*, person_id: UUID, organization_id: UUID, now: datetime) -> bool:
    member = await people.staff_member(
        person_id=person_id, organization_id=organization_id, now=now
    )
    return member is not None and bool({each.value for each in DOCTORS} & {*member.roles})
