"""对账 (PY-15): a channel's bill of a day beside our orders, our refunds and our ledger. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import msgspec


class DifferenceKind(StrEnum):
    LONG = "LONG"  # 长款: the channel has it and we do not
    SHORT = "SHORT"  # 短款: we have it and the channel does not
    AMOUNT = "AMOUNT"  # 金额不符: both have it, and not the same


class Resolution(StrEnum):
    """What became of a difference. The first two are found out by us, without a person."""

    ASKED = "asked"  # the channel was asked, and our order followed
    CAME_LATER = "came_later"  # it stands in the bill of the day after
    CORRECTED = "corrected"
    RETURNED = "returned"
    CHANNEL_ERROR = "channel_error"
    OTHER = "other"


BY_ITSELF = frozenset({Resolution.ASKED, Resolution.CAME_LATER})


class Number(NamedTuple):
    """What both sides call it: a payment by its `out_trade_no`, a refund by its `out_refund_no`."""

    about: str
    trade_no: str


class Theirs(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the channel's bill."""

    number: Number
    fen: int


class Ours(msgspec.Struct, frozen=True, kw_only=True):
    """What we have under a number: what it says itself, and what the ledger has of it.

    `is_done`: captured, or given back. `is_of_day`: by our reckoning it belongs into this bill.
    """

    number: Number
    fen: int
    booked_fen: int
    is_done: bool
    is_of_day: bool
    organization_id: UUID
    order_id: UUID


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    kind: DifferenceKind
    number: Number
    theirs_fen: int | None
    ours_fen: int | None
    organization_id: UUID | None = None
    order_id: UUID | None = None

    @property
    def can_be_asked(self) -> bool:
        """It was paid there, and our order is still in flight, expired or given up."""
        return self.kind is DifferenceKind.LONG and self.order_id is not None


def compare(
    theirs: Iterable[Theirs], ours: Iterable[Ours], *, before: Collection[Number] = ()
) -> list[Difference]:
    """What differs, in the order of the numbers; `before` stands in the bill of the day before.

    A number that a bill names twice was charged twice: its lines are added. Of ours it wants all
    that belong to the day, and those of other days that the bill names.
    """
    billed: Counter[Number] = Counter()
    for line in theirs:
        billed[line.number] += line.fen
    known = {each.number: each for each in ours}
    found = [_billed(number, fen, known) for number, fen in billed.items()]
    found += [
        _of(each, DifferenceKind.SHORT, None, each.fen)
        for number, each in known.items()
        if _is_due(each) and number not in billed and number not in before
    ]
    return sorted(filter(None, found), key=lambda each: each.number)


def _is_due(ours: Ours) -> bool:
    return ours.is_done and ours.is_of_day and bool(ours.fen or ours.booked_fen)


def _billed(number: Number, fen: int, known: Mapping[Number, Ours]) -> Difference | None:
    ours = known.get(number)
    if ours is None:
        return _unknown(number, fen) if fen else None
    if not ours.is_done:
        return _of(ours, DifferenceKind.LONG, fen, None)
    if ours.fen != fen:
        return _of(ours, DifferenceKind.AMOUNT, fen, ours.fen)
    if ours.booked_fen != fen:  # the order says what the channel says, the ledger does not
        return _of(ours, DifferenceKind.AMOUNT, fen, ours.booked_fen)
    return None


def _unknown(number: Number, fen: int) -> Difference:
    return Difference(kind=DifferenceKind.LONG, number=number, theirs_fen=fen, ours_fen=None)


def _of(
    ours: Ours, kind: DifferenceKind, theirs_fen: int | None, ours_fen: int | None
) -> Difference:
    return Difference(
        kind=kind,
        number=ours.number,
        theirs_fen=theirs_fen,
        ours_fen=ours_fen,
        organization_id=ours.organization_id,
        order_id=ours.order_id,
    )
