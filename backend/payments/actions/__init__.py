"""What can be done to money. One function per verb; each commits whole or not at all."""

from backend.payments.actions.bill import bill, open_payable, void

__all__ = ["bill", "open_payable", "void"]
