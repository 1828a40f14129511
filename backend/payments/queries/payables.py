"""What is owed, as each who pays, is cared for or keeps the books may see it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record

from backend.core import audit, pages
from backend.core.access import FAMILY, Actor, Role
from backend.core.db import row, rows
from backend.core.problems import Missing
from backend.payments import policies
from backend.payments.lifecycle.statuses import PayableStatus
from backend.people import queries as people
from backend.people.lifecycle import Scope

BILL = "bill"  # the word of the tie between a bill and who keeps the books of it

COLUMNS = """
p.*, person.name AS person_name, o.name AS organization_name, house.name AS institution_name,
locked.expires_at AS locked_until, payer.name AS locked_by,
coalesce((SELECT bool_or(t.is_sample) FROM payable_lines l JOIN tariffs t ON t.id = l.tariff
           WHERE l.payable = p.id), false) AS is_sample
"""

FROM = """
  FROM payables p
  JOIN organizations o ON o.id = p.organization
  LEFT JOIN persons person ON person.id = p.person
  LEFT JOIN organizations house ON house.id = p.institution
  LEFT JOIN payment_orders locked ON locked.id = p.order_id AND p.status = 'LOCKED'
  LEFT JOIN persons payer ON payer.id = locked.payer
"""

# Three texts, each with its index: one that asks which of them it is would read every bill.
PAGE = """
   AND ($2::text IS NULL OR p.status = $2) AND ($3::uuid IS NULL OR p.person = $3)
   AND ($4::uuid IS NULL OR p.id < $4)
"""
BOOKS = f"SELECT {COLUMNS}, '{BILL}' AS tie {FROM}"
ONE = f"{BOOKS} WHERE p.id = $1"
OF_MY_CENTER = f"{BOOKS} WHERE p.organization = $1 {PAGE}"
OF_MY_HOUSE = f"{BOOKS} WHERE p.institution = $1 {PAGE}"
TIED = people.tie_of(person="p.person", at=5)  # not policy: behind those of the page
MINE = f"""
SELECT * FROM (SELECT {COLUMNS}, {TIED} AS tie {FROM}
 WHERE p.person IN (
   SELECT $1::uuid
   UNION SELECT person FROM delegations WHERE delegate = $1 AND revoked_at IS NULL
   UNION SELECT person FROM guardianships WHERE guardian = $1) {PAGE}) AS seen
 WHERE tie IS NOT NULL
"""  # noqa: S608 - text of our own
NEWEST = " ORDER BY id DESC LIMIT $"

LINES = "SELECT * FROM payable_lines WHERE payable = $1 ORDER BY happened_at, id"


class Seen(NamedTuple):
    """A bill, its lines, and what of them this reader may be told by name (PY-10, PY-13)."""

    payable: Record
    lines: list[Record]
    names_care: bool
    names_drugs: bool


async def payables(
    *,
    actor: Actor,
    status: PayableStatus | None,
    person_id: UUID | None,
    limit: int,
    after: str | None,
    now: datetime,
) -> pages.Cut:
    """The newest first: one's own or one's elder's, one's residents', or one's center's."""
    (last,) = pages.read("payments.payables", after, UUID)
    asked = status, person_id, last
    if actor.role in FAMILY:
        tied = people.asker(actor=actor, now=now, scope=Scope.PAY)
        found = await rows(f"{MINE}{NEWEST}11", actor.person_id, *asked, *tied, limit + 1)
    else:
        text = OF_MY_HOUSE if actor.role is Role.INST_ADMIN else OF_MY_CENTER
        found = await rows(f"{text}{NEWEST}5", actor.organization_id, *asked, limit + 1)
    page = pages.cut(
        found, limit=limit, listing="payments.payables", key=lambda each: (each["id"],)
    )
    persons = [(each["person"], each["tie"]) for each in page.items if each["person"]]
    await audit.seen(
        actor,
        "payments.payables",
        persons=[person for person, _ in persons],
        ties=[tie for _, tie in persons],
    )
    return page


async def see_payable(*, payable_id: UUID, actor: Actor, now: datetime) -> Seen:
    """One bill. The read is noted.

    PY-10: who may only pay is told amount, organization, class and date. What was done is named to
    who may see summaries, a medicine to who may see everything.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    found = await row(ONE, payable_id)
    if found is None:
        raise Missing
    names_care = names_drugs = policies.keeps_books_of(actor, found)
    tie = BILL
    if actor.role in FAMILY:
        if found["person"] is None:
            raise Missing
        tie = await people.tie(actor=actor, person_id=found["person"], now=now, scope=Scope.PAY)
        names_care = await _holds(actor, found["person"], Scope.VIEW_SUMMARY, now)
        names_drugs = await _holds(actor, found["person"], Scope.VIEW_FULL, now)
    elif not policies.may_see_bill(actor, found):
        raise Missing
    lines = await rows(LINES, payable_id)
    if found["person"] is not None:
        await audit.seen(
            actor, "payments.payable", persons=[found["person"]], ties=[tie], subject_id=payable_id
        )
    return Seen(found, lines, names_care, names_drugs)


async def _holds(actor: Actor, person_id: UUID, scope: Scope, now: datetime) -> bool:
    return bool(await people.ties_of(actor=actor, person_ids=[person_id], now=now, scope=scope))
