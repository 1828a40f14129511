"""Registering a person, and keeping what is known of them right."""

from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, calendar, crypto, identity_numbers, wire
from backend.core.access import Actor
from backend.core.db import action, row, rows
from backend.core.ids import is_uuid7, uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Malformed, Missing
from backend.core.wire import Kept
from backend.people import queries
from backend.people.actions.care_team import join_care_team, leave_care_team
from backend.people.actions.delegations import end_permissions
from backend.people.actions.facts import Home, PersonFacts
from backend.people.actions.sessions import end_sessions_of
from backend.people.events import NumberChanged, PersonChanged, PersonDied, PersonRegistered
from backend.people.lifecycle import MemberKind, SessionEnd, Tie, national_number
from backend.people.problems import (
    IdentityDisagrees,
    IdentityNumberOfTests,
    KeptByTheLedger,
    NotYet,
    PersonAlreadyKnown,
    TieEnded,
)
from backend.people.queries.existence import check_organizations
from backend.people.queries.persons import BY_IDENTITY, normal_identity
from backend.people.schemas.persons import PersonFound
from backend.settings import Mode, settings

COUNTY_OF_TESTS = "310999"

REGISTER = """
INSERT INTO persons (id, name, name_key, sex, born_on, identity_number, identity_key, phone,
  phone_key, street_code, address, residence, bed, center, died_on, lacks_capacity, care_flags,
  version, fingerprint, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 1, $18, $19)
ON CONFLICT DO NOTHING RETURNING id
"""

EDIT = """
UPDATE persons SET name = $2, name_key = $3, sex = $4, born_on = $5,
  identity_number = coalesce($6, identity_number), identity_key = coalesce($7, identity_key),
  phone = $8, phone_key = $9, street_code = $10, address = $11, residence = $12, bed = $13,
  center = $14, died_on = $15, lacks_capacity = $16, care_flags = $17, version = version + 1,
  fingerprint = $18
 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM persons WHERE identity_key = $7 AND id <> $1)
RETURNING id
"""

ADDRESS = """
INSERT INTO addresses (id, line, room, street_code, lat, lon, datum, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
"""


@action
async def register(
    *,
    person_id: UUID,
    actor: Actor,
    said: PersonFacts,
    if_match: str | None = None,
    now: datetime,
) -> Kept[Record]:
    """Register a person, or edit what is known of them; the same body again changes nothing.

    :raises Missing: :raises TieEnded: :raises NeedsVersion: :raises Stale:
    :raises BadIdentityNumber: :raises IdentityDisagrees: :raises PersonAlreadyKnown:
    :raises KeptByTheLedger:
    """
    stored = await queries.hold_person(person_id)
    if stored is None:
        return await _register(person_id, actor, said, now)
    is_again = wire.fingerprint(said) == stored["fingerprint"]
    try:
        tie = await queries.tie(actor=actor, person_id=person_id, now=now)
    except (Missing, TieEnded):
        # By who moved the person elsewhere and did not hear our answer; or by a call that came
        # in the very moment of the first one, so that the tie begins after it.
        if is_again:
            return Kept(stored, first=False)
        raise
    if is_again:
        return Kept(stored, first=False)
    wire.check_version(if_match, stored["version"])
    return await _edit(stored, actor, said, tie, now)


async def _register(
    person_id: UUID, actor: Actor, said: PersonFacts, now: datetime
) -> Kept[Record]:
    if not is_uuid7(person_id):
        raise Malformed(field="person_id")
    identity = _check(said, now)
    await check_organizations(residence_id=said.residence_id, center_id=said.center_id)
    address_id = await _keep_home(said.home)
    made = await row(REGISTER, person_id, *_columns(said, identity, address_id), now)
    if made is None:
        return Kept(await _already(person_id, said, identity), first=False)
    if actor.organization_id is not None:
        await _join(person_id, actor.organization_id, Tie.REGISTRATION, person_id, now)
    await _tie_places(person_id, said, now)
    audit.wrote(actor, "people.register", person_id=person_id, tie=Tie.REGISTRATION)
    publish(PersonRegistered(person_id=person_id))
    return Kept(await _person(person_id), first=True)


async def _edit(
    stored: Record, actor: Actor, said: PersonFacts, tie: str, now: datetime
) -> Kept[Record]:
    person_id = stored["id"]
    identity = _check(said, now)
    if stored["is_in_ledger"] and (said.residence_id, said.bed) != (
        stored["residence"],
        stored["bed"],
    ):
        raise KeptByTheLedger(residence_id=stored["residence"], bed=stored["bed"])
    await check_organizations(residence_id=said.residence_id, center_id=said.center_id)
    address_id = stored["address"] if _is_at(stored, said.home) else await _keep_home(said.home)
    if await row(EDIT, person_id, *_columns(said, identity, address_id)) is None:
        await _refuse_known(identity)
    if stored["phone"] and crypto.unseal(stored["phone"], "persons.phone") != _number(said):
        await end_sessions_of(person_id=person_id, reason=SessionEnd.NUMBER_CHANGED, now=now)
        publish(NumberChanged(person_id=person_id))
    for place in {stored["residence"], stored["center"]} - {
        None,
        said.residence_id,
        said.center_id,
    }:
        # What the place was told at the desk ends with it: who moved away is no more its to see.
        for because_id in (place, person_id):
            await leave_care_team(
                person_id=person_id, member_id=place, because_id=because_id, now=now
            )
    await _tie_places(person_id, said, now)
    if said.died_on is not None and stored["died_on"] is None:
        # RC-08: what the elder allowed ends with their life, in the same transaction.
        await end_permissions(person_id=person_id, ended_by=actor.person_id, now=now)
        await end_sessions_of(person_id=person_id, reason=SessionEnd.ROLE_GONE, now=now)
        publish(PersonDied(person_id=person_id))
    audit.wrote(actor, "people.edit", person_id=person_id, tie=tie)
    publish(PersonChanged(person_id=person_id))
    return Kept(await _person(person_id), first=False)


def _check(said: PersonFacts, now: datetime) -> str | None:
    """The ID number in its normal form, once it agrees with the rest."""
    for field, on in (("born_on", said.born_on), ("died_on", said.died_on)):
        if on is not None and on > calendar.on(now):
            raise NotYet(field=field)
    if said.identity_number is None:
        return None
    number = normal_identity(said.identity_number)
    if number.startswith(COUNTY_OF_TESTS) and settings().mode is Mode.PRODUCTION:
        raise IdentityNumberOfTests
    if said.born_on not in (None, identity_numbers.born_on(number)):
        raise IdentityDisagrees(field="born_on")
    if said.sex != identity_numbers.sex(number):
        raise IdentityDisagrees(field="sex")
    return number


def _columns(
    said: PersonFacts, identity: str | None, address_id: UUID | None
) -> tuple[object, ...]:
    phone = _number(said)
    return (
        crypto.seal(said.name, "persons.name"),
        crypto.lookup(said.name, "persons.name"),
        said.sex,
        _born_on(said, identity),
        crypto.seal(identity, "persons.identity_number") if identity else None,
        crypto.lookup(identity, "persons.identity_number") if identity else None,
        crypto.seal(phone, "persons.phone") if phone else None,
        crypto.lookup(phone, "persons.phone") if phone else None,
        said.home.street_code if said.home else None,
        address_id,
        said.residence_id,
        said.bed,
        said.center_id,
        said.died_on,
        said.lacks_capacity,
        list(said.care_flags),
        wire.fingerprint(said),
    )


def _number(said: PersonFacts) -> str | None:
    return national_number(said.phone) if said.phone else None


def _born_on(said: PersonFacts, identity: str | None) -> date | None:
    return said.born_on or (identity_numbers.born_on(identity) if identity else None)


async def _keep_home(home: Home | None) -> UUID | None:
    """A new home is a new door: visits that went to the old one keep it."""
    if home is None:
        return None
    address_id, point = uuid7(), home.point
    await rows(
        ADDRESS,
        address_id,
        crypto.seal(home.line, "addresses.line"),
        crypto.seal(home.room, "addresses.room") if home.room else None,
        home.street_code,
        point.lat if point else None,
        point.lon if point else None,
        point.datum if point else "wgs84",
    )
    return address_id


def _is_at(stored: Record, home: Home | None) -> bool:
    if home is None or stored["address"] is None:
        return home is None and stored["address"] is None
    point = (home.point.lat, home.point.lon, home.point.datum) if home.point else None
    kept = (stored["lat"], stored["lon"], stored["datum"]) if stored["lat"] is not None else None
    room = crypto.unseal(stored["room"], "addresses.room") if stored["room"] else None
    line = crypto.unseal(stored["line"], "addresses.line")
    return (home.line, home.room, home.street_code, point) == (
        line,
        room,
        stored["address_street"],
        kept,
    )


async def _tie_places(person_id: UUID, said: PersonFacts, now: datetime) -> None:
    if said.residence_id is not None:
        await _join(person_id, said.residence_id, Tie.RESIDENCE, said.residence_id, now)
    if said.center_id is not None:
        await _join(person_id, said.center_id, Tie.REGISTRATION, said.center_id, now)


async def _join(
    person_id: UUID, organization_id: UUID, why: Tie, because_id: UUID, now: datetime
) -> None:
    await join_care_team(
        person_id=person_id,
        member_id=organization_id,
        member_kind=MemberKind.ORGANIZATION,
        why=why,
        because_id=because_id,
        now=now,
    )


async def _already(person_id: UUID, said: PersonFacts, identity: str | None) -> Record:
    """Whoever was registered at the same moment: by the same phone, or from the same card."""
    stored = await queries.person(person_id)
    if stored is None:
        await _refuse_known(identity)
    if stored is None or stored["fingerprint"] != wire.fingerprint(said):
        raise AlreadyDifferent
    return stored


async def _refuse_known(identity: str | None) -> None:
    key = crypto.lookup(identity, "persons.identity_number") if identity else None
    if known := await row(BY_IDENTITY, key):
        raise PersonAlreadyKnown(person=PersonFound.of(known))


async def _person(person_id: UUID) -> Record:
    found = await queries.person(person_id)
    assert found is not None
    return found
