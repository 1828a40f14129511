"""An elder with a bill, a daughter and a son who may pay it, and a channel that pretends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.core import crypto
from backend.core.access import Actor, Role
from backend.core.db import row, rows, transaction, value
from backend.core.ids import uuid7
from backend.payments import actions
from backend.payments.actions import ledger
from backend.payments.lifecycle.ledger import Account, Posting, Why
from backend.payments.lifecycle.orders import OrderSaid, PayWith
from backend.payments.lifecycle.quoting import QuoteSaid
from tests.builders import TUESDAY_NINE, a_delegation, a_person, acting, an_organization
from tests.payments import pretend
from tests.payments.pretend import PretendChannel

NOW = TUESDAY_NINE
NUMBERS = {"elder": "31010619420301002X", "daughter": "310106197001010026"}
DRUGS = ("DRUGS", "DRUG", 25640, True)
FREIGHT = ("FREIGHT", "DELIVERY", 800, False)
ROUND = ("ROUND", "VISIT", 8000, False)


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)


@dataclass
class Family:
    center: UUID
    institution: UUID
    elder: Actor
    daughter: Actor
    son: Actor
    channel: PretendChannel


async def a_family() -> Family:
    """周秀英, her daughter and her son, with PAY; everybody has a resident ID number."""
    center = await an_organization()
    institution = await an_organization(kinds=("ELDER_CARE_INSTITUTION",), name="示例养老院")
    elder = await a_person(name="周秀英", center_id=center, residence_id=institution)
    daughter, son = await a_person(name="周敏"), await a_person(name="吴强", sex="M")
    for who in (daughter, son):
        await a_delegation(elder, who, "PAY")
    for who in (elder, daughter, son):
        await rows(
            "UPDATE persons SET identity_number = $2, identity_key = $3 WHERE id = $1",
            who,
            crypto.seal(
                NUMBERS["elder" if who == elder else "daughter"], "persons.identity_number"
            ),
            who.bytes,
        )
    return Family(
        center,
        institution,
        await acting(elder, Role.ELDER),
        await acting(daughter, Role.RELATIVE),
        await acting(son, Role.RELATIVE),
        pretend.use(),
    )


async def a_bill(
    family: Family,
    *lines: tuple[str, str, int, bool],
    kind: str = "VISIT",
    institution_id: UUID | None = None,
) -> UUID:
    """A bill of the elder, open and booked."""
    payable_id, said = uuid7(), lines or (ROUND,)
    async with transaction():
        await rows(
            "INSERT INTO payables (id, kind, subject_id, person, institution, organization,"
            " classes, is_outpatient, total_fen, happened_at, status, policy_version, version,"
            " recorded_at) VALUES ($1, $2, $1, $3, $4, $5, $6, true, $7, $8, 'OPEN', 't', 1, $8)",
            payable_id,
            kind,
            None if kind == "PREPAYMENT" else family.elder.person_id,
            institution_id,
            family.center,
            sorted({line[1] for line in said}),
            sum(line[2] for line in said),
            NOW,
        )
        if kind != "PREPAYMENT":
            for item, service_class, fen, is_insured in said:
                await rows(
                    "INSERT INTO payable_lines (id, payable, charge_key, item, service_class,"
                    " quantity, price_fen, amount_fen, is_insured, happened_at, rule)"
                    " VALUES ($1, $2, $3, $4, $5, 1, $6, $6, $7, $8, 'HB-15')",
                    uuid7(),
                    payable_id,
                    str(uuid7()),
                    item,
                    service_class,
                    fen,
                    is_insured,
                    NOW,
                )
        payable = await row("SELECT * FROM payables WHERE id = $1", payable_id)
        assert payable
        income = Account.PREPAID if kind == "PREPAYMENT" else Account.REVENUE
        owed = Posting(debit=Account.RECEIVABLE, credit=income, fen=payable["total_fen"])
        await ledger.post([owed], why=Why.BILL, payable=payable, now=NOW)
    return payable_id


async def an_order(
    family: Family,
    payable_id: UUID,
    by: Actor | None = None,
    *,
    now: datetime = NOW,
    order_id: UUID | None = None,
    channel: PayWith = PayWith.WECHAT,
) -> UUID:
    """A quote and an order of it, placed."""
    payer = by or family.daughter
    quote = await actions.quote(
        quote_id=uuid7(), actor=payer, said=QuoteSaid(payable_id=payable_id), now=now
    )
    made = await actions.order(
        order_id=order_id or uuid7(),
        actor=payer,
        said=OrderSaid(payable_id=payable_id, quote_number=quote.thing["number"], channel=channel),
        now=now,
    )
    return UUID(str(made.thing["id"]))


async def status_of(order_id: UUID) -> str:
    return str(await value("SELECT status FROM payment_orders WHERE id = $1", order_id))


async def stands(payable_id: UUID) -> str:
    return str(await value("SELECT status FROM payables WHERE id = $1", payable_id))


async def owed_tasks(task: str) -> list[dict[str, Any]]:
    """What is still owed of a task, as its arguments."""
    found = await rows("SELECT args FROM jobs WHERE task = $1 AND status = 'pending'", task)
    return [msgspec.json.decode(each["args"]) for each in found]


async def run_refunds(*, now: datetime = NOW) -> None:
    """Do what the jobs of refunds would."""
    for args in await owed_tasks("make_refund"):
        await actions.make_refund(refund_id=UUID(args["refund_id"]), now=now)


async def balance(account: str) -> int:
    return int(
        await value(
            "SELECT coalesce(sum(amount_fen * ((debit = $1)::int - (credit = $1)::int)), 0)"
            " FROM ledger_postings",
            account,
        )
    )


async def happened(topic: str) -> list[dict[str, Any]]:
    found = await rows("SELECT body FROM journal WHERE topic = $1 ORDER BY id", topic)
    return [msgspec.json.decode(each["body"]) for each in found]
