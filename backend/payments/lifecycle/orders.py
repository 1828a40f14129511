"""What a channel's word means for an order (PY-07, PY-09), when it is asked again, what is booked.

Pure: whoever heard it holds the payable and the order, and does what is decided here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Protocol
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.core.wire import Request, Version
from backend.payments.lifecycle.ledger import Account, Posting
from backend.payments.lifecycle.statuses import (
    OWED,
    ChannelName,
    Kind,
    LegStatus,
    OrderStatus,
    PayableStatus,
    Payer,
)


class PayWith(StrEnum):
    """With what a payer may say to pay; the cash of an order that has none is asked of nobody."""

    WECHAT = "wechat"
    ALIPAY = "alipay"
    PREPAID = "prepaid"


class OrderSaid(Request):
    """Pay this, as that quote says. A newer quote makes it 409 `quote_stale`."""

    payable_id: UUID
    quote_number: Annotated[Version, Meta(description="`number` of the quote that was shown")]
    channel: PayWith


class PayerSaid(msgspec.Struct, frozen=True, kw_only=True):
    """Whose money it is: of one person, or of one institution."""

    kind: Payer
    person_id: UUID | None = None
    institution_id: UUID | None = None
    standing_payer_id: UUID | None = None


# PY-05: what the channels call what is paid for.
ORDER_TYPES: Mapping[Kind, str] = {
    Kind.VISIT: "DIAG_PAY",
    Kind.HOME_SICKBED: "DIAG_PAY",
    Kind.PRESCRIPTION: "INT_RX_PAY",
    Kind.DELIVERY: "PHARMACY_PAY",
    Kind.PREPAYMENT: "MED_PAY",
}


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """The money of an order by whose it is: what moves at a channel and at the insurance."""

    cash_fen: int = 0
    gov_fen: int = 0
    self_fen: int = 0
    other_fen: int = 0

    @property
    def insured_fen(self) -> int:
        return self.gov_fen + self.self_fen + self.other_fen

    @property
    def fen(self) -> int:
        return self.cash_fen + self.insured_fen

    def less(self, other: "Parts") -> "Parts":
        return Parts(
            cash_fen=self.cash_fen - other.cash_fen,
            gov_fen=self.gov_fen - other.gov_fen,
            self_fen=self.self_fen - other.self_fen,
            other_fen=self.other_fen - other.other_fen,
        )

    @property
    def cash(self) -> "Parts":
        return Parts(cash_fen=self.cash_fen)

    @property
    def insured(self) -> "Parts":
        return msgspec.structs.replace(self, cash_fen=0)


class Says(Protocol):
    """A channel's word on an order; `is_over`: it can no longer be paid there."""

    @property
    def cash(self) -> LegStatus: ...
    @property
    def insurance(self) -> LegStatus: ...
    @property
    def cash_fen(self) -> int | None: ...
    @property
    def insurance_fen(self) -> int | None: ...
    @property
    def is_over(self) -> bool: ...


class Heard(StrEnum):
    WAITING = "waiting"
    SUCCESS = "success"
    HALF = "half"  # one leg took money, and the other never will
    OVER = "over"  # nothing was taken, and nothing will be
    UNSAID = "unsaid"  # something was taken, and the amount was not said
    DOUBT = "doubt"  # something was taken, and it is not what was asked for


def hear(owed: Parts, says: Says) -> Heard:
    """PY-07: success needs every leg that the order has, and each to the fen.

    What was taken without saying how much is never captured: the channel is asked.
    """
    legs = [says.cash] * bool(owed.cash_fen) + [says.insurance] * bool(owed.insured_fen)
    if LegStatus.SUCCESS not in (says.cash, says.insurance):
        ended = says.is_over or all(leg is LegStatus.FAIL for leg in legs)
        return Heard.OVER if ended else Heard.WAITING
    said = [
        (says.cash, owed.cash_fen, says.cash_fen),
        (says.insurance, owed.insured_fen, says.insurance_fen),
    ]
    took = [(fen, told) for leg, fen, told in said if leg is LegStatus.SUCCESS]
    if any(not fen or told not in (None, fen) for fen, told in took):
        return Heard.DOUBT
    if any(told is None for _, told in took):
        return Heard.UNSAID
    if all(leg is LegStatus.SUCCESS for leg in legs):
        return Heard.SUCCESS
    return Heard.HALF if says.is_over or LegStatus.FAIL in legs else Heard.WAITING


def taken(owed: Parts, says: Says) -> Parts:
    """The legs that took money."""
    found = owed.cash if says.cash is LegStatus.SUCCESS else Parts()
    if says.insurance is LegStatus.SUCCESS:
        found = msgspec.structs.replace(owed.insured, cash_fen=found.cash_fen)
    return found


class Outcome(StrEnum):
    """What is done with what was heard."""

    NOTHING = "nothing"
    ASK = "ask"
    CAPTURE = "capture"
    UNDUE = "undue"  # too late or twice: kept apart, and given back by itself
    REVERSE = "reverse"
    END = "end"
    DOUBT = "doubt"


def decide(
    heard: Heard,
    *,
    order: OrderStatus,
    was_captured: bool,
    payable: PayableStatus,
    is_known: bool,
) -> Outcome:
    """PY-09: whoever is heard of first pays, while it is owed; all others get their money back.

    `was_captured`: money of this order was booked before. `is_known`: the channel had the order,
    so that "I do not know it" is no longer a reason to wait for it to arrive there.
    """
    is_half = was_captured or order is OrderStatus.REVERSING
    settled = _is_paid(order) or order is OrderStatus.REVERSING
    match heard:
        case Heard.SUCCESS if is_half and not _is_paid(order):
            return Outcome.DOUBT  # one leg had failed for good, and the other was given back
        case Heard.SUCCESS if not settled:
            is_free = payable in OWED - {PayableStatus.ON_DELIVERY}
            return Outcome.CAPTURE if is_free else Outcome.UNDUE
        case Heard.HALF if not settled and not was_captured:
            return Outcome.REVERSE
        case Heard.OVER if order is OrderStatus.CREATED and is_known:
            return Outcome.END
        case Heard.DOUBT | Heard.UNSAID if not settled:
            return Outcome.DOUBT if heard is Heard.DOUBT else Outcome.ASK
    return Outcome.NOTHING


def _is_paid(order: OrderStatus) -> bool:
    return order in (OrderStatus.PAID, OrderStatus.RETURNED)


def is_settled(order: OrderStatus, *, was_captured: bool) -> bool:
    """Whether the channel has nothing more to tell of it: money was taken, and booked."""
    return was_captured or _is_paid(order)


def next_ask(*, since: datetime, now: datetime, steps: Sequence[timedelta]) -> datetime:
    """PY-06: when to ask again: at each step after `since`, then as far apart as the last one."""
    return next((since + step for step in steps if since + step > now), now + steps[-1])


ACCOUNTS: Mapping[str, Account] = {
    "gov_fen": Account.FUND,
    "self_fen": Account.ACCOUNT,
    "other_fen": Account.OTHER,
}


def captured(
    parts: Parts, *, channel: ChannelName, reduced_fen: int = 0, is_undue: bool
) -> list[Posting]:
    """What is booked when money arrived: for what is owed, or kept apart until it is given back."""
    source = Account.UNDUE if is_undue else Account.RECEIVABLE
    found = [Posting(debit=cash_account(channel), credit=source, fen=parts.cash_fen)]
    found += [
        Posting(debit=account, credit=source, fen=getattr(parts, leg))
        for leg, account in ACCOUNTS.items()
    ]
    if not is_undue:
        found.append(Posting(debit=Account.REDUCED, credit=source, fen=reduced_fen))
    return found


def given_back(parts: Parts, *, channel: ChannelName, is_undue: bool) -> list[Posting]:
    """What is booked when it went back to where it came from."""
    source = Account.UNDUE if is_undue else Account.REVENUE
    found = [Posting(debit=source, credit=cash_account(channel), fen=parts.cash_fen)]
    return found + [
        Posting(debit=source, credit=account, fen=getattr(parts, leg))
        for leg, account in ACCOUNTS.items()
    ]


def cash_account(channel: ChannelName) -> Account:
    return Account.PREPAID if channel is ChannelName.PREPAID else Account.CLEARING
