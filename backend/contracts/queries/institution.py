"""Questions about institution contracts: one held, one seen, a list; trainings."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from backend.contracts import policies
from backend.core import calendar, pages
from backend.core.access import FIELD, REGULATORS, Actor
from backend.core.db import row, rows
from backend.core.problems import Missing

CONTRACT = """
SELECT c.*, house.name AS institution_name, provider.name AS provider_name,
       (SELECT coalesce(json_agg(json_build_object('id', s.id, 'from_on', s.from_on,
                 'until_on', s.until_on) ORDER BY s.from_on), '[]')
          FROM contract_suspensions s WHERE s.contract = c.id) AS suspensions,
       (SELECT coalesce(array_agg(DISTINCT m.side), '{}') FROM contract_moves m
         WHERE m.institution_contract = c.id AND m.move = 'sign' AND m.of_version = c.version)
         AS signed_by
  FROM institution_contracts c
  JOIN organizations house ON house.id = c.institution
  JOIN organizations provider ON provider.id = c.provider
"""
ONE = f"{CONTRACT} WHERE c.id = $1"
LISTED = f"""{CONTRACT}
 WHERE ($1::uuid IS NULL OR $1 IN (c.institution, c.provider))
   AND ($2::uuid IS NULL OR c.id < $2) ORDER BY c.id DESC LIMIT $3"""
IN_FORCE = f"""{CONTRACT}
 WHERE c.status IN ('SIGNED', 'TERMINATED') AND c.valid_from < $2 AND c.until_on > $1
 ORDER BY c.id"""


async def institution_contract(contract_id: UUID) -> Record | None:
    return await row(ONE, contract_id)


async def hold_institution_contract(contract_id: UUID) -> Record | None:
    """Lock the contract until the transaction ends."""
    await rows("SELECT FROM institution_contracts WHERE id = $1 FOR NO KEY UPDATE", contract_id)
    return await institution_contract(contract_id)


async def see_institution_contract(*, contract_id: UUID, actor: Actor) -> Record:
    """One, to both sides and the regulators.

    :raises Missing:
    """
    found = await institution_contract(contract_id)
    if found is None or not policies.may_see(actor, found):
        raise Missing
    return found


async def institution_contracts(*, actor: Actor, limit: int, after: str | None) -> pages.Cut:
    """Those of one's organization; for regulators everybody's. Newest first."""
    (last,) = pages.read("contracts.institution", after, UUID)
    own = None if actor.role in REGULATORS else actor.organization_id
    found = await rows(LISTED, own, last, limit + 1)
    return pages.cut(
        found, limit=limit, listing="contracts.institution", key=lambda each: (each["id"],)
    )


async def contracts_in_force(*, first: date, end: date) -> list[Record]:
    """Those that are in force on one of these days at least; the end is not one of them."""
    return await rows(IN_FORCE, first, end)


PROVIDERS = """
SELECT c.provider FROM institution_contracts c JOIN organizations o ON o.id = c.provider
 WHERE c.institution = $1 AND c.status IN ('SIGNED', 'TERMINATED')
   AND c.valid_from <= $2 AND c.until_on > $2
 ORDER BY 'COMMUNITY_HEALTH_CENTER' = ANY (o.kinds) DESC, c.signed_at, c.id
"""


async def providers_of(*, institution_id: UUID, on: date) -> list[UUID]:
    """Who comes to this institution by contract on that day, health centers first."""
    return [each["provider"] for each in await rows(PROVIDERS, institution_id, on)]


STRANGERS = """
SELECT asked.person AS id FROM unnest($1::uuid[]) AS asked(person)
 WHERE NOT EXISTS (SELECT FROM staff s
                    WHERE s.person = asked.person AND s.organization = $2 AND s.employed_from <= $3
                      AND (s.employed_until IS NULL OR s.employed_until >= $3)
                      AND ($4::text[] IS NULL OR s.roles::text[] && $4))
"""


async def strangers(
    *, persons: Collection[UUID], organization_id: UUID, in_the_field: bool, now: datetime
) -> list[UUID]:
    """Who of these does not work there today, or not where care is given."""
    roles = [*map(str, FIELD)] if in_the_field else None
    found = await rows(STRANGERS, list(persons), organization_id, calendar.on(now), roles)
    return [each["id"] for each in found]


async def suspension(suspension_id: UUID) -> Record | None:
    return await row("SELECT * FROM contract_suspensions WHERE id = $1", suspension_id)


AGREED = """
SELECT a.*, v.status FROM agreed_rounds a LEFT JOIN visits v ON v.id = a.round_id
 WHERE a.contract = $1 AND a.on_day >= $2 AND a.on_day < $3 ORDER BY a.on_day, a.slot
"""


async def agreed_rounds(contract_id: UUID, *, first: date, end: date) -> list[Record]:
    """What became of the agreed visits of these days; the end is not one of them."""
    return await rows(AGREED, contract_id, first, end)


async def see_agreed_rounds(
    *, contract_id: UUID, first: date, end: date, actor: Actor
) -> list[Record]:
    """The same, to both sides.

    :raises Missing:
    """
    await see_institution_contract(contract_id=contract_id, actor=actor)
    return await agreed_rounds(contract_id, first=first, end=end)


async def training(training_id: UUID) -> Record | None:
    return await row("SELECT * FROM contract_trainings WHERE id = $1", training_id)


async def trainings(*, contract_id: UUID, actor: Actor, limit: int, after: str | None) -> pages.Cut:
    """The log of a contract, newest first.

    :raises Missing:
    """
    await see_institution_contract(contract_id=contract_id, actor=actor)
    (last,) = pages.read("contracts.trainings", after, UUID)
    found = await rows(
        "SELECT * FROM contract_trainings WHERE contract = $1"
        " AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        contract_id,
        last,
        limit + 1,
    )
    return pages.cut(
        found, limit=limit, listing="contracts.trainings", key=lambda each: (each["id"],)
    )
