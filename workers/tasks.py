"""The tasks by name: what can be owed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from backend import policy
from backend.beds import actions as beds
from backend.careplans import actions as careplans
from backend.contracts import actions as contracts
from backend.notifications import actions as notifications
from backend.payments import actions as payments
from backend.people import actions as people
from backend.records import actions as records
from backend.records import queries as recorded
from backend.transfers import actions as transfers
from backend.visits import actions as visits
from workers.keeping import forget_done_jobs
from workers.task import Task


def push_retries(now: datetime) -> Sequence[timedelta]:
    """BG-24."""
    return policy.spans(now, "bg.push_retry")


async def end_visit_in_emergency(
    *, subject_id: UUID, visit_id: UUID | None = None, now: datetime
) -> None:
    """A call for help on a visit ends the visit."""
    emergency = await recorded.find_emergency(subject_id)
    if visit_id is not None and emergency is not None:
        await visits.abort(
            visit_id=visit_id,
            person_id=emergency["person"],
            raised_by=emergency["raised_by"],
            now=now,
        )


TASKS: Mapping[str, Task] = {
    # Telling
    "tell": Task(notifications.tell_of),
    "tell_at_once": Task(notifications.tell_of, is_now=True),
    "push_notification": Task(
        notifications.push_notifications, together=True, retries=push_retries
    ),
    "push_emergency": Task(notifications.push_notifications, together=True, is_now=True),
    "text_notification": Task(notifications.text_notification, retries=push_retries),
    "text_emergency": Task(notifications.text_notification, is_now=True, retries=push_retries),
    "call_recipient": Task(notifications.call_recipient, is_now=True, retries=push_retries),
    "withdraw_notifications": Task(notifications.withdraw, takes={"recipient": "delegate_id"}),
    "remind_visit": Task(notifications.remind_visit),
    "tell_of_endings": Task(notifications.tell_of_endings),
    "look_for_calendar": Task(notifications.look_for_calendar),
    # People
    "send_login_code": Task(people.send_login_code, is_now=True),
    "retain_people": Task(people.retain),
    "let_leavers_go": Task(people.let_leavers_go),
    "look_for_review": Task(people.look_for_review),
    # Payments: the books
    "reconcile_channels": Task(payments.reconcile_channels),
    "reconcile_channel": Task(payments.reconcile_channel),
    "settle_difference": Task(payments.settle_difference),
    "escalate_difference": Task(payments.escalate_difference),
    # Payments: who pays without being asked
    "pay_standing": Task(payments.pay_standing, takes={"payable_id": "subject_id"}),
    "ask_instead": Task(payments.ask_instead, takes={"order_id": "subject_id"}),
    "ask_after_reversal": Task(payments.ask_after_reversal, takes={"payable_id": "subject_id"}),
    "tell_of_statements": Task(payments.tell_of_statements),
    # Visits
    "watch_visit_start": Task(visits.look_for_start),
    "watch_visit_end": Task(visits.look_for_end),
    "close_visit_day": Task(visits.close_day),
    "watch_check_out": Task(visits.look_for_carer),
    "cover_absence": Task(visits.cover, takes={"absence_id": "subject_id"}),
    "weigh_exceptions_again": Task(visits.weigh_again),
    "end_visit_in_emergency": Task(end_visit_in_emergency),
    "forget_tracks": Task(visits.forget_tracks),
    "bill_visit": Task(visits.bill_visit),
    "bill_what_waited": Task(visits.bill_what_waited, takes={"tariff_id": "subject_id"}),
    # Care plans
    "expand_care_plans": Task(careplans.owe_days),
    "expand_care_plan": Task(careplans.expand_plan),
    "look_for_plan_review": Task(careplans.look_for_review),
    # Beds
    "bill_openings_that_waited": Task(beds.bill_what_waited, takes={"tariff_id": "subject_id"}),
    "watch_home_sickbed": Task(beds.look),
    "ask_for_stay": Task(beds.ask_for_stay),
    # Transfers
    "look_for_transfer_assessment": Task(transfers.look_for_assessment),
    "look_for_transfer_answer": Task(transfers.look_for_answer),
    "tell_duty_list": Task(transfers.tell_duty_list),
    "look_for_transfer_package": Task(transfers.look_for_package),
    "look_for_transfer_feedback": Task(transfers.look_for_feedback),
    "look_for_first_visit": Task(transfers.look_for_first_visit),
    "end_open_work": Task(transfers.end_open_work),
    # Contracts
    "plan_agreed_rounds": Task(contracts.plan_all_ahead),
    "plan_rounds_of_contract": Task(contracts.plan_ahead),
    "tell_of_weeks": Task(contracts.tell_of_weeks),
    "remind_renewal": Task(contracts.remind_renewal),
    "remind_contract_ending": Task(contracts.remind_ending),
    # Records
    "look_for_signature": Task(records.look_for_signature),
    "look_for_rescue_note": Task(records.look_for_rescue_note),
    # Money
    "place_order": Task(payments.place_order, is_now=True),
    "ask_order": Task(payments.ask_order),
    "expire_order": Task(payments.expire_order),
    "make_refund": Task(payments.make_refund),
    "look_for_stuck_payments": Task(payments.look_for_stuck_payments),
    # The house
    "forget_done_jobs": Task(forget_done_jobs),
}
