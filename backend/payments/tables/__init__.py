"""What is owed, who pays it, how they try, and the books of it."""

from backend.payments.tables.bills import (
    BilledMinutes,
    CareLevel,
    MissedPrice,
    Payable,
    PayableLine,
    PayableMoveRow,
    Tariff,
)
from backend.payments.tables.books import DayClose, Difference, LedgerPosting, Reconciliation
from backend.payments.tables.orders import (
    PaymentNotice,
    PaymentOrder,
    PaymentOrderMove,
    Quote,
    Refund,
    RefundMoveRow,
)
from backend.payments.tables.payers import (
    PaymentRequest,
    PrepaidAccount,
    StandingPayer,
    StandingPayerMove,
)

__all__ = [
    "BilledMinutes",
    "CareLevel",
    "DayClose",
    "Difference",
    "LedgerPosting",
    "MissedPrice",
    "Payable",
    "PayableLine",
    "PayableMoveRow",
    "PaymentNotice",
    "PaymentOrder",
    "PaymentOrderMove",
    "PaymentRequest",
    "PrepaidAccount",
    "Quote",
    "Reconciliation",
    "Refund",
    "RefundMoveRow",
    "StandingPayer",
    "StandingPayerMove",
    "Tariff",
]
