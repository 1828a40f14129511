"""Questions about persons: one, those one cares for, and those one looks for."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record

from backend.core import audit, crypto, limiter, pages
from backend.core.access import Actor, Role
from backend.core.db import row, rows
from backend.core.identity_numbers import resident_number
from backend.core.problems import Malformed, Missing
from backend.people.lifecycle import Scope, national_number
from backend.people.problems import BadIdentityNumber
from backend.people.queries.ties import DELEGATION, asker, tie, tie_of, ties_of

SEARCHES_MAX = 30  # not policy: slows down whoever fishes for numbers
SEARCH_WINDOW_S = 60  # not policy: the minute of that
FOUND_MAX = 20  # not policy: more namesakes in a street are looked for by number

COLUMNS = """
p.id, p.name, p.sex, p.born_on, p.identity_number, p.phone, p.street_code, p.address,
p.residence, p.bed, p.is_in_ledger, p.center, p.died_on, p.lacks_capacity, p.care_flags,
p.version, p.fingerprint,
a.line, a.room, a.lat, a.lon, a.datum, a.street_code AS address_street
"""

PERSON = f"SELECT {COLUMNS} FROM persons p LEFT JOIN addresses a ON a.id = p.address"  # noqa: S608
ONE = f"{PERSON} WHERE p.id = $1"
BY_IDENTITY = f"{PERSON} WHERE p.identity_key = $1"
SEARCH = f"""{PERSON}
 WHERE p.identity_key = $1 OR p.phone_key = $2 OR (p.name_key = $3 AND p.street_code = $4)
 ORDER BY p.id LIMIT $5"""
CARED_FOR = f"""
SELECT * FROM (
  SELECT {COLUMNS}, {tie_of(person="p.id", at=1)} AS tie
    FROM persons p LEFT JOIN addresses a ON a.id = p.address
   WHERE p.id IN (SELECT person FROM care_team WHERE member_id IN ($1, $2)
                  UNION SELECT person FROM delegations WHERE delegate = $1
                  UNION SELECT person FROM guardianships WHERE guardian = $1
                  UNION SELECT $1)
     AND ($7::uuid IS NULL OR p.residence = $7) AND ($8::uuid IS NULL OR p.id > $8)
) AS seen WHERE tie IS NOT NULL ORDER BY id LIMIT $9
"""  # noqa: S608 - text of our own


class Seen(NamedTuple):
    """A person, and whether this reader gets the numbers in full."""

    person: Record
    in_full: bool


async def person(person_id: UUID) -> Record | None:
    """The person with the door they live behind, for whoever has been let in already."""
    return await row(ONE, person_id)


async def hold_person(person_id: UUID) -> Record | None:
    """Lock the person until the transaction ends; the first lock of all."""
    await rows("SELECT 1 FROM persons WHERE id = $1 FOR NO KEY UPDATE", person_id)
    return await person(person_id)


async def level(*, actor: Actor, person_id: UUID, now: datetime) -> tuple[str, bool]:
    """The tie's word, and whether it opens everything: a relative's summary does not.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    word = await tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_SUMMARY)
    if word != DELEGATION:
        return word, True
    all_of_it = await ties_of(actor=actor, person_ids=[person_id], now=now, scope=Scope.VIEW_FULL)
    return word, bool(all_of_it)


async def see_person(*, person_id: UUID, actor: Actor, now: datetime) -> Seen:
    """:raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:"""
    word, in_full = await level(actor=actor, person_id=person_id, now=now)
    found = await person(person_id)
    if found is None:
        raise Missing
    await audit.seen(actor, "people.person", persons=[person_id], ties=[word])
    return Seen(found, in_full)


async def cared_for(
    *,
    actor: Actor,
    residence_id: UUID | None,
    limit: int,
    after: str | None,
    now: datetime,
) -> pages.Cut:
    """Everybody the actor may see, in the order in which they were registered; masked."""
    (last,) = pages.read("people.persons", after, UUID)
    scope = Scope.VIEW_SUMMARY if actor.role is Role.RELATIVE else None
    found = await rows(
        CARED_FOR, *asker(actor=actor, now=now, scope=scope), residence_id, last, limit + 1
    )
    page = pages.cut(found, limit=limit, listing="people.persons", key=lambda each: (each["id"],))
    await audit.seen(
        actor,
        "people.persons",
        persons=[each["id"] for each in page.items],
        ties=[each["tie"] for each in page.items],
    )
    return page


async def search(
    *,
    actor: Actor,
    identity_number: str | None = None,
    phone: str | None = None,
    name: str | None = None,
    street_code: str | None = None,
) -> list[Record]:
    """Whoever bears that number, or that name in that street. Noted on each record found.

    :raises TooMany: :raises Malformed: not exactly one of the three :raises BadIdentityNumber:
    """
    who = str(actor.session_id or actor.person_id)
    await limiter.admit("person-searches", who, limit=SEARCHES_MAX, window_s=SEARCH_WINDOW_S)
    if [identity_number is not None, phone is not None, name is not None].count(True) != 1 or (
        (name is None) != (street_code is None)
    ):
        raise Malformed(fields=["identity_number", "name", "phone", "street_code"])
    identity = normal_identity(identity_number) if identity_number else None
    found = await rows(
        SEARCH,
        crypto.lookup(identity, "persons.identity_number") if identity else None,
        crypto.lookup(national_number(phone), "persons.phone") if phone else None,
        crypto.lookup(name, "persons.name") if name else None,
        street_code,
        FOUND_MAX,
    )
    persons = [each["id"] for each in found]
    await audit.seen(actor, "people.search", persons=persons, ties=["search"] * len(persons))
    return found


def normal_identity(said: str) -> str:
    """ID-02: eighteen characters, whose check digit is right.

    :raises BadIdentityNumber:
    """
    try:
        return resident_number(said)
    except ValueError:
        raise BadIdentityNumber from None
