"""What can be done to transfers. One function per verb; each commits whole or not at all."""

from backend.transfers.actions.arrive import arrive
from backend.transfers.actions.ask import answer, request
from backend.transfers.actions.assess import assess
from backend.transfers.actions.comment import cancel, comment
from backend.transfers.actions.draft import draft
from backend.transfers.actions.emergency import open_emergency
from backend.transfers.actions.ending import end_open_work
from backend.transfers.actions.travel import depart, give_feedback
from backend.transfers.actions.watch import (
    look_for_answer,
    look_for_assessment,
    look_for_feedback,
    look_for_first_visit,
    look_for_package,
    tell_duty_list,
)

__all__ = [
    "answer",
    "arrive",
    "assess",
    "cancel",
    "comment",
    "depart",
    "draft",
    "end_open_work",
    "give_feedback",
    "look_for_answer",
    "look_for_assessment",
    "look_for_feedback",
    "look_for_first_visit",
    "look_for_package",
    "open_emergency",
    "request",
    "tell_duty_list",
]
