"""Questions about pay requests (代付请求): who may be asked, and what waits for whom."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, calendar, pages
from backend.core.access import FAMILY, Actor, Role
from backend.core.db import row, rows
from backend.core.problems import Missing
from backend.people import queries as people
from backend.people.lifecycle import Scope

REQUEST = """
SELECT r.*, p.person, p.organization, p.institution, p.total_fen, p.classes, p.happened_at,
       p.status AS payable_status, o.name AS organization_name
  FROM payment_requests r JOIN payables p ON p.id = r.payable
  JOIN organizations o ON o.id = p.organization
"""
ONE = f"{REQUEST} WHERE r.id = $1"
PAGE = " AND ($2::uuid IS NULL OR r.id < $2) ORDER BY r.id DESC LIMIT $3"
WAITING = f"""
SELECT * FROM ({REQUEST} WHERE r.recipients @> ARRAY[$1::uuid]) AS r
 WHERE EXISTS (SELECT FROM delegations d WHERE d.person = r.person AND d.delegate = $1
                AND d.revoked_at IS NULL AND 'PAY' = ANY (d.scopes)
                AND $4::date BETWEEN d.valid_from AND d.valid_to)
"""  # noqa: S608 - text of our own
OF_WARDS = f"""{REQUEST}
 WHERE p.person IN (SELECT person FROM guardianships WHERE guardian = $1
                     AND $4::date BETWEEN valid_from AND coalesce(valid_to, 'infinity'))
"""  # noqa: S608 - text of our own
OWN = f"{REQUEST} WHERE p.person = $1"
ASKED = f"{REQUEST} WHERE r.asked_by = $1"

MAY_PAY = """
SELECT delegate AS id FROM delegations
 WHERE person = $1 AND revoked_at IS NULL AND 'PAY' = ANY (scopes)
   AND $2::date BETWEEN valid_from AND valid_to
UNION
SELECT guardian FROM guardianships
 WHERE person = $1 AND $2::date BETWEEN valid_from AND coalesce(valid_to, 'infinity')
"""


async def who_may_pay(*, person_id: UUID, now: datetime) -> set[UUID]:
    """Relatives with a live PAY delegation, and guardians."""
    return {each["id"] for each in await rows(MAY_PAY, person_id, calendar.on(now))}


async def payment_request(request_id: UUID) -> Record | None:
    return await row(ONE, request_id)


async def open_requests(payable_id: UUID, *, now: datetime) -> Collection[Record]:
    """Those that still wait for somebody."""
    return await rows(
        "SELECT * FROM payment_requests WHERE payable = $1 AND expires_at > $2", payable_id, now
    )


async def see_payment_request(*, request_id: UUID, actor: Actor, now: datetime) -> Record:
    """To whom it was sent, who sent it, the elder and the guardian.

    :raises Missing: :raises DelegationEnded: :raises ScopeMissing: :raises TieEnded:
    """
    found = await payment_request(request_id)
    if found is None or not (
        actor.role in FAMILY - {Role.RELATIVE}
        or actor.person_id in (*found["recipients"], found["asked_by"])
    ):
        raise Missing
    tie = await people.tie(actor=actor, person_id=found["person"], now=now, scope=Scope.PAY)
    await audit.seen(actor, "payments.request", persons=[found["person"]], ties=[tie])
    return found


async def payment_requests(
    *, actor: Actor, limit: int, after: str | None, now: datetime
) -> pages.Cut:
    """What waits for a relative, is about an elder or a ward, or was asked by staff."""
    (last,) = pages.read("payments.requests", after, UUID)
    if actor.role is Role.RELATIVE:
        text = f"SELECT * FROM ({WAITING}) AS r WHERE true{PAGE}"  # noqa: S608 - text of our own
        found = await rows(text, actor.person_id, last, limit + 1, calendar.on(now))
    elif actor.role is Role.GUARDIAN:
        found = await rows(f"{OF_WARDS}{PAGE}", actor.person_id, last, limit + 1, calendar.on(now))
    else:
        text = OWN if actor.role is Role.ELDER else ASKED
        found = await rows(f"{text}{PAGE}", actor.person_id, last, limit + 1)
    persons = sorted({each["person"] for each in found}, key=str)
    ties = await people.ties_of(actor=actor, person_ids=persons, now=now)
    page = pages.cut(
        found, limit=limit, listing="payments.requests", key=lambda each: (each["id"],)
    )
    page.items[:] = [each for each in page.items if each["person"] in ties]
    await audit.seen(actor, "payments.requests", persons=list(ties), ties=list(ties.values()))
    return page
