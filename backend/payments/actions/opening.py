"""How a bill is written: the payable, its lines, the minutes they take, and the debt."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from backend import policy
from backend.core import audit
from backend.core.access import Actor
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.payments import queries
from backend.payments.actions.ledger import post
from backend.payments.actions.moving import move_payable
from backend.payments.events import NothingWasOwed, PayableOpened
from backend.payments.lifecycle.billing import Line
from backend.payments.lifecycle.ledger import Account, Posting, Why
from backend.payments.lifecycle.statuses import Kind, PayableMove

OPEN = """
WITH opened AS (
  INSERT INTO payables (id, kind, subject_id, person, institution, organization, classes,
                        is_outpatient, total_fen, happened_at, status, stock_until, policy_version,
                        version, recorded_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'OPEN', $11, $12, 1, $13)
), moved AS (
  INSERT INTO payable_moves (id, payable, move, made_by, role, to_status, because_id, recorded_at)
  VALUES (uuidv7(), $1, 'open', $14, $15, 'OPEN', $3, $13)
), lined AS (
  INSERT INTO payable_lines (id, payable, charge_key, item, service_class, quantity, price_fen,
                             amount_fen, is_insured, tariff, visit_id, done_by, happened_at, rule)
  SELECT id, $1, charge_key, item, service_class, quantity, price_fen, quantity * price_fen,
         is_insured, tariff_id, visit_id, done_by, from_at, rule
    FROM jsonb_to_recordset($16::jsonb)
      AS l(id uuid, charge_key text, item text, service_class text, quantity int, price_fen bigint,
           is_insured boolean, tariff_id uuid, visit_id uuid, done_by uuid, from_at timestamptz,
           rule text)
)
INSERT INTO billed_minutes (id, scheme, person, organization, item, from_at, until_at, line,
                            recorded_by, recorded_at)
SELECT uuidv7(), 'medical', $4, $6, item, from_at, until_at, id, $14, $13
  FROM jsonb_to_recordset($16::jsonb)
    AS l(id uuid, item text, from_at timestamptz, until_at timestamptz)
 WHERE until_at IS NOT NULL
"""


async def open_payable(
    *,
    kind: Kind,
    subject_id: UUID,
    person_id: UUID,
    organization_id: UUID,
    institution_id: UUID | None,
    is_outpatient: bool,
    lines: Sequence[Line],
    actor: Actor,
    now: datetime,
    stock_until: datetime | None = None,
) -> UUID:
    """Write a payable, its lines and the debt, in the transaction of what it is for.

    What comes to nothing is paid as it opens.
    """
    payable_id = uuid7()
    total_fen = sum(each.amount_fen for each in lines)
    happened_at = min(each.from_at for each in lines)
    said = [{"id": uuid7(), **msgspec.structs.asdict(each)} for each in lines]
    await rows(
        OPEN,
        payable_id,
        kind,
        subject_id,
        person_id,
        institution_id,
        organization_id,
        sorted({each.service_class for each in lines}),
        is_outpatient,
        total_fen,
        happened_at,
        stock_until,
        policy.version(happened_at),
        now,
        actor.person_id,
        actor.role.value,
        msgspec.json.encode(said).decode(),
    )
    held = await queries.hold_payable(payable_id)
    whose = {"subject_id": payable_id, "person_id": person_id, "organization_id": organization_id}
    if total_fen:
        owed = Posting(debit=Account.RECEIVABLE, credit=Account.REVENUE, fen=total_fen)
        await post([owed], why=Why.BILL, payable=held, now=now)
        publish(PayableOpened(**whose))
    else:
        await move_payable(held, PayableMove.CAPTURE, actor=actor, now=now)
        publish(NothingWasOwed(**whose))
    audit.wrote(actor, "payments.bill", person_id=person_id, subject_id=payable_id, tie="bill")
    return payable_id
