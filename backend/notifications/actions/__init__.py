"""What can be done about telling. One function per verb; each commits whole or not at all."""

from backend.notifications.actions.inbox import prefer, register, see
from backend.notifications.actions.push import (
    call_recipient,
    push_notifications,
    text_notification,
)
from backend.notifications.actions.reminders import (
    look_for_calendar,
    remind_visit,
    tell_of_endings,
)
from backend.notifications.actions.tell import tell
from backend.notifications.actions.tellings import tell_of
from backend.notifications.actions.withdraw import withdraw

__all__ = [
    "call_recipient",
    "look_for_calendar",
    "prefer",
    "push_notifications",
    "register",
    "remind_visit",
    "see",
    "tell",
    "tell_of",
    "tell_of_endings",
    "text_notification",
    "withdraw",
]
