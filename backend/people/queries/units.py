"""Questions about in-house medical units."""

from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import calendar, pages
from backend.core.access import REGULATORS, Actor, Role
from backend.core.db import row, rows
from backend.core.problems import Malformed, Missing
from backend.people.lifecycle import CHIEF_NURSE_TITLES, PROFESSIONS

# IM-05: whom the institution employs on a day ($1), and who of its doctors has the years ($2).
UNIT = """
SELECT u.*, o.beds, o.name AS organization_name, e.*
  FROM in_house_units u JOIN organizations o ON o.id = u.organization
 CROSS JOIN LATERAL (
   SELECT count(*) FILTER (WHERE s.is_doctor) AS employed_doctors,
          count(*) FILTER (WHERE s.is_doctor AND s.registered_here) AS employed_main_site_doctors,
          count(*) FILTER (WHERE s.is_doctor
            AND s.practising_since + make_interval(years => $2) <= $1)
            AS employed_experienced_doctors,
          count(*) FILTER (WHERE s.is_nurse) AS employed_nurses,
          count(*) FILTER (WHERE s.is_nurse AND s.title = ANY ($7)) AS employed_chief_nurses,
          count(*) FILTER (WHERE s.roles::text[] && $5) AS employed_rehabilitation_workers,
          count(*) FILTER (WHERE s.roles::text[] && $6) AS employed_care_workers
     FROM (SELECT staff.*, roles::text[] && $3::text[] AS is_doctor,
                  roles::text[] && $4::text[] AND NOT roles::text[] && $3 AS is_nurse
             FROM staff WHERE organization = u.organization AND employed_from <= $1::date
              AND coalesce(employed_until, 'infinity') >= $1) s) e
"""
ONE_UNIT = f"{UNIT} WHERE u.id = $8"
UNITS_LISTED = f"""{UNIT}
 WHERE ($8::uuid IS NULL OR u.organization = $8) AND ($9::text IS NULL OR u.status = $9)
   AND ($10::uuid IS NULL OR u.id > $10) ORDER BY u.id LIMIT $11"""


def _asked(now: datetime) -> tuple[object, ...]:
    """What `UNIT` is asked with."""
    roles = [sorted(map(str, each)) for each in PROFESSIONS.values()]
    years = policy.whole(now, "im.infirmary_doctor_years")
    return calendar.on(now), years, *roles, list(CHIEF_NURSE_TITLES)


async def unit(unit_id: UUID, *, now: datetime) -> Record | None:
    return await row(ONE_UNIT, *_asked(now), unit_id)


async def hold_unit(unit_id: UUID, *, now: datetime) -> Record | None:
    await rows("SELECT 1 FROM in_house_units WHERE id = $1 FOR NO KEY UPDATE", unit_id)
    return await unit(unit_id, now=now)


async def kept_unit(unit_id: UUID, *, now: datetime) -> Record:
    """One that was just written."""
    found = await unit(unit_id, now=now)
    assert found is not None
    return found


async def see_unit(*, unit_id: UUID, actor: Actor, now: datetime) -> Record:
    """:raises Missing:"""
    found = await unit(unit_id, now=now)
    if found is None or not (
        actor.role in REGULATORS
        or actor.role is Role.CHC_ADMIN
        or found["organization"] == actor.organization_id
    ):
        raise Missing
    return found


async def units(
    *, actor: Actor, status: str | None, limit: int, after: str | None, now: datetime
) -> pages.Cut:
    """An institution's own units; for regulators and centers, everybody's."""
    (last,) = pages.read("people.units", after, UUID)
    sees_all = actor.role in REGULATORS or actor.role is Role.CHC_ADMIN
    own = None if sees_all else actor.organization_id
    found = await rows(UNITS_LISTED, *_asked(now), own, status, last, limit + 1)
    return pages.cut(found, limit=limit, listing="people.units", key=lambda each: (each["id"],))


FORMULARY = "SELECT * FROM unit_formularies WHERE unit = $1"


async def formulary(unit_id: UUID) -> Record | None:
    """What a unit stocks, if it ever said so."""
    return await row(FORMULARY, unit_id)


async def see_formulary(*, unit_id: UUID, actor: Actor, now: datetime) -> Record:
    """The same, to whoever may see the unit.

    :raises Missing:
    """
    await see_unit(unit_id=unit_id, actor=actor, now=now)
    found = await formulary(unit_id)
    if found is None:
        raise Missing
    return found


EMPLOYED = """
SELECT id, roles, title, licence_no IS NOT NULL AS has_licence, certificates, registered_here,
       employed_from, employed_until
  FROM staff
 WHERE organization = $1 AND roles::text[] && $2::text[]
   AND employed_from <= $4::date AND coalesce(employed_until, 'infinity') >= $3::date
 ORDER BY employed_from, id
"""


async def employed_in(*, organization_id: UUID, first_on: date, last_on: date) -> list[Record]:
    """Who of the professions was employed on some day of a period, without names."""
    roles = sorted({str(role) for roles in PROFESSIONS.values() for role in roles})
    return await rows(EMPLOYED, organization_id, roles, first_on, last_on)


async def see_evidence(
    *, unit_id: UUID, first_on: date, last_on: date, actor: Actor, now: datetime
) -> tuple[Record, list[Record]]:
    """IM-10: a unit, and whom its institution employed in the period.

    :raises Missing: :raises Malformed: the period ends before it begins
    """
    if last_on < first_on:
        raise Malformed(field="last_on")
    found = await see_unit(unit_id=unit_id, actor=actor, now=now)
    return found, await employed_in(
        organization_id=found["organization"], first_on=first_on, last_on=last_on
    )
