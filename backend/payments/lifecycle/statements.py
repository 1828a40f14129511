"""对账单: what a day or a month of somebody's money was, out of the ledger. Pure."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.core.problems import Malformed
from backend.payments.lifecycle.ledger import Account, Why
from backend.people.lifecycle import months_later

Period = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$(?!\n)",
        description="a day or a month of Shanghai: 2026-11-24 or 2026-11",
    ),
]
_A_MONTH = "YYYY-MM"


def days_of(period: Period) -> tuple[date, date]:
    """The first day, and the day behind the last one.

    :raises Malformed: when there is no such day or month
    """
    try:
        if len(period) == len(_A_MONTH):
            first = date.fromisoformat(f"{period}-01")
            return first, months_later(first, 1)
        first = date.fromisoformat(period)
        return first, first + date.resolution
    except (ValueError, OverflowError):
        raise Malformed(field="period") from None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """So much of one kind on one day; what belongs together is one line."""

    booked_on: date | None
    why: Why
    debit: Account
    credit: Account
    channel: str | None
    fen: int
    entries: int
    person_id: UUID | None = None
    payable_id: UUID | None = None
    organization_id: UUID | None = None
    classes: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            booked_on=row["booked_on"],
            why=Why(row["why"]),
            debit=Account(row["debit"]),
            credit=Account(row["credit"]),
            channel=row["channel"],
            fen=int(row["fen"]),
            entries=row["entries"],
            person_id=row["person_id"],
            payable_id=row["payable"],
            organization_id=row["organization"],
            classes=tuple(row["classes"] or ()),
        )


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """`cash_fen` by a channel or at the door; `reduced_fen` was given up; the rest by its source.

    What came in less what went back; `billed_fen` is less what was void.
    """

    billed_fen: int = 0
    cash_fen: int = 0
    fund_fen: int = 0
    account_fen: int = 0
    other_fen: int = 0
    reduced_fen: int = 0
    prepaid_fen: int = 0
    topped_up_fen: int = 0
    given_back_fen: int = 0


def totals(lines: Iterable[Line]) -> Totals:
    """Sum what moved; every fen is counted once, where it came from or went back to."""
    kept = list(lines)
    return Totals(
        billed_fen=_net(kept, Account.RECEIVABLE, {Why.BILL, Why.VOID}),
        cash_fen=_net(kept, Account.CLEARING) + _net(kept, Account.COLLECTED),
        fund_fen=_net(kept, Account.FUND),
        account_fen=_net(kept, Account.ACCOUNT),
        other_fen=_net(kept, Account.OTHER),
        reduced_fen=_net(kept, Account.REDUCED),
        prepaid_fen=_net(kept, Account.PREPAID, set(Why) - {Why.TOP_UP}),
        topped_up_fen=-_net(kept, Account.PREPAID, {Why.TOP_UP}),
        given_back_fen=sum(each.fen for each in kept if each.why is Why.REFUND),
    )


def _net(lines: list[Line], account: Account, why: set[Why] | None = None) -> int:
    return sum(
        each.fen * ((each.debit is account) - (each.credit is account))
        for each in lines
        if why is None or each.why in why
    )
