"""Questions about family-doctor contracts: one held, one seen, a list, a team's panel."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend import policy
from backend.contracts.lifecycle.said import PackageLine
from backend.core import audit, calendar, crypto, pages
from backend.core.access import DOCTORS, Actor, Role
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.people import queries as people
from backend.people.lifecycle import Scope

HELD = """
SELECT c.*, p.lacks_capacity, p.died_on
  FROM doctor_contracts c JOIN persons p ON p.id = c.person WHERE c.id = $1
"""


async def hold_doctor_contract(contract_id: UUID) -> Record | None:
    """Lock the person, then the contract, until the transaction ends."""
    person_id = await value("SELECT person FROM doctor_contracts WHERE id = $1", contract_id)
    if person_id is None:
        return None
    await people.hold_person(person_id)
    await rows("SELECT FROM doctor_contracts WHERE id = $1 FOR NO KEY UPDATE", contract_id)
    return await row(HELD, contract_id)


# $1 since when a contact counts, $2 and $3 the year of the exam, $4 today.
CONTRACT = """
SELECT c.*, p.name AS person_name, p.born_on, p.residence, center.name AS center_name,
       district.name AS district_hospital_name, municipal.name AS municipal_hospital_name,
       coalesce(term.doctor, c.doctor) AS doctor_now, coalesce(term.team_id, c.team_id) AS team_now,
       who.name AS doctor_name, coming.doctor AS doctor_next, coming.from_on AS doctor_next_on,
       EXISTS (SELECT FROM doctor_contracts n WHERE n.renews = c.id AND n.status = 'SIGNED')
         AS is_renewed,
       (SELECT count(*) FROM visits v JOIN visit_moves m ON m.visit = v.id
         WHERE v.person = c.person AND v.organization = c.center AND m.move = 'check_out'
           AND m.happened_at >= $1)
       + (SELECT count(*) FROM round_entries e JOIN visits r ON r.id = e.visit
           WHERE e.person = c.person AND e.status = 'seen' AND r.organization = c.center
             AND e.happened_at >= $1
             AND EXISTS (SELECT FROM visit_moves m WHERE m.visit = r.id AND m.move = 'check_out'))
         AS contacts,
       (SELECT min(m.happened_at) FROM visits v JOIN visit_moves m ON m.visit = v.id
         WHERE v.person = c.person AND v.kind = 'EXAM' AND v.place_kind = 'institution'
           AND m.move = 'check_out' AND m.happened_at >= $2 AND m.happened_at < $3)
         AS exam_used_at,
       (SELECT coalesce(array_agg(DISTINCT m.side), '{}') FROM contract_moves m
         WHERE m.doctor_contract = c.id AND m.move = 'sign' AND m.of_version = c.version)
         AS signed_by
  FROM doctor_contracts c
  JOIN persons p ON p.id = c.person
  JOIN organizations center ON center.id = c.center
  JOIN organizations district ON district.id = c.district_hospital
  JOIN organizations municipal ON municipal.id = c.municipal_hospital
  LEFT JOIN doctor_terms term
         ON term.contract = c.id AND term.from_on <= $4::date AND term.until_on > $4::date
  LEFT JOIN LATERAL (
    SELECT doctor, from_on FROM doctor_terms
     WHERE contract = c.id AND from_on > $4::date AND from_on > c.valid_from AND until_on > from_on
     ORDER BY from_on LIMIT 1) coming ON true
  JOIN persons who ON who.id = coalesce(term.doctor, c.doctor)
"""

ONE = f"{CONTRACT} WHERE c.id = $5"

ASKER = 10  # not policy: where the six of the asker begin
LISTED = f"""
SELECT * FROM (
  SELECT seen.*, {people.tie_of(person="seen.person", at=ASKER)} AS tie
    FROM ({CONTRACT}
           WHERE ($5::uuid IS NULL OR c.center = $5) AND ($6::uuid IS NULL OR c.person = $6)
             AND ($7::uuid IS NULL OR coalesce(term.doctor, c.doctor) = $7)
             AND ($8::uuid IS NULL OR c.id < $8)) AS seen) AS tied
 WHERE tie IS NOT NULL AND ($9::bool IS NULL OR $9 = (
         status = 'SIGNED' AND until_on > $4 AND contacts < $16
         AND valid_from <= $17::date))
 ORDER BY id DESC LIMIT $18
"""  # noqa: S608 - text of our own


def _since(now: datetime) -> tuple[datetime, datetime, datetime, date]:
    """What `CONTRACT` is asked with: contacts since, this year, today."""
    on = calendar.on(now)
    first, _ = calendar.day(on.replace(month=1, day=1))
    end, _ = calendar.day(on.replace(year=on.year + 1, month=1, day=1))
    return now - policy.span(now, "fd.idle_contract_days"), first, end, on


async def doctor_contract(*, contract_id: UUID, now: datetime) -> Record | None:
    return await row(ONE, *_since(now), contract_id)


async def see_doctor_contract(*, contract_id: UUID, actor: Actor, now: datetime) -> Record:
    """One, to whoever has a tie to the person; a center sees its own.

    :raises Missing: :raises TieEnded: :raises DelegationEnded: :raises ScopeMissing:
    """
    found = await doctor_contract(contract_id=contract_id, now=now)
    if found is None:
        raise Missing
    if actor.organization_id is not None and found["center"] != actor.organization_id:
        raise Missing
    tie = await people.tie(
        actor=actor, person_id=found["person"], now=now, scope=Scope.VIEW_SUMMARY
    )
    await audit.seen(
        actor, "contracts.doctor", persons=[found["person"]], ties=[tie], subject_id=contract_id
    )
    return found


async def doctor_contracts(
    *,
    actor: Actor,
    person_id: UUID | None,
    mine: bool,
    no_contact: bool | None,
    limit: int,
    after: str | None,
    now: datetime,
) -> pages.Cut:
    """A center's, or a doctor's own, or the elder's. Newest first."""
    (last,) = pages.read("contracts.doctor", after, UUID)
    found = await rows(
        LISTED,
        *_since(now),
        actor.organization_id,
        actor.person_id if actor.role is Role.ELDER else person_id,
        actor.person_id if mine and actor.is_any(DOCTORS) else None,
        last,
        no_contact,
        *people.asker(actor=actor, now=now, scope=Scope.VIEW_SUMMARY),
        policy.whole(now, "fd.idle_contract_contacts_min"),
        calendar.on(now) - policy.span(now, "fd.idle_contract_days"),
        limit + 1,
    )
    page = pages.cut(found, limit=limit, listing="contracts.doctor", key=lambda each: (each["id"],))
    await audit.seen(
        actor,
        "contracts.doctors",
        persons=[each["person"] for each in page.items],
        ties=[each["tie"] for each in page.items],
    )
    return page


PANEL = """
SELECT count(DISTINCT c.person) FROM doctor_terms t JOIN doctor_contracts c ON c.id = t.contract
 WHERE t.team_id = $1 AND t.until_on > t.from_on AND t.until_on > $2 AND c.person <> $3
"""


async def panel_of(*, team_id: UUID, besides: UUID, on: date) -> int:
    """How many persons a team has signed for from that day on, besides this one."""
    return int(await value(PANEL, team_id, on, besides))


async def hold_doctor(*, doctor_id: UUID, center_id: UUID) -> None:
    """Lock a team by the employment of who leads it: two that sign at once are counted in turn."""
    await rows(
        "SELECT FROM staff WHERE person = $1 AND organization = $2 FOR NO KEY UPDATE",
        doctor_id,
        center_id,
    )


async def is_doctor(*, person_id: UUID, center_id: UUID, now: datetime) -> bool:
    """Whether this is a doctor who works at the center today."""
    member = await people.staff_member(person_id=person_id, organization_id=center_id, now=now)
    return member is not None and bool({*map(str, DOCTORS)} & set(member.roles))


async def terms_of(contract_id: UUID) -> list[Record]:
    return await rows(
        "SELECT * FROM doctor_terms WHERE contract = $1 ORDER BY from_on, until_on", contract_id
    )


async def contracts_of_the_dead(person_id: UUID) -> list[UUID]:
    """Those of a person who has died that have not been ended."""
    found = await rows(
        "SELECT c.id FROM doctor_contracts c JOIN persons p ON p.id = c.person"
        " WHERE c.person = $1 AND p.died_on IS NOT NULL AND c.status <> 'TERMINATED'",
        person_id,
    )
    return [each["id"] for each in found]


async def kinds_of(organization_ids: list[UUID]) -> dict[UUID, frozenset[str]]:
    """Of which kinds these organizations are; who is not registered is left out."""
    found = await rows(
        "SELECT id, kinds FROM organizations WHERE id = ANY ($1::uuid[])", organization_ids
    )
    return {each["id"]: frozenset(each["kinds"]) for each in found}


def package_of(sealed: bytes) -> list[PackageLine]:
    """The services agreed on (FD-08): what somebody needs says what ails them, so it is sealed."""
    said = crypto.unseal(sealed, "doctor_contracts.lines")
    return msgspec.json.decode(said, type=list[PackageLine])
