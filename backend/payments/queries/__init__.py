"""What can be asked about payments. One function per question."""

from backend.payments.queries.held import hold_payable

__all__ = ["hold_payable"]
