"""What can be done to beds. One function per verb; each commits whole or not at all."""

from backend.beds.actions.apply import apply, withdraw
from backend.beds.actions.assess import assess, decide
from backend.beds.actions.assign import assign
from backend.beds.actions.care import end_suspension, file_record, order, suspend
from backend.beds.actions.close import begin_closing, close
from backend.beds.actions.elsewhere import ask_for_stay
from backend.beds.actions.ledger import admit, end_all, hold_place, leave
from backend.beds.actions.open_bed import bill_opening, bill_what_waited, open_bed
from backend.beds.actions.stays import end_stay, keep_stay
from backend.beds.actions.watch import end_of_dead, look

__all__ = [
    "admit",
    "apply",
    "ask_for_stay",
    "assess",
    "assign",
    "begin_closing",
    "bill_opening",
    "bill_what_waited",
    "close",
    "decide",
    "end_all",
    "end_of_dead",
    "end_stay",
    "end_suspension",
    "file_record",
    "hold_place",
    "keep_stay",
    "leave",
    "look",
    "open_bed",
    "order",
    "suspend",
    "withdraw",
]
