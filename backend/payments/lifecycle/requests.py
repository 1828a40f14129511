"""代付请求 (PY-11): what became of a pay request. Pure."""

from datetime import datetime
from enum import StrEnum

from backend.payments.lifecycle.statuses import PayableStatus


class RequestStanding(StrEnum):
    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"  # somebody was first, and is paying
    PAID = "PAID"
    EXPIRED = "EXPIRED"
    CLOSED = "CLOSED"  # nothing is owed any more, or it is paid at the door


def standing(payable: PayableStatus, *, expires_at: datetime, now: datetime) -> RequestStanding:
    if payable is PayableStatus.LOCKED:
        return RequestStanding.IN_PROGRESS
    if payable in (PayableStatus.VOID, PayableStatus.ON_DELIVERY):
        return RequestStanding.CLOSED
    if payable is not PayableStatus.OPEN:
        return RequestStanding.PAID
    return RequestStanding.EXPIRED if now >= expires_at else RequestStanding.OPEN
