"""报价 (PY-14): what each source would pay, by the insurance's word or by our estimate."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from backend.core.wire import Request
from backend.payments.lifecycle.legs import Added, Addition, Legs, of_sources
from backend.payments.lifecycle.shares import Cover, estimate
from backend.payments.lifecycle.statuses import ServiceClass


class QuoteSaid(Request):
    """Ask what is to be paid; mutual aid comes from the caller's account, after the elder's."""

    payable_id: UUID
    use_mutual_aid: bool = False


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """Who pays what of the medical part; `aid_fen` is what of `self_fen` another's account pays.

    `is_estimated`: it is not the insurance's own word, so nobody can pay by it.
    """

    gov_fen: int = 0
    self_fen: int = 0
    aid_fen: int = 0
    other_fen: int = 0
    cash_fen: int
    is_estimated: bool = False


def medical(lines: Sequence[Any]) -> list[Any]:
    """The lines that the insurance is asked about: all but the way there."""
    return [each for each in lines if each["service_class"] != ServiceClass.DELIVERY]


def fen(lines: Sequence[Any]) -> int:
    return sum(each["amount_fen"] for each in lines)


def is_insured(lines: Sequence[Any]) -> bool:
    """Whether there is anything to ask the insurance about."""
    return any(each["is_insured"] and each["amount_fen"] for each in medical(lines))


def all_cash(lines: Sequence[Any]) -> Settled:
    return Settled(cash_fen=fen(medical(lines)))


def estimated(lines: Sequence[Any], cover: Cover) -> Settled:
    """HB-16: the fund's share of what is insured; of anybody's account we know nothing."""
    insured = fen([each for each in medical(lines) if each["is_insured"]])
    shares = estimate(insured, cover)
    return Settled(
        gov_fen=shares.gov_fen, cash_fen=fen(medical(lines)) - shares.gov_fen, is_estimated=True
    )


def legs(lines: Sequence[Any], settled: Settled) -> Legs:
    """PY-04: the legs of an order over these lines; what is delivered is freight (运费).

    :raises LegsDisagree: what was settled is not of these lines
    """
    freight = fen([each for each in lines if each["service_class"] == ServiceClass.DELIVERY])
    return of_sources(
        gov_fen=settled.gov_fen,
        self_fen=settled.self_fen,
        other_fen=settled.other_fen,
        ins_cash_fen=settled.cash_fen,
        add=(Added(Addition.FREIGHT, freight),) if freight else (),
    )
