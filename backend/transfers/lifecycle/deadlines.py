"""By when what is owed (section 7), from the policy in force that day.

All are hours that run through nights and holidays: who waits for a bed waits there too.
"""

from datetime import datetime

from backend import policy
from backend.core import calendar


def assess_by(drafted_at: datetime) -> datetime:
    return drafted_at + policy.span(drafted_at, "fb.assess_routine_hours")


def answer_by(asked_at: datetime, *, is_hurried: bool) -> datetime:
    if is_hurried:
        return asked_at + policy.span(asked_at, "fb.accept_urgent_hours")
    return asked_at + policy.span(asked_at, "fb.accept_routine_hours")


def duty_list_at(escalated_at: datetime) -> datetime:
    """When the duty list of the district hears that nobody has answered."""
    return escalated_at + policy.span(escalated_at, "fb.duty_list_after_hours")


def package_by(since: datetime, *, is_emergency: bool) -> datetime:
    if is_emergency:
        return since + policy.span(since, "fb.package_emergency_hours")
    return since + policy.span(since, "fb.package_routine_hours")


def feedback_by(arrived_at: datetime) -> datetime:
    return arrived_at + policy.span(arrived_at, "fb.feedback_hours")


def first_visit_by(back_at: datetime) -> datetime:
    """FB-06: the end, in Shanghai, of the last day for the first visit after coming back."""
    last = calendar.on(back_at) + policy.span(back_at, "fb.post_discharge_visit_days")
    _, end = calendar.day(last)
    return end


def access_until(closed_at: datetime) -> datetime:
    """Until when the receiver reads the record by this transfer."""
    return closed_at + policy.span(closed_at, "fb.receiver_access_days")
