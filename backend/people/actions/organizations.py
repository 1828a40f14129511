"""Keeping organizations and their staff up to date."""

from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend.core import audit, calendar, crypto, geo, identity_numbers, wire
from backend.core.access import Actor, Role
from backend.core.db import action, row, rows
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Forbidden, Malformed, Missing
from backend.core.wire import Kept
from backend.people import policies, queries
from backend.people.actions.facts import OrganizationFacts, StaffFacts
from backend.people.actions.sessions import end_sessions_of
from backend.people.events import OrganizationChanged, StaffChanged, StaffLeft
from backend.people.lifecycle import MEDICAL, SessionEnd
from backend.people.problems import BadCreditCode, NeighbourNotMedical, NotYet
from backend.people.queries.existence import check_organizations, check_persons

ENROL = """
INSERT INTO organizations (id, name, kinds, credit_code, licence_no, street_code, address, lat,
  lon, phone, beds, next_to, also_serves, version, fingerprint, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14, $15)
"""

EDIT = """
UPDATE organizations SET name = $2, kinds = $3, credit_code = $4, licence_no = $5,
       street_code = $6, address = $7, lat = $8, lon = $9, phone = $10, beds = $11,
       next_to = $12, also_serves = $13, version = version + 1, fingerprint = $14 WHERE id = $1
"""

EMPLOY = """
INSERT INTO staff (id, person, organization, roles, title, licence_no, practising_since,
  registered_here, home_service_authorised_on, certificates, employed_from, employed_until,
  version, fingerprint, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, 1, $13, $14)
ON CONFLICT (person, organization) DO NOTHING RETURNING id
"""

CHANGE = """
UPDATE staff SET roles = $2, title = $3, licence_no = $4, practising_since = $5,
       registered_here = $6, home_service_authorised_on = $7, certificates = $8::jsonb,
       employed_from = $9, employed_until = $10, version = version + 1, fingerprint = $11
 WHERE id = $1
"""

# Whose last day was yesterday, signed in or not: their visits need somebody else. And whoever is
# signed in still, if no worker ran that night.
LEAVERS = """
SELECT s.id, s.person, s.organization FROM staff s
 WHERE s.employed_until = $1::date - 1
    OR s.employed_until < $1
   AND EXISTS (SELECT 1 FROM sessions e WHERE e.person = s.person
                 AND e.organization_id = s.organization AND e.ended_at IS NULL)
"""


@action
async def keep_organization(
    *,
    organization_id: UUID,
    actor: Actor,
    said: OrganizationFacts,
    if_match: str | None = None,
    now: datetime,
) -> Kept[Record]:
    """Enrol an organization (the health commission), or keep one's own up to date.

    :raises Missing: :raises Forbidden: :raises NeedsVersion: :raises Stale: :raises BadCreditCode:
    :raises UnknownReference: :raises NeighbourNotMedical:
    """
    await rows("SELECT 1 FROM organizations WHERE id = $1 FOR NO KEY UPDATE", organization_id)
    stored = await queries.organization(organization_id=organization_id, now=now)
    registers = actor.role in {Role.REGULATOR_WJ, Role.SYSTEM}
    if stored is None and not registers:
        raise Missing
    if stored is not None and not registers:
        if organization_id != actor.organization_id:
            raise Forbidden
        if set(said.kinds) != set(stored["kinds"]):
            # What an organization is licensed to be is not its own to say.
            raise Forbidden(field="kinds")
    if stored is not None:
        if wire.fingerprint(said) == stored["fingerprint"]:
            return Kept(stored, first=False)
        wire.check_version(if_match, stored["version"])
    elif not is_uuid7(organization_id):
        raise Malformed(field="organization_id")

    await _check_neighbour(organization_id, said.next_to_id)
    columns = _organization(said)
    if stored is None:
        await rows(ENROL, organization_id, *columns, now)
    else:
        await rows(EDIT, organization_id, *columns)
    publish(OrganizationChanged(subject_id=organization_id))
    audit.wrote(actor, "people.organization", subject_id=organization_id)
    kept = await queries.organization(organization_id=organization_id, now=now)
    assert kept is not None
    return Kept(kept, first=stored is None)


async def _check_neighbour(organization_id: UUID, next_to_id: UUID | None) -> None:
    if next_to_id is None:
        return
    await check_organizations(next_to_id=next_to_id)
    # IM-01: nobody stands next to themselves.
    if next_to_id == organization_id or not MEDICAL & await queries.kinds_of(next_to_id):
        raise NeighbourNotMedical(field="next_to_id")


def _organization(said: OrganizationFacts) -> tuple[object, ...]:
    code = said.credit_code
    if code is not None:
        try:
            code = identity_numbers.credit_code(code)
        except ValueError:
            raise BadCreditCode from None
    # EV-04: an organization's point is stored as WGS-84.
    point = geo.as_wgs84(said.point.lat, said.point.lon, said.point.datum) if said.point else None
    return (
        said.name,
        sorted(set(said.kinds)),
        code,
        said.licence_no,
        said.street_code,
        said.address,
        point.lat if point else None,
        point.lon if point else None,
        said.phone,
        said.beds,
        said.next_to_id,
        sorted(set(said.also_serves)),
        wire.fingerprint(said),
    )


@action
async def employ(
    *,
    staff_id: UUID,
    actor: Actor,
    said: StaffFacts,
    if_match: str | None = None,
    now: datetime,
) -> Kept[Record]:
    """Employ somebody in the actor's organization, change it, or let them go: sessions end then.

    :raises Missing: :raises Forbidden: :raises NeedsVersion: :raises Stale:
    :raises AlreadyDifferent:
    """
    if actor.organization_id is None:
        raise Forbidden
    if not policies.may_employ(actor, said.roles):
        raise Forbidden(field="roles")
    await queries.hold_person(said.person_id)
    await rows("SELECT 1 FROM staff WHERE id = $1 FOR NO KEY UPDATE", staff_id)
    stored = await queries.employment(staff_id)
    if stored is not None:
        if stored["organization"] != actor.organization_id:
            raise Missing
        if stored["person"] != said.person_id:
            raise AlreadyDifferent
        if wire.fingerprint(said) == stored["fingerprint"]:
            return Kept(stored, first=False)
        wire.check_version(if_match, stored["version"])
        await rows(CHANGE, staff_id, *_employment(said, now))
    else:
        await _employ(staff_id, actor.organization_id, said, now)
    await _tell(staff_id, actor.organization_id, said, stored, now)
    audit.wrote(actor, "people.staff", subject_id=staff_id)
    kept = await queries.employment(staff_id)
    assert kept is not None
    return Kept(kept, first=stored is None)


@action
async def let_leavers_go(*, now: datetime) -> None:
    """End the sessions of those whose last day has passed, and say that they left. Daily."""
    for leaver in await rows(LEAVERS, calendar.on(now)):
        await _let_go(leaver["id"], leaver["person"], leaver["organization"], now)


async def _employ(staff_id: UUID, organization_id: UUID, said: StaffFacts, now: datetime) -> None:
    if not is_uuid7(staff_id):
        raise Malformed(field="staff_id")
    await check_persons(person_id=said.person_id)
    columns = _employment(said, now)
    made = await row(EMPLOY, staff_id, said.person_id, organization_id, *columns, now)
    if made is None:  # employed here already, under another id
        find = "SELECT id, version FROM staff WHERE person = $1 AND organization = $2"
        raise AlreadyDifferent(stored=dict(await row(find, said.person_id, organization_id) or {}))


async def _tell(
    staff_id: UUID,
    organization_id: UUID,
    said: StaffFacts,
    stored: Record | None,
    now: datetime,
) -> None:
    publish(
        StaffChanged(subject_id=staff_id, staff_id=said.person_id, organization_id=organization_id)
    )
    if said.employed_until is not None and said.employed_until < calendar.on(now):
        await _let_go(staff_id, said.person_id, organization_id, now)
        return
    # A role that was taken away ends at the next request too.
    for role in set(stored["roles"] if stored else ()) - set(said.roles):
        await end_sessions_of(
            person_id=said.person_id,
            reason=SessionEnd.ROLE_GONE,
            now=now,
            role=Role(role),
            organization_id=organization_id,
        )


async def _let_go(staff_id: UUID, person_id: UUID, organization_id: UUID, now: datetime) -> None:
    await end_sessions_of(
        person_id=person_id, reason=SessionEnd.LEFT, now=now, organization_id=organization_id
    )
    publish(StaffLeft(subject_id=staff_id, staff_id=person_id, organization_id=organization_id))


def _employment(said: StaffFacts, now: datetime) -> tuple[object, ...]:
    if said.practising_since is not None and said.practising_since > calendar.on(now):
        raise NotYet(field="practising_since")
    return (
        sorted(set(said.roles)),
        said.title,
        crypto.seal(said.licence_no, "staff.licence_no") if said.licence_no else None,
        said.practising_since,
        said.registered_here,
        said.home_service_authorised_on,
        msgspec.json.encode(said.certificates).decode(),
        said.employed_from,
        said.employed_until,
        wire.fingerprint(said),
    )
