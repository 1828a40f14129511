"""Questions about in-house medical units."""

from uuid import UUID

from asyncpg import Record

from backend.core import pages
from backend.core.access import REGULATORS, Actor, Role
from backend.core.db import row, rows
from backend.core.problems import Missing

UNIT = """
SELECT u.*, o.beds, o.name AS organization_name FROM in_house_units u
  JOIN organizations o ON o.id = u.organization
"""
ONE_UNIT = f"{UNIT} WHERE u.id = $1"
UNITS_LISTED = f"""{UNIT}
 WHERE ($1::uuid IS NULL OR u.organization = $1) AND ($2::text IS NULL OR u.status = $2)
   AND ($3::uuid IS NULL OR u.id > $3) ORDER BY u.id LIMIT $4"""


async def unit(unit_id: UUID) -> Record | None:
    return await row(ONE_UNIT, unit_id)


async def hold_unit(unit_id: UUID) -> Record | None:
    await rows("SELECT 1 FROM in_house_units WHERE id = $1 FOR NO KEY UPDATE", unit_id)
    return await unit(unit_id)


async def kept_unit(unit_id: UUID) -> Record:
    """One that was just written."""
    found = await unit(unit_id)
    assert found is not None
    return found


async def see_unit(*, unit_id: UUID, actor: Actor) -> Record:
    """:raises Missing:"""
    found = await unit(unit_id)
    if found is None or not (
        actor.role in REGULATORS
        or actor.role is Role.CHC_ADMIN
        or found["organization"] == actor.organization_id
    ):
        raise Missing
    return found


async def units(*, actor: Actor, status: str | None, limit: int, after: str | None) -> pages.Cut:
    """An institution's own units; for regulators and centers, everybody's."""
    (last,) = pages.read("people.units", after, UUID)
    sees_all = actor.role in REGULATORS or actor.role is Role.CHC_ADMIN
    own = None if sees_all else actor.organization_id
    found = await rows(UNITS_LISTED, own, status, last, limit + 1)
    return pages.cut(found, limit=limit, listing="people.units", key=lambda each: (each["id"],))


FORMULARY = "SELECT * FROM unit_formularies WHERE unit = $1"


async def formulary(unit_id: UUID) -> Record | None:
    """What a unit stocks, if it ever said so."""
    return await row(FORMULARY, unit_id)


async def see_formulary(*, unit_id: UUID, actor: Actor) -> Record:
    """The same, to whoever may see the unit.

    :raises Missing:
    """
    await see_unit(unit_id=unit_id, actor=actor)
    found = await formulary(unit_id)
    if found is None:
        raise Missing
    return found
