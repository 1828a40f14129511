"""退款: somebody asks for money back, and above a limit a second person says so (PY-08)."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import audit, crypto
from backend.core.access import FAMILY, SYSTEM, Actor, Role
from backend.core.db import action, row, value
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Malformed, Missing
from backend.core.wire import Kept, fingerprint
from backend.payments import policies, queries
from backend.payments.actions import owing
from backend.payments.actions.moving import move_refund
from backend.payments.events import RefundAsked, RefundDeclined
from backend.payments.lifecycle.orders import Parts
from backend.payments.lifecycle.refunds import (
    RefundDecided,
    RefundSaid,
    asked_parts,
    needs_approval,
)
from backend.payments.lifecycle.statuses import (
    Kind,
    OrderStatus,
    RefundMove,
    RefundStatus,
)
from backend.payments.problems import NotOwed, SomebodyElseApproves
from backend.people import queries as people

LEFT = """
SELECT o.pay_cash_fen - coalesce(sum(r.cash_fen), 0)::bigint AS cash_fen,
       o.gov_fen - coalesce(sum(r.gov_fen), 0)::bigint AS gov_fen,
       o.self_fen - coalesce(sum(r.self_fen), 0)::bigint AS self_fen,
       o.other_fen - coalesce(sum(r.other_fen), 0)::bigint AS other_fen
  FROM payment_orders o
  LEFT JOIN refunds r ON r.payment_order = o.id AND r.status <> 'DECLINED'
 WHERE o.id = $1 GROUP BY o.id
"""

UNAPPROVED = """
SELECT coalesce(sum(cash_fen + gov_fen + self_fen + other_fen), 0)::bigint FROM refunds
 WHERE payment_order = $1 AND approved_by IS NULL AND status <> 'DECLINED'
"""


@action
async def ask_refund(
    *, refund_id: UUID, actor: Actor, said: RefundSaid, now: datetime
) -> Kept[Record]:
    """Ask for money of an order back, by its legs. A center's small ones are made at once.

    :raises Missing: :raises NotOwed: :raises RefundTooMuch: :raises AlreadyDifferent:
    """
    payable, order = await queries.hold_order(said.order_id)
    tie = await _may_ask(actor, payable, order, now)
    digest = fingerprint(said)
    if stored := await row("SELECT * FROM refunds WHERE id = $1", refund_id):
        if stored["payment_order"] != order["id"] or stored["fingerprint"] != digest:
            raise AlreadyDifferent
        return Kept(await queries.refund(refund_id), first=False)
    if not is_uuid7(refund_id):
        raise Malformed(field="refund_id")
    # What came too late goes back by itself, and a top-up is the account's, which may be used.
    if (
        OrderStatus(order["status"]) is not OrderStatus.PAID
        or order["is_undue"]
        or payable["kind"] == Kind.PREPAYMENT
    ):
        raise NotOwed(status=order["status"])
    parts = asked_parts(said, await _left(order["id"]))
    await _ask(refund_id, payable, order, parts, said=said, actor=actor, digest=digest, now=now)
    audit.wrote(
        actor, "payments.ask_refund", person_id=payable["person"], subject_id=refund_id, tie=tie
    )
    return Kept(await queries.refund(refund_id), first=True)


async def _ask(
    refund_id: UUID,
    payable: Record,
    order: Record,
    parts: Parts,
    *,
    said: RefundSaid,
    actor: Actor,
    digest: bytes,
    now: datetime,
) -> None:
    # Who paid does not give it back to themselves: of any amount the center says so.
    waits = actor.role in FAMILY or needs_approval(
        parts.fen,
        unapproved_fen=await value(UNAPPROVED, order["id"]),
        over_fen=policy.whole(now, "py.refund_approval_over_fen"),
    )
    await owing.insert(
        refund_id,
        payable,
        order,
        parts,
        reason_code=said.reason_code,
        reason=crypto.seal(said.reason, "refunds.reason") if said.reason else None,
        is_undue=False,
        requested_by=actor.person_id,
        role=actor.role.value,
        status=RefundStatus.REQUESTED if waits else RefundStatus.APPROVED,
        fingerprint=digest,
        now=now,
    )
    if waits:
        publish(
            RefundAsked(
                subject_id=refund_id,
                person_id=payable["person"],
                organization_id=payable["organization"],
            )
        )


async def refund_of(
    *, refund_id: UUID, said: RefundSaid, actor: Actor, now: datetime
) -> Kept[Record]:
    """Give money back because of what happened in a slice above, in its transaction.

    The actor acts on behalf (`actor.on_behalf(why)`) of that slice; above the limit it waits for
    finance all the same. Again is once.

    :raises Missing: :raises NotOwed: :raises RefundTooMuch: :raises AlreadyDifferent:
    """
    assert actor.why is not None or actor is SYSTEM
    return await ask_refund(refund_id=refund_id, actor=actor, said=said, now=now)


async def _may_ask(actor: Actor, payable: Record, order: Record, now: datetime) -> str:
    """:raises Missing:"""
    if actor.why is not None or actor.role is Role.SYSTEM:
        return actor.why or "system"
    if policies.may_ask_refund(actor, order, payable["organization"]):
        return "payer" if actor.role in FAMILY else "books"
    if actor.role not in (Role.ELDER, Role.GUARDIAN) or payable["person"] is None:
        raise Missing
    return await people.tie(actor=actor, person_id=payable["person"], now=now)


async def _left(order_id: UUID) -> Parts:
    """What no refund has asked for yet."""
    found = await row(LEFT, order_id)
    assert found is not None
    return Parts(**dict(found))


@action
async def decide_refund(
    *, refund_id: UUID, actor: Actor, said: RefundDecided, now: datetime
) -> Kept[Record]:
    """Finance of the center says yes or no; never who asked (four eyes). Twice is once.

    :raises Missing: :raises SomebodyElseApproves: :raises CannotMove: :raises AlreadyDifferent:
    """
    payable, order, held = await queries.hold_refund(refund_id)
    if not policies.keeps_books(actor, held["organization"]):
        raise Missing
    digest = fingerprint(said)
    decided = await row(
        "SELECT * FROM refund_moves WHERE refund = $1 AND move IN ('approve', 'decline')", refund_id
    )
    if decided is not None:
        if (decided["made_by"], decided["fingerprint"]) != (actor.person_id, digest):
            raise AlreadyDifferent
        return Kept(await queries.refund(refund_id), first=False)
    if held["requested_by"] == actor.person_id:
        raise SomebodyElseApproves
    move = RefundMove.APPROVE if said.approves else RefundMove.DECLINE
    await move_refund(held, move, actor=actor, fingerprint=digest, now=now)
    if said.approves:
        owing.owe(refund_id, now=now)
    else:
        publish(
            RefundDeclined(subject_id=refund_id, person_id=payable["person"], to_id=order["payer"])
        )
    audit.wrote(
        actor,
        "payments.decide_refund",
        person_id=payable["person"],
        subject_id=refund_id,
        tie="books",
    )
    return Kept(await queries.refund(refund_id), first=True)
