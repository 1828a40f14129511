"""代付请求 (PY-11): a bill is put before relatives; whoever locks it first pays it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import audit, wire
from backend.core.access import SYSTEM, Actor, Role
from backend.core.db import action, rows
from backend.core.ids import is_uuid7, uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Malformed, Missing
from backend.core.wire import Kept
from backend.payments import queries
from backend.payments.events import PaymentWasAsked
from backend.payments.lifecycle.payers import PaymentAsked
from backend.payments.lifecycle.statuses import PayableStatus
from backend.payments.problems import MayNotPay, NotOwed
from backend.payments.queries import requests
from backend.payments.schemas.payers import PaymentRequestDetail
from backend.people import queries as people
from backend.people.lifecycle import Scope

ASK = """
INSERT INTO payment_requests (id, payable, recipients, asked_by, role, expires_at, recorded_at,
                              fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
PAYABLE_YET = frozenset({PayableStatus.OPEN, PayableStatus.LOCKED})


@action
async def ask_to_pay(
    *, request_id: UUID, actor: Actor, said: PaymentAsked, now: datetime
) -> Kept[Record]:
    """Ask relatives to pay a bill: the elder, their nurse in the house, or the doctor who billed.

    :raises Missing: :raises TieEnded: :raises AlreadyDifferent: :raises NotOwed:
    :raises MayNotPay:
    """
    payable = await queries.hold_payable(said.payable_id)
    tie = await _may_ask(actor, payable, now)
    if stored := await requests.payment_request(request_id):
        if stored["asked_by"] != actor.person_id:
            raise AlreadyDifferent
        wire.check_same(
            wire.fingerprint(said),
            stored["fingerprint"],
            lambda: PaymentRequestDetail.of(stored, actor=actor, now=now),
        )
        return Kept(stored, first=False)
    if not is_uuid7(request_id):
        raise Malformed(field="request_id")
    if PayableStatus(payable["status"]) not in PAYABLE_YET:
        raise NotOwed(status=payable["status"])
    allowed = await requests.who_may_pay(person_id=payable["person"], now=now)
    if strangers := sorted(set(said.recipients) - allowed, key=str):
        raise MayNotPay(recipients=strangers)
    await _write(request_id, payable, said.recipients, actor, wire.fingerprint(said), now)
    audit.wrote(
        actor,
        "payments.ask_to_pay",
        person_id=payable["person"],
        subject_id=request_id,
        tie=tie,
    )
    stored = await requests.payment_request(request_id)
    assert stored is not None
    return Kept(stored, first=True)


async def _may_ask(actor: Actor, payable: Record, now: datetime) -> str:
    """:raises Missing: :raises TieEnded:"""
    if payable["person"] is None:
        raise Missing
    tie = await people.tie(actor=actor, person_id=payable["person"], now=now, scope=Scope.PAY)
    side = {Role.INST_NURSE: "institution", Role.GP: "organization", Role.SENIOR_GP: "organization"}
    column = side.get(actor.role)
    if column is not None and payable[column] != actor.organization_id:
        raise Missing
    return tie


async def ask_whoever_may_pay(payable: Record, *, now: datetime) -> bool:
    """PY-12: no standing payer pays a held bill, so everybody who may is asked; once at a time.

    With nobody to ask, the elder is: the bill is theirs.
    """
    if await requests.open_requests(payable["id"], now=now):
        return False
    allowed = await requests.who_may_pay(person_id=payable["person"], now=now)
    recipients = sorted(allowed, key=str) or [payable["person"]]
    request_id = uuid7()
    await _write(request_id, payable, recipients, SYSTEM, b"", now)
    audit.wrote(
        SYSTEM,
        "payments.ask_to_pay",
        person_id=payable["person"],
        subject_id=request_id,
        tie="bill",
    )
    return True


async def _write(
    request_id: UUID,
    payable: Record,
    recipients: Sequence[UUID],
    actor: Actor,
    print_: bytes,
    now: datetime,
) -> None:
    asked = sorted(set(recipients), key=str)
    await rows(
        ASK,
        request_id,
        payable["id"],
        asked,
        actor.person_id,
        actor.role.value,
        _expires_at(payable, now),
        now,
        print_,
    )
    publish(
        PaymentWasAsked(subject_id=request_id, person_id=payable["person"], recipients=tuple(asked))
    )


def _expires_at(payable: Record, now: datetime) -> datetime:
    """PY-11: as long as the stock is kept back, or a day."""
    kept_until: datetime | None = payable["stock_until"]
    if kept_until is not None and kept_until > now:
        return min(kept_until, now + policy.span(now, "py.request_expiry_min"))
    return now + policy.span(now, "py.request_expiry_hours")
