"""What can be asked about payments. One function per question."""

from backend.payments.queries.closing import closes, see_close
from backend.payments.queries.held import hold_payable
from backend.payments.queries.reconciling import (
    differences,
    reconciliations,
    see_difference,
    see_reconciliation,
)
from backend.payments.queries.statements import see_statement

__all__ = [
    "closes",
    "differences",
    "hold_payable",
    "reconciliations",
    "see_close",
    "see_difference",
    "see_reconciliation",
    "see_statement",
]
