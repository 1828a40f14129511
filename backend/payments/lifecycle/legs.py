"""The legs of an order (PY-04): whose money pays which part, and the equations that always hold."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from backend.payments.problems import LegsDisagree

Fen = Annotated[int, Meta(ge=0, le=10_000_000_000, description="whole fen (分)")]  # not policy


class MixType(StrEnum):
    """PY-05."""

    CASH_ONLY = "CASH_ONLY"
    INSURANCE_ONLY = "INSURANCE_ONLY"
    CASH_AND_INSURANCE = "CASH_AND_INSURANCE"


class Addition(StrEnum):
    """加收: what is owed in cash beside the insured part."""

    FREIGHT = "FREIGHT"
    OTHER_MEDICAL_EXPENSES = "OTHER_MEDICAL_EXPENSES"


class Reduction(StrEnum):
    """减免."""

    HOSPITAL_REDUCE = "HOSPITAL_REDUCE"
    PHARMACY_DISCOUNT = "PHARMACY_DISCOUNT"
    DISCOUNT = "DISCOUNT"


class Added(msgspec.Struct, frozen=True):
    type: Addition
    fen: Fen


class Reduced(msgspec.Struct, frozen=True):
    type: Reduction
    fen: Fen


class Legs(msgspec.Struct, frozen=True, kw_only=True):
    """统筹、个账、其他、医保现金部分、加收、减免、现金支付、合计; the fields of 移动医保支付 2.0.

    :raises LegsDisagree: when made so that an equation of PY-04 does not hold
    """

    gov_fen: Fen = 0
    self_fen: Fen = 0
    other_fen: Fen = 0
    ins_cash_fen: Fen = 0
    add: Sequence[Added] = ()
    reduce: Sequence[Reduced] = ()
    pay_cash_fen: Fen = 0
    total_fen: Fen = 0

    def __post_init__(self) -> None:
        insured = self.gov_fen + self.self_fen + self.other_fen
        if not (
            self.total_fen == insured + self.pay_cash_fen + self.reduce_fen
            and self.total_fen == insured + self.ins_cash_fen + self.add_fen
            and self.pay_cash_fen == self.ins_cash_fen + self.add_fen - self.reduce_fen
        ):
            raise LegsDisagree

    @property
    def add_fen(self) -> int:
        return sum(each.fen for each in self.add)

    @property
    def reduce_fen(self) -> int:
        return sum(each.fen for each in self.reduce)

    @property
    def insured_fen(self) -> int:
        """What the insurance side moves: fund, own account, other."""
        return self.gov_fen + self.self_fen + self.other_fen

    @property
    def mix_type(self) -> MixType:
        if not self.insured_fen:
            return MixType.CASH_ONLY
        return MixType.CASH_AND_INSURANCE if self.pay_cash_fen else MixType.INSURANCE_ONLY


def of_sources(
    *,
    gov_fen: int,
    self_fen: int,
    other_fen: int,
    ins_cash_fen: int,
    add: Sequence[Added] = (),
    reduce: Sequence[Reduced] = (),
) -> Legs:
    """Legs from what the sources say; the cash to pay and the total follow.

    :raises LegsDisagree: when more is reduced than there is cash to pay
    """
    added = sum(each.fen for each in add)
    pay_cash_fen = ins_cash_fen + added - sum(each.fen for each in reduce)
    if pay_cash_fen < 0:
        raise LegsDisagree
    return Legs(
        gov_fen=gov_fen,
        self_fen=self_fen,
        other_fen=other_fen,
        ins_cash_fen=ins_cash_fen,
        add=tuple(add),
        reduce=tuple(reduce),
        pay_cash_fen=pay_cash_fen,
        total_fen=gov_fen + self_fen + other_fen + ins_cash_fen + added,
    )
