"""退款 (PY-08): what may go back by which leg, and when a second person has to say so."""

from enum import StrEnum
from uuid import UUID

from backend.core.wire import Request, Text200
from backend.payments.lifecycle.legs import Fen
from backend.payments.lifecycle.orders import Parts
from backend.payments.problems import RefundTooMuch


class RefundReason(StrEnum):
    """The first two are ours alone: money that came too late or twice, and half of an order."""

    DUPLICATE = "DUPLICATE"
    HALF = "HALF"
    NOT_DONE = "NOT_DONE"
    RETURNED_GOODS = "RETURNED_GOODS"
    PRICE = "PRICE"
    OTHER = "OTHER"


class RefundWhy(StrEnum):
    """What somebody may say."""

    NOT_DONE = "NOT_DONE"
    RETURNED_GOODS = "RETURNED_GOODS"
    PRICE = "PRICE"
    OTHER = "OTHER"


class RefundSaid(Request):
    """Give back so much of an order by the legs that paid; without amounts, all that is left."""

    order_id: UUID
    reason_code: RefundWhy
    cash_fen: Fen = 0
    gov_fen: Fen = 0
    self_fen: Fen = 0
    other_fen: Fen = 0
    reason: Text200 | None = None


class RefundDecided(Request):
    """A second person's word on a refund."""

    approves: bool


def asked_parts(said: RefundSaid, left: Parts) -> Parts:
    """The legs of a refund, none beyond what it has left.

    :raises RefundTooMuch:
    """
    named = Parts(
        cash_fen=said.cash_fen,
        gov_fen=said.gov_fen,
        self_fen=said.self_fen,
        other_fen=said.other_fen,
    )
    asked = named if named.fen else left
    if not asked.fen or min_of(left.less(asked)) < 0:
        raise RefundTooMuch(
            cash_left_fen=left.cash_fen,
            gov_left_fen=left.gov_fen,
            self_left_fen=left.self_fen,
            other_left_fen=left.other_fen,
        )
    return asked


def min_of(parts: Parts) -> int:
    return min(parts.cash_fen, parts.gov_fen, parts.self_fen, parts.other_fen)


def needs_approval(asked_fen: int, *, unapproved_fen: int, over_fen: int) -> bool:
    """Above the limit, and also when many small ones together are above it."""
    return asked_fen + unapproved_fen > over_fen
