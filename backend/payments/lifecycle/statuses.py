"""Which move leads from which status to which: payables, orders, refunds, standing payers."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from backend.core.problems import CannotMove


class Kind(StrEnum):
    """What a payable is for; `subject_id` names the thing of the slice that opened it."""

    VISIT = "VISIT"
    HOME_SICKBED = "HOME_SICKBED"
    PRESCRIPTION = "PRESCRIPTION"
    DELIVERY = "DELIVERY"
    PREPAYMENT = "PREPAYMENT"


class ServiceClass(StrEnum):
    """诊疗、药品、护理、配送、检查: what a payer sees, what a standing payer agrees to (PY-12)."""

    VISIT = "VISIT"
    DRUG = "DRUG"
    NURSING = "NURSING"
    DELIVERY = "DELIVERY"
    EXAM = "EXAM"


class PayableStatus(StrEnum):
    OPEN = "OPEN"
    LOCKED = "LOCKED"
    ON_DELIVERY = "ON_DELIVERY"
    PAID = "PAID"
    REFUNDING = "REFUNDING"
    PARTLY_REFUNDED = "PARTLY_REFUNDED"
    REFUNDED = "REFUNDED"
    VOID = "VOID"


class PayableMove(StrEnum):
    OPEN = "open"
    LOCK = "lock"
    RELEASE = "release"
    CAPTURE = "capture"
    AGREE = "agree"
    COLLECT = "collect"
    VOID = "void"
    REFUND = "refund"
    REFUND_PART = "refund_part"
    REFUND_ALL = "refund_all"
    KEEP = "keep"  # the refund could not be made: it is paid as before


_P, _PM = PayableStatus, PayableMove
PAYABLE_PATHS: dict[tuple[PayableStatus, PayableMove], PayableStatus] = {
    (_P.OPEN, _PM.LOCK): _P.LOCKED,
    (_P.OPEN, _PM.AGREE): _P.ON_DELIVERY,
    (_P.OPEN, _PM.VOID): _P.VOID,
    # A payer whose lock had gone was faster than whoever came after: it is paid, from any of these.
    (_P.OPEN, _PM.CAPTURE): _P.PAID,
    (_P.LOCKED, _PM.RELEASE): _P.OPEN,
    (_P.LOCKED, _PM.CAPTURE): _P.PAID,
    (_P.ON_DELIVERY, _PM.RELEASE): _P.OPEN,
    (_P.ON_DELIVERY, _PM.COLLECT): _P.PAID,
    (_P.ON_DELIVERY, _PM.VOID): _P.VOID,
    (_P.PAID, _PM.REFUND): _P.REFUNDING,
    (_P.PARTLY_REFUNDED, _PM.REFUND): _P.REFUNDING,
    (_P.REFUNDING, _PM.REFUND): _P.REFUNDING,
    (_P.REFUNDING, _PM.REFUND_PART): _P.PARTLY_REFUNDED,
    (_P.REFUNDING, _PM.REFUND_ALL): _P.REFUNDED,
    (_P.REFUNDING, _PM.KEEP): _P.PAID,
}
OWED = frozenset({_P.OPEN, _P.LOCKED, _P.ON_DELIVERY})


class OrderStatus(StrEnum):
    CREATED = "CREATED"
    PAID = "PAID"
    REVERSING = "REVERSING"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"
    RETURNED = "RETURNED"


class OrderMove(StrEnum):
    CREATE = "create"
    SUCCEED = "succeed"
    HALF = "half"
    REVERSED = "reversed"
    CANCEL = "cancel"
    EXPIRE = "expire"
    FAIL = "fail"
    RETURN = "return"
    DOUBT = "doubt"  # leads nowhere: the channel says what cannot be, and a person looks


_O, _OM = OrderStatus, OrderMove
ORDER_PATHS: dict[tuple[OrderStatus, OrderMove], OrderStatus] = {
    (_O.CREATED, _OM.SUCCEED): _O.PAID,
    (_O.CREATED, _OM.HALF): _O.REVERSING,
    (_O.CREATED, _OM.CANCEL): _O.CANCELLED,
    (_O.CREATED, _OM.EXPIRE): _O.EXPIRED,
    (_O.CREATED, _OM.FAIL): _O.FAILED,
    (_O.REVERSING, _OM.REVERSED): _O.FAILED,
    # PY-09: what the channel says last is true, however long ago we gave up.
    (_O.CANCELLED, _OM.SUCCEED): _O.PAID,
    (_O.EXPIRED, _OM.SUCCEED): _O.PAID,
    (_O.FAILED, _OM.SUCCEED): _O.PAID,
    (_O.CANCELLED, _OM.HALF): _O.REVERSING,
    (_O.EXPIRED, _OM.HALF): _O.REVERSING,
    (_O.FAILED, _OM.HALF): _O.REVERSING,
    (_O.PAID, _OM.RETURN): _O.RETURNED,
}
IN_FLIGHT = frozenset({_O.CREATED, _O.REVERSING})


class LegStatus(StrEnum):
    """PY-07: what the channel says of the whole, of the cash and of the insurance."""

    CREATED = "CREATED"
    SUCCESS = "SUCCESS"
    REFUND = "REFUND"
    FAIL = "FAIL"
    NONE = "NONE"  # NO_SELF_PAY, NO_MED_INS_PAY: the order has no such leg


class Payer(StrEnum):
    """PY-02a to PY-02d, PY-12, PY-13: whose money it is."""

    SELF = "SELF"
    RELATIVE = "RELATIVE"
    STANDING = "STANDING"
    PREPAID = "PREPAID"
    INSTITUTION = "INSTITUTION"  # tops its prepaid account up


class ChannelName(StrEnum):
    WECHAT = "wechat"
    ALIPAY = "alipay"
    PREPAID = "prepaid"  # inside the house
    INSURANCE = "insurance"  # nothing is left to pay in cash


class RefundStatus(StrEnum):
    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    REFUNDING = "REFUNDING"
    REFUNDED = "REFUNDED"
    PARTIAL_FAIL = "PARTIAL_FAIL"
    DECLINED = "DECLINED"


class RefundMove(StrEnum):
    REQUEST = "request"
    APPROVE = "approve"
    DECLINE = "decline"
    BEGIN = "begin"
    FINISH = "finish"
    STICK = "stick"  # one leg went back, the other did not


_R, _RM = RefundStatus, RefundMove
REFUND_PATHS: dict[tuple[RefundStatus, RefundMove], RefundStatus] = {
    (_R.REQUESTED, _RM.APPROVE): _R.APPROVED,
    (_R.REQUESTED, _RM.DECLINE): _R.DECLINED,
    (_R.APPROVED, _RM.BEGIN): _R.REFUNDING,
    (_R.REFUNDING, _RM.FINISH): _R.REFUNDED,
    (_R.REFUNDING, _RM.STICK): _R.PARTIAL_FAIL,
    (_R.PARTIAL_FAIL, _RM.BEGIN): _R.REFUNDING,
}


class StandingStatus(StrEnum):
    """Expired, over its month and without a live delegation are conclusions, computed."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    REVOKED = "REVOKED"


class StandingMove(StrEnum):
    PROPOSE = "propose"
    APPROVE = "approve"
    SUSPEND = "suspend"
    RESUME = "resume"
    REVOKE = "revoke"


_S, _SM = StandingStatus, StandingMove
STANDING_PATHS: dict[tuple[StandingStatus, StandingMove], StandingStatus] = {
    (_S.PENDING, _SM.APPROVE): _S.ACTIVE,
    (_S.PENDING, _SM.REVOKE): _S.REVOKED,
    (_S.ACTIVE, _SM.SUSPEND): _S.SUSPENDED,
    (_S.SUSPENDED, _SM.RESUME): _S.ACTIVE,
    (_S.ACTIVE, _SM.REVOKE): _S.REVOKED,
    (_S.SUSPENDED, _SM.REVOKE): _S.REVOKED,
}


A = TypeVar("A", bound=StrEnum)
B = TypeVar("B", bound=StrEnum)


def after(paths: Mapping[tuple[A, B], A], status: A, move: B) -> A:
    """Where a move leads on these paths.

    :raises CannotMove: when it leads nowhere from that status
    """
    found = paths.get((status, move))
    if found is None:
        raise CannotMove(status=status, move=move)
    return found
