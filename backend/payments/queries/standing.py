"""Questions about standing payers (白名单代付): whose, how they stand, what the month has seen."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, calendar, pages
from backend.core.access import Actor, Role
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.payments.lifecycle import standing as rules
from backend.payments.lifecycle.standing import Facts, Standing, month_of
from backend.payments.lifecycle.statuses import StandingStatus
from backend.people import queries as people

PAYER = "payer"

# PY-12: suspended as soon as the tie ends, which nobody has to write down.
STANDING = """
SELECT s.*, person.lacks_capacity, house.name AS institution_name,
       person.died_on IS NULL AND CASE WHEN s.payer IS NULL
         THEN person.residence = s.institution
         ELSE EXISTS (SELECT FROM delegations d JOIN persons r ON r.id = d.delegate
                       WHERE d.person = s.person AND d.delegate = s.payer
                         AND r.died_on IS NULL AND d.revoked_at IS NULL AND 'PAY' = ANY (d.scopes)
                         AND $2::date BETWEEN d.valid_from AND d.valid_to)
       END AS has_tie
  FROM standing_payers s JOIN persons person ON person.id = s.person
  LEFT JOIN organizations house ON house.id = s.institution
"""
ONE = f"{STANDING} WHERE s.id = $1"
LISTED = f"""{STANDING}
 WHERE {{whose}} AND ($3::uuid IS NULL OR s.id < $3) ORDER BY s.id DESC LIMIT $4"""
WHOSE = {
    Role.ELDER: "s.person = $1",
    Role.GUARDIAN: (
        "s.person IN (SELECT person FROM guardianships WHERE guardian = $1"
        " AND $2::date BETWEEN valid_from AND coalesce(valid_to, 'infinity'))"
    ),
    Role.RELATIVE: "s.payer = $1",
    Role.INST_ADMIN: "s.institution = $1",
}
CANDIDATES = f"""{STANDING}
 WHERE s.person = $1 AND s.status = 'ACTIVE' ORDER BY s.approved_at, s.id"""

# Of an order of which half came alone, the cash may never have been taken.
SPENT = """
SELECT coalesce(sum(pay_cash_fen - cash_back_fen), 0)::bigint FROM payment_orders
 WHERE standing_payer = $1 AND recorded_at >= $2 AND recorded_at < $3
   AND (status IN ('CREATED', 'PAID', 'RETURNED')
        OR captured_at IS NOT NULL AND cash_status IN ('SUCCESS', 'REFUND'))
"""


async def standing_payer(standing_payer_id: UUID, *, now: datetime) -> Record | None:
    return await row(ONE, standing_payer_id, calendar.on(now))


async def hold_standing_payer(standing_payer_id: UUID, *, now: datetime) -> Record | None:
    """Lock it, so that the sum of its month is no guess."""
    await rows("SELECT FROM standing_payers WHERE id = $1 FOR NO KEY UPDATE", standing_payer_id)
    return await standing_payer(standing_payer_id, now=now)


def standing_of(found: Record, *, now: datetime) -> Standing:
    facts = Facts(
        status=StandingStatus(found["status"]),
        approve_by=found["approve_by"],
        valid_from=found["valid_from"],
        until_on=found["until_on"],
        has_tie=bool(found["has_tie"]),
    )
    return rules.standing(facts, now=now, on=calendar.on(now))


def is_payer(actor: Actor, found: Record) -> bool:
    """Whose money it is; of an institution's, its administration."""
    if actor.role is Role.INST_ADMIN:
        return found["institution"] is not None and found["institution"] == actor.organization_id
    return actor.role is Role.RELATIVE and found["payer"] == actor.person_id


async def party(*, actor: Actor, found: Record | None, now: datetime) -> str:
    """The word of whoever pays, or of the elder's or guardian's right to decide.

    :raises Missing: for everybody else :raises TieEnded:
    """
    if found is None:
        raise Missing
    if is_payer(actor, found):
        return PAYER
    return await people.speaks_for(actor=actor, person_id=found["person"], now=now)


async def see_standing_payer(*, standing_payer_id: UUID, actor: Actor, now: datetime) -> Record:
    """:raises Missing: :raises TieEnded:"""
    found = await standing_payer(standing_payer_id, now=now)
    tie = await party(actor=actor, found=found, now=now)
    assert found is not None
    await audit.seen(actor, "payments.standing_payer", persons=[found["person"]], ties=[tie])
    return found


async def standing_payers(
    *, actor: Actor, limit: int, after: str | None, now: datetime
) -> pages.Cut:
    """Who pays for an elder or a ward; for whom a relative or an institution pays. Newest first."""
    (last,) = pages.read("payments.standing_payers", after, UUID)
    mine = actor.organization_id if actor.role is Role.INST_ADMIN else actor.person_id
    text = LISTED.format(whose=WHOSE[actor.role])
    found = await rows(text, mine, calendar.on(now), last, limit + 1)
    page = pages.cut(
        found, limit=limit, listing="payments.standing_payers", key=lambda each: (each["id"],)
    )
    persons = sorted({each["person"] for each in page.items}, key=str)
    word = "self" if actor.role is Role.ELDER else "guardian"
    tie = PAYER if actor.role in (Role.RELATIVE, Role.INST_ADMIN) else word
    await audit.seen(actor, "payments.standing_payers", persons=persons, ties=[tie] * len(persons))
    return page


async def candidates(*, person_id: UUID, now: datetime) -> list[Record]:
    """Who would pay this elder's bills today, in the order in which the elder said yes."""
    found = await rows(CANDIDATES, person_id, calendar.on(now))
    return [each for each in found if standing_of(each, now=now) is Standing.ACTIVE]


async def spent_in_month(standing_payer_id: UUID, *, now: datetime) -> int:
    """PY-12: what it paid, or is paying, in this calendar month of Shanghai."""
    first, end = month_of(calendar.on(now))
    found: int = await value(SPENT, standing_payer_id, calendar.day(first)[0], calendar.day(end)[0])
    return found
