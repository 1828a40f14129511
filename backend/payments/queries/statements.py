"""对账单 (PY-13): a day or a month of the ledger, as far as it is the asker's own."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from backend.core import audit
from backend.core.access import Actor, Role
from backend.core.db import rows
from backend.core.problems import Malformed
from backend.payments.lifecycle.statements import Line, Period, days_of
from backend.people import queries as people

STATEMENT = """
SELECT {booked_on} AS booked_on, l.why, l.debit, l.credit, {channel} AS channel,
       sum(l.amount_fen) AS fen, count(*) AS entries, {person} AS person_id,
       {payable} AS payable, l.organization, {classes} AS classes
  FROM ledger_postings l JOIN payables p ON p.id = l.payable
 WHERE {whose} AND l.booked_on >= $2 AND l.booked_on < $3
 GROUP BY 1, l.why, l.debit, l.credit, 5, 8, 9, l.organization, 11
 ORDER BY min(l.booked_on), min(l.id)
"""


def _statement(
    whose: str,
    *,
    booked_on: str = "l.booked_on",
    channel: str = "l.channel",
    person: str = "l.person_id",
    payable: str = "l.payable",
    classes: str = "p.classes",
) -> str:
    return STATEMENT.format(
        whose=whose,
        booked_on=booked_on,
        channel=channel,
        person=person,
        payable=payable,
        classes=classes,
    )


OF_A_PERSON = _statement("l.person_id = $1")
# Their own money alone: what the insurance paid in the same order is the elder's to know.
OF_A_PAYER = _statement("l.payer_id = $1 AND 'CLEARING' IN (l.debit, l.credit)")
# PY-13: what moved its account, a line a resident and class; nothing of any bill.
OF_AN_INSTITUTION = _statement(
    "l.institution_id = $1 AND 'PREPAID' IN (l.debit, l.credit)",
    booked_on="CASE WHEN $3::date - $2::date = 1 THEN l.booked_on END",
    channel="NULL::text",
    payable="NULL::uuid",
)
OF_A_CENTER = _statement(
    "l.organization = $1", person="NULL::uuid", payable="NULL::uuid", classes="NULL::text[]"
)


class Statement(NamedTuple):
    """From the first day until before `end`."""

    first: date
    end: date
    lines: Sequence[Line]


async def see_statement(
    *, actor: Actor, period: Period, person_id: UUID | None, now: datetime
) -> Statement:
    """An elder's own, a ward's, what a relative paid, an institution's account, a center's books.

    :raises Malformed: no such day or month, or a guardian who does not say whose
    :raises Missing: :raises TieEnded:
    """
    first, end = days_of(period)
    match actor.role:
        case Role.ELDER | Role.GUARDIAN:
            lines = await _of_a_person(actor, person_id, first, end, now)
        case Role.RELATIVE:
            found = await _lines(OF_A_PAYER, actor.person_id, first, end)
            lines = await _known(actor, found, "payments.my_payments", now)
        case Role.INST_ADMIN:
            found = await _lines(OF_AN_INSTITUTION, actor.organization_id, first, end)
            lines = await _known(actor, found, "payments.institution_statement", now)
        case _:
            lines = await _lines(OF_A_CENTER, actor.organization_id, first, end)
    return Statement(first, end, lines)


async def _of_a_person(
    actor: Actor, person_id: UUID | None, first: date, end: date, now: datetime
) -> list[Line]:
    whose = person_id or (actor.person_id if actor.role is Role.ELDER else None)
    if whose is None:
        raise Malformed(field="person_id")
    tie = await people.tie(actor=actor, person_id=whose, now=now)
    found = await _lines(OF_A_PERSON, whose, first, end)
    await audit.seen(actor, "payments.statement", persons=[whose], ties=[tie])
    return found


async def _lines(sql: str, whose: UUID | None, first: date, end: date) -> list[Line]:
    return [Line.of(each) for each in await rows(sql, whose, first, end)]


async def _known(actor: Actor, lines: list[Line], what: str, now: datetime) -> list[Line]:
    """One's own money is always one's own to see; whose care it paid, as long as a tie lives."""
    persons = sorted({each.person_id for each in lines if each.person_id}, key=str)
    if not persons:
        return lines
    ties = await people.ties_of(actor=actor, person_ids=persons, now=now)
    await audit.seen(actor, what, persons=list(ties), ties=list(ties.values()))
    return [
        each
        if each.person_id in ties
        else msgspec.structs.replace(each, person_id=None, payable_id=None)
        for each in lines
    ]
