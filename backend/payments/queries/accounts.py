"""Questions about what institutions prepaid (PY-13): top-ups, and what is left."""

from datetime import date
from uuid import UUID

from asyncpg import Record

from backend.core import pages
from backend.core.access import Actor, Role
from backend.core.db import row, rows
from backend.core.problems import Missing

PREPAYMENT = """
SELECT p.*, o.name AS organization_name
  FROM payables p JOIN organizations o ON o.id = p.organization
 WHERE p.kind = 'PREPAYMENT'
"""
ONE = f"{PREPAYMENT} AND p.id = $1"
LISTED = f"""{PREPAYMENT} AND p.institution = $1 AND ($2::uuid IS NULL OR p.id < $2)
 ORDER BY p.id DESC LIMIT $3"""

ACCOUNTS = """
SELECT a.*, house.name AS institution_name, center.name AS organization_name
  FROM prepaid_accounts a JOIN organizations house ON house.id = a.institution
  JOIN organizations center ON center.id = a.organization
 WHERE CASE WHEN $2 THEN a.institution ELSE a.organization END = $1
   AND ($3::uuid IS NULL OR a.id < $3) ORDER BY a.id DESC LIMIT $4
"""

MOVED = """
SELECT DISTINCT a.id, a.institution FROM prepaid_accounts a
  JOIN ledger_postings l ON l.institution_id = a.institution AND l.organization = a.organization
 WHERE l.booked_on = $1 AND 'PREPAID' IN (l.debit, l.credit) ORDER BY a.id
"""


async def prepayment(prepayment_id: UUID) -> Record | None:
    return await row(ONE, prepayment_id)


async def see_prepayment(*, prepayment_id: UUID, actor: Actor) -> Record:
    """One's own institution's, or one paid to one's own center.

    :raises Missing:
    """
    found = await prepayment(prepayment_id)
    side = "institution" if actor.role is Role.INST_ADMIN else "organization"
    if found is None or found[side] != actor.organization_id:
        raise Missing
    return found


async def prepayments(*, actor: Actor, limit: int, after: str | None) -> pages.Cut:
    """Those of one's own institution. Newest first."""
    (last,) = pages.read("payments.prepayments", after, UUID)
    found = await rows(LISTED, actor.organization_id, last, limit + 1)
    return pages.cut(
        found, limit=limit, listing="payments.prepayments", key=lambda each: (each["id"],)
    )


async def prepaid_accounts(*, actor: Actor, limit: int, after: str | None) -> pages.Cut:
    """What an institution has left with each center, or a center owes to each institution."""
    (last,) = pages.read("payments.prepaid_accounts", after, UUID)
    is_house = actor.role is Role.INST_ADMIN
    found = await rows(ACCOUNTS, actor.organization_id, is_house, last, limit + 1)
    return pages.cut(
        found, limit=limit, listing="payments.prepaid_accounts", key=lambda each: (each["id"],)
    )


async def accounts_moved(on: date) -> list[Record]:
    """Accounts of which something was booked that day."""
    return await rows(MOVED, on)
