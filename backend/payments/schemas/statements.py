"""Statements, as they are read."""

from collections.abc import Sequence
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta

from backend.core.wire import Day, Response
from backend.payments.lifecycle.ledger import Account, Why
from backend.payments.lifecycle.statements import Line, Totals, totals
from backend.payments.queries.statements import Statement


class StatementLine(Response):
    """So much from one account to another; what belongs together is one line."""

    booked_on: Annotated[Day | None, Meta(description="null in an institution's month")]
    why: Why
    debit: Annotated[Account, Meta(description="the account that received")]
    credit: Annotated[Account, Meta(description="the account that gave")]
    channel: str | None
    fen: int
    entries: int
    person_id: UUID | None
    payable_id: UUID | None
    organization_id: UUID | None
    classes: Annotated[
        Sequence[str], Meta(description="classes of service, never what was done (PY-10, PY-13)")
    ]

    @classmethod
    def of(cls, line: Line) -> Self:
        return cls(
            booked_on=line.booked_on,
            why=line.why,
            debit=line.debit,
            credit=line.credit,
            channel=line.channel,
            fen=line.fen,
            entries=line.entries,
            person_id=line.person_id,
            payable_id=line.payable_id,
            organization_id=line.organization_id,
            classes=line.classes,
        )


class StatementDetail(Response):
    """对账单 of a day or a month: `until_on` is the last day of it."""

    from_on: Day
    until_on: Day
    totals: Totals
    lines: list[StatementLine]

    @classmethod
    def of(cls, found: Statement) -> Self:
        return cls(
            from_on=found.first,
            until_on=found.end - found.end.resolution,
            totals=totals(found.lines),
            lines=[StatementLine.of(each) for each in found.lines],
        )
