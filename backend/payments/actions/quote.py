"""报价: ask what each source would pay; the insurance's word counts, ours is an estimate."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from asyncpg import Record

from backend.core import audit, crypto
from backend.core.access import Actor, Role
from backend.core.db import action, row, rows
from backend.core.ids import is_uuid7
from backend.core.problems import AlreadyDifferent, Malformed
from backend.core.wire import Kept, fingerprint
from backend.payments import queries
from backend.payments.actions import asking
from backend.payments.channels import Fee, PreSettled, Refused, Transient
from backend.payments.lifecycle.legs import Legs
from backend.payments.lifecycle.quoting import (
    QuoteSaid,
    Settled,
    all_cash,
    estimated,
    is_insured,
    legs,
    medical,
)
from backend.payments.lifecycle.shares import cover
from backend.payments.lifecycle.statuses import OWED, PayableStatus
from backend.payments.problems import AidIsYourOwn, LegsDisagree, NotOwed

INSERT = """
INSERT INTO quotes (id, payable, number, asked_by, uses_mutual_aid, aid_member, mix_type, gov_fen,
                    self_fen, aid_fen, other_fen, ins_cash_fen, add_fen, reduce_fen, pay_cash_fen,
                    total_fen, additions, reductions, is_estimated, settlement, recorded_at,
                    fingerprint)
SELECT $1, $2, 1 + (SELECT count(*) FROM quotes WHERE payable = $2), $3, $4, $5, $6, $7, $8, $9,
       $10, $11, $12, $13, $14, $15, $16::jsonb, $17::jsonb, $18, $19, $20, $21
"""


class Answer(NamedTuple):
    """Who would pay what, and the insurance's own words when it said so."""

    settled: Settled
    words: PreSettled | None = None


async def quote(*, quote_id: UUID, actor: Actor, said: QuoteSaid, now: datetime) -> Kept[Record]:
    """Ask what is to be paid of a bill; not an action, as no transaction waits for the insurance.

    Each makes those before it stale. Saying it again answers the same one.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    :raises NotOwed: :raises AidIsYourOwn: :raises AlreadyDifferent:
    """
    payable = await queries.payable(said.payable_id)
    _, tie = await queries.payer_of(actor=actor, payable=payable, now=now)
    digest = fingerprint(said)
    if stored := await _stored(quote_id, actor, digest):
        return Kept(stored, first=False)
    if not is_uuid7(quote_id):
        raise Malformed(field="quote_id")
    if said.use_mutual_aid and actor.role not in (Role.RELATIVE, Role.GUARDIAN):
        raise AidIsYourOwn
    aid_member = actor.person_id if said.use_mutual_aid else None
    first = await make_quote(
        quote_id=quote_id,
        payable=payable,
        actor=actor,
        aid_member=aid_member,
        tie=tie,
        digest=digest,
        now=now,
    )
    found = await _stored(quote_id, actor, digest)
    assert found is not None
    return Kept(found, first)


async def _stored(quote_id: UUID, actor: Actor, digest: bytes) -> Record | None:
    """:raises AlreadyDifferent:"""
    stored = await row("SELECT * FROM quotes WHERE id = $1", quote_id)
    if stored is not None and (stored["asked_by"], stored["fingerprint"]) != (
        actor.person_id,
        digest,
    ):
        raise AlreadyDifferent
    return stored


async def make_quote(
    *,
    quote_id: UUID,
    payable: Record,
    actor: Actor,
    aid_member: UUID | None = None,
    tie: str = "",
    digest: bytes = b"",
    now: datetime,
) -> bool:
    """Ask the insurance and keep its answer, or our estimate; whether this was the first time.

    Not an action: the insurance is asked outside. Who may ask is the caller's to say.

    :raises NotOwed:
    """
    if PayableStatus(payable["status"]) not in OWED:
        raise NotOwed(status=payable["status"])
    lines = await queries.lines_of(payable["id"])
    answer = await _answer(quote_id, payable, lines, aid_member)
    return await _keep(
        quote_id=quote_id,
        payable=payable,
        actor=actor,
        aid_member=aid_member,
        tie=tie,
        digest=digest,
        answer=answer,
        split=_legs(payable, lines, answer.settled),
        now=now,
    )


async def _answer(
    quote_id: UUID, payable: Record, lines: Sequence[Record], aid_member: UUID | None
) -> Answer:
    if not is_insured(lines):
        return Answer(all_cash(lines))
    try:
        said = await _pre_settle(quote_id, payable, lines, aid_member)
    except (Transient, Refused):
        return Answer(estimated(lines, cover(payable["happened_at"])))
    settled = Settled(
        gov_fen=said.gov_fen,
        self_fen=said.self_fen,
        aid_fen=said.aid_fen,
        other_fen=said.other_fen,
        cash_fen=said.cash_fen,
    )
    return Answer(settled, said)


async def _pre_settle(
    quote_id: UUID, payable: Record, lines: Sequence[Record], aid_member: UUID | None
) -> PreSettled:
    """:raises Transient: it is away, or knows nobody without a number :raises Refused:"""
    named = [each for each in (payable["person"], aid_member) if each]
    known = await queries.identified(named)
    if len(known) < len(named):
        raise Transient
    fees = [
        Fee(
            line_id=each["id"].hex,
            item=each["item"],
            quantity=each["quantity"],
            amount_fen=each["amount_fen"],
            is_insured=each["is_insured"],
        )
        for each in medical(lines)
    ]
    async with asking.deadline():
        return await asking.insurance().pre_settle(
            out_trade_no=quote_id.hex,
            insured=known[payable["person"]],
            fees=fees,
            is_outpatient=payable["is_outpatient"],
            aid_from=known[aid_member] if aid_member else None,
        )


def _legs(payable: Record, lines: Sequence[Record], settled: Settled) -> Legs:
    """The legs, which sum to what is owed whoever answered; a top-up has no lines.

    :raises LegsDisagree: the insurance's answer does not
    """
    total = payable["total_fen"]
    found = (
        legs(lines, settled)
        if lines
        else Legs(ins_cash_fen=total, pay_cash_fen=total, total_fen=total)
    )
    if found.total_fen != total:
        raise LegsDisagree
    return found


@action
async def _keep(
    *,
    quote_id: UUID,
    payable: Record,
    actor: Actor,
    aid_member: UUID | None,
    tie: str,
    digest: bytes,
    answer: Answer,
    split: Legs,
    now: datetime,
) -> bool:
    held = await queries.hold_payable(payable["id"])
    if await row("SELECT 1 FROM quotes WHERE id = $1", quote_id):
        return False
    if PayableStatus(held["status"]) not in OWED:
        raise NotOwed(status=held["status"])
    settlement = msgspec.json.encode(answer.words) if answer.words else None
    await rows(
        INSERT,
        quote_id,
        payable["id"],
        actor.person_id,
        aid_member is not None,
        aid_member,
        split.mix_type,
        split.gov_fen,
        split.self_fen,
        answer.settled.aid_fen,
        split.other_fen,
        split.ins_cash_fen,
        split.add_fen,
        split.reduce_fen,
        split.pay_cash_fen,
        split.total_fen,
        msgspec.json.encode(split.add).decode(),
        msgspec.json.encode(split.reduce).decode(),
        answer.settled.is_estimated,
        crypto.seal_bytes(settlement, "quotes.settlement") if settlement else None,
        now,
        digest,
    )
    audit.wrote(actor, "payments.quote", person_id=held["person"], subject_id=quote_id, tie=tie)
    return True
