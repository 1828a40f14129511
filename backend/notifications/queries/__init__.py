"""Questions about who is told what. Every read that answers a caller is of their own."""

from backend.notifications.queries.inbox import (
    inbox,
    my_preference,
    notification,
    planned_start,
    preference,
    registration,
)
from backend.notifications.queries.owed import hours_of, number_of, owed
from backend.notifications.queries.recipients import (
    asker_of_copy,
    asker_of_correction,
    carers_on,
    contract_end,
    doctors_of,
    duty_list,
    family_of,
    houses_of,
    houses_of_correction,
    is_by_a_plan,
    payers_for,
    staff_of,
)

__all__ = [
    "asker_of_copy",
    "asker_of_correction",
    "carers_on",
    "contract_end",
    "doctors_of",
    "duty_list",
    "family_of",
    "hours_of",
    "houses_of",
    "houses_of_correction",
    "inbox",
    "is_by_a_plan",
    "my_preference",
    "notification",
    "number_of",
    "owed",
    "payers_for",
    "planned_start",
    "preference",
    "registration",
    "staff_of",
]
