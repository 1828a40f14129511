"""Questions about orders, quotes and refunds: as they stand, and as a channel has to be told."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, pages
from backend.core.access import FAMILY, Actor, Role
from backend.core.db import row, rows
from backend.core.problems import Missing
from backend.payments import policies
from backend.payments.lifecycle.statuses import RefundStatus
from backend.payments.queries.payers import payer_of
from backend.people import queries as people
from backend.people.lifecycle import Scope

ORDER = """
SELECT o.*, p.person, p.organization, p.status AS payable_status, p.order_id AS locked_by,
       q.additions, q.reductions, q.settlement, s.agreement
  FROM payment_orders o JOIN payables p ON p.id = o.payable
  LEFT JOIN quotes q ON q.id = o.quote LEFT JOIN standing_payers s ON s.id = o.standing_payer
 WHERE o.id = $1
"""

REFUND = """
SELECT r.*, p.person, o.payer, o.institution, o.out_trade_no, o.channel,
       (SELECT max(m.recorded_at) FROM refund_moves m
         WHERE m.refund = r.id AND m.move = 'begin') AS begun_at
  FROM refunds r JOIN payables p ON p.id = r.payable JOIN payment_orders o ON o.id = r.payment_order
"""
ONE_REFUND = f"{REFUND} WHERE r.id = $1"
REFUNDS = f"""{REFUND}
 WHERE r.organization = $1 AND ($2::text IS NULL OR r.status = $2)
   AND ($3::uuid IS NULL OR r.id < $3) ORDER BY r.id DESC LIMIT $4"""


async def payable(payable_id: UUID) -> Record:
    """:raises Missing:"""
    found = await row("SELECT * FROM payables WHERE id = $1", payable_id)
    if found is None:
        raise Missing
    return found


async def lines_of(payable_id: UUID) -> Sequence[Record]:
    return await rows("SELECT * FROM payable_lines WHERE payable = $1 ORDER BY id", payable_id)


async def order(order_id: UUID) -> Record:
    """An order with its bill and its quote, for whoever has been let in.

    :raises Missing:
    """
    found = await row(ORDER, order_id)
    if found is None:
        raise Missing
    return found


async def order_at_channel(order_id: UUID) -> Record:
    """:raises Missing:"""
    return await order(order_id)


async def see_order(*, order_id: UUID, actor: Actor, now: datetime) -> tuple[Record, bool]:
    """Its payer's, the elder's and the guardian's, and the center's finance's; whether its payer's.

    :raises Missing: :raises TieEnded:
    """
    found = await order(order_id)
    tie = "payer"
    if policies.keeps_books(actor, found["organization"]):
        tie = "books"
    elif not policies.is_payer(actor, found):
        tie = await _own(actor, found, now)
    persons = [found["person"]] if found["person"] else []
    await audit.seen(
        actor, "payments.order", persons=persons, ties=[tie] * len(persons), subject_id=order_id
    )
    return found, policies.is_payer(actor, found)


async def see_quote(*, quote_id: UUID, actor: Actor, now: datetime) -> Record:
    """:raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:"""
    found = await row("SELECT * FROM quotes WHERE id = $1", quote_id)
    if found is None:
        raise Missing
    bill = await payable(found["payable"])
    _, tie = await payer_of(actor=actor, payable=bill, now=now)
    persons = [bill["person"]] if bill["person"] else []
    await audit.seen(
        actor, "payments.quote", persons=persons, ties=[tie] * len(persons), subject_id=quote_id
    )
    return found


async def refund(refund_id: UUID) -> Record:
    """:raises Missing:"""
    found = await row(ONE_REFUND, refund_id)
    if found is None:
        raise Missing
    return found


async def refund_at_channel(refund_id: UUID) -> tuple[Record, Record]:
    """A refund and its order.

    :raises Missing:
    """
    found = await refund(refund_id)
    return found, await order(found["payment_order"])


async def see_refund(*, refund_id: UUID, actor: Actor, now: datetime) -> tuple[Record, bool]:
    """A refund, and whether this reader is told why, which may name a medicine (PY-10).

    :raises Missing: :raises TieEnded:
    """
    found = await refund(refund_id)
    tie = "payer"
    if actor.role in (Role.FINANCE, Role.CHC_ADMIN):
        if found["organization"] != actor.organization_id:
            raise Missing
        tie = "books"
    elif not policies.is_payer(actor, found):
        tie = await _own(actor, found, now)
    persons = [found["person"]] if found["person"] else []
    await audit.seen(
        actor, "payments.refund", persons=persons, ties=[tie] * len(persons), subject_id=refund_id
    )
    is_told = actor.role is not Role.RELATIVE or found["requested_by"] == actor.person_id
    if not is_told:
        is_told = bool(
            await people.ties_of(actor=actor, person_ids=persons, now=now, scope=Scope.VIEW_FULL)
        )
    return found, is_told


async def refunds(
    *, actor: Actor, status: RefundStatus | None, limit: int, after: str | None
) -> pages.Cut:
    """A center's refunds, the newest first."""
    (last,) = pages.read("payments.refunds", after, UUID)
    found = await rows(REFUNDS, actor.organization_id, status, last, limit + 1)
    page = pages.cut(found, limit=limit, listing="payments.refunds", key=lambda each: (each["id"],))
    persons = [each["person"] for each in page.items if each["person"]]
    await audit.seen(actor, "payments.refunds", persons=persons, ties=["books"] * len(persons))
    return page


async def _own(actor: Actor, found: Record, now: datetime) -> str:
    """The elder and the guardian see who paid what for them; a relative what they paid."""
    if actor.role not in FAMILY - {Role.RELATIVE} or found["person"] is None:
        raise Missing
    return await people.tie(actor=actor, person_id=found["person"], now=now)
