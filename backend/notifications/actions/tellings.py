"""Who is told of what happened: one page, an event a line."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from backend.core.access import Role
from backend.notifications.actions.how import ONCE
from backend.notifications.actions.tell import tell
from backend.notifications.actions.who import (
    ADMINS,
    AGREEING,
    BOOKKEEPERS,
    CENTER,
    FINANCE,
    INSIDE,
    PAYING,
    SIDES,
    SUPERVISORS,
    Fact,
    When,
    Who,
    agreement_end,
    asker_of_copy,
    asker_of_correction,
    carers,
    doctors,
    due,
    duty_list,
    family,
    family_at_once,
    family_unless_by_a_plan,
    judges_of_correction,
    no_time,
    one,
    payers,
    planned_start,
    recipients,
    workers_around,
    workers_in,
)


class Telling(NamedTuple):
    """A kind of notification, and who is told."""

    kind: str
    who: Who
    when: When = no_time


def each(kind: str, *told: Who, when: When = no_time) -> tuple[Telling, ...]:
    """The same kind to several."""
    return tuple(Telling(kind, who, when) for who in told)


TELLINGS: Mapping[str, tuple[Telling, ...]] = {
    "VisitPlanned": (Telling("visit_planned", family_unless_by_a_plan(), planned_start),),
    "VisitReassigned": (
        Telling("visit_given", one("to_id"), planned_start),
        Telling("visit_taken", one("from_id"), planned_start),
    ),
    "VisitBegan": (Telling("visit_begun", family),),
    "VisitEnded": (Telling("visit_ended", family),),
    "VisitRefused": (Telling("visit_refused", family, planned_start),),
    "NobodyOpened": (Telling("nobody_opened", family),),
    "VisitCancelled": (
        Telling("visit_cancelled", family_unless_by_a_plan(called_off=True), planned_start),
        Telling("visit_cancelled", carers, planned_start),
    ),
    "VisitLate": (Telling("visit_late", INSIDE, planned_start),),
    "VisitMissed": (
        Telling("visit_missed", family, planned_start),
        Telling("visit_missed", carers, planned_start),
    ),
    "VisitUncovered": (
        Telling("visit_uncovered", INSIDE, planned_start),
        Telling("visit_to_rearrange", family, planned_start),
    ),
    "ExceptionRaised": (Telling("exception_to_decide", INSIDE),),
    "ExceptionDecided": (Telling("exception_decided", one("author_id")),),
    "ExceptionAppealed": (Telling("exception_appealed", INSIDE),),
    "StaffAlarmRaised": (Telling("staff_alarm", INSIDE),),
    "AlarmRaised": (
        Telling("alarm", doctors),
        Telling("alarm", workers_around(frozenset({Role.INST_NURSE}))),
        Telling("alarm_family", family_at_once),
    ),
    "EmergencyRaised": (
        Telling("emergency", doctors),
        Telling("emergency", workers_around(frozenset({Role.DISPATCHER, Role.INST_NURSE}))),
        Telling("emergency_family", family_at_once),
    ),
    "CallBackAsked": (Telling("call_back", doctors, due),),
    "IncidentReported": (
        Telling("incident_reported", workers_around(ADMINS | {Role.QC})),
        Telling("incident_reported", doctors),
    ),
    "NoteOverdue": (Telling("note_overdue", one("author_id")),),
    "RescueNoteMissed": (
        Telling("rescue_note_missed", doctors),
        Telling("rescue_note_missed", workers_around(frozenset({Role.QC}))),
    ),
    "DeviceAsked": (Telling("device_waiting", workers_in(ADMINS)),),
    "DeviceTrusted": (Telling("device_trusted", one("person_id")),),
    "RefreshTokenReused": (Telling("account_copied", one("person_id")),),
    "NumberChanged": (Telling("number_changed", family),),
    "DelegationGiven": (Telling("delegation_given", one("delegate_id")),),
    "DelegationChanged": (Telling("delegation_changed", one("delegate_id")),),
    "DelegationRevoked": (Telling("delegation_revoked", one("delegate_id")),),
    "ScopesWereAsked": (Telling("scopes_asked", one("person_id")),),
    "GuardianRecorded": (
        Telling("guardian_recorded", one("guardian_id")),
        Telling("guardian_recorded", one("person_id")),
    ),
    "ConsentWithdrawn": (Telling("consent_withdrawn", doctors),),
    "BreakGlassOpened": (
        Telling("record_opened", family),
        Telling("break_glass_to_judge", workers_in(CENTER)),
    ),
    "BreakGlassReviewOverdue": (Telling("break_glass_to_judge", workers_in(CENTER)),),
    "BreakGlassReviewed": (Telling("break_glass_judged", one("person_id")),),
    "CopyAsked": (Telling("copy_asked", workers_around(CENTER)),),
    "CopyReady": (Telling("copy_ready", asker_of_copy),),
    "AddressCorrectionAsked": (Telling("correction_asked", judges_of_correction),),
    "AddressCorrected": (Telling("correction_decided", asker_of_correction),),
    "AddressCorrectionRejected": (Telling("correction_decided", asker_of_correction),),
    "CountersignatureAsked": (
        Telling("plan_to_countersign", workers_in(frozenset({Role.SENIOR_GP}))),
    ),
    "CarePlanActivated": (Telling("plan_active", family),),
    "CarePlanRevised": (Telling("plan_revised", family),),
    "CarePlanEnded": (Telling("plan_ended", family),),
    "CarePlanPaused": (Telling("plan_paused", family),),
    "CarePlanResumed": (Telling("plan_resumed", family),),
    "CarePlanHandedOver": (
        Telling("plan_given", one("to_id")),
        Telling("plan_revised", family),
    ),
    "CarePlanReviewDue": (Telling("plan_review_due", one("staff_id")),),
    "ReassessmentDue": (Telling("reassessment_due", one("staff_id")),),
    "CareUncovered": (Telling("care_uncovered", INSIDE),),
    "TransferAsked": (
        *each("transfer_asked", SIDES, when=due),
        Telling("transfer_going_on", family),
    ),
    "TransferAccepted": each("transfer_accepted", SIDES, family),
    "TransferDeclined": each("transfer_declined", SIDES, doctors),
    "TransferUnanswered": each("transfer_unanswered", SIDES),
    "TransferStillUnanswered": each("transfer_unanswered", duty_list),
    "TransferAssessmentLate": each("transfer_to_assess", one("staff_id"), SIDES),
    "TransferCancelled": each("transfer_cancelled", SIDES, family),
    "EmergencyTransferOpened": each("transfer_emergency", SIDES, family_at_once),
    "TransferDeparted": each("transfer_departed", SIDES, family),
    "TransferArrived": each("transfer_arrived", SIDES, family),
    "ElderCameBack": each("came_back", doctors, when=due),
    "FirstVisitLate": each("first_visit_late", doctors, workers_around(CENTER)),
    "TransferFeedbackGiven": each("transfer_feedback", SIDES),
    "TransferFeedbackLate": each("transfer_feedback_late", SIDES),
    "TransferCommented": each("transfer_comment", SIDES),
    "StaffLeft": (Telling("staff_left", INSIDE),),
    "HomeSickbedApplied": (Telling("home_sickbed_applied", workers_in(CENTER)),),
    "HomeSickbedWithdrawn": (Telling("home_sickbed_withdrawn", workers_in(CENTER)),),
    "HomeSickbedGiven": (Telling("home_sickbed_given", one("staff_id")),),
    "HomeSickbedDecided": (
        Telling("home_sickbed_decided", family),
        Telling("home_sickbed_decided", workers_in(CENTER)),
    ),
    "HomeSickbedCanOpen": (Telling("home_sickbed_can_open", one("staff_id")),),
    "HomeSickbedOpened": (Telling("home_sickbed_opened", family),),
    "HomeSickbedSuspended": (
        Telling("home_sickbed_suspended", one("staff_id")),
        Telling("home_sickbed_suspended", family),
    ),
    "HomeSickbedResumed": (Telling("home_sickbed_resumed", one("staff_id")),),
    "HomeSickbedClosing": (Telling("home_sickbed_closing", one("staff_id")),),
    "HomeSickbedClosed": (Telling("home_sickbed_closed", family),),
    "HomeSickbedWorkDue": (Telling("home_sickbed_due", one("staff_id"), due),),
    "HomeSickbedWorkLate": (Telling("home_sickbed_late", workers_in(CENTER), due),),
    "HomeSickbedRecordLate": (
        Telling("home_sickbed_record_late", one("staff_id"), due),
        Telling("home_sickbed_record_late", workers_in(frozenset({Role.QC})), due),
    ),
    "HomeSickbedCycleEnding": (Telling("home_sickbed_cycle_ending", one("staff_id"), due),),
    "HomeSickbedAwayTooLong": (Telling("home_sickbed_away", one("staff_id"), due),),
    "DoctorContractSigned": (
        Telling("contract_signed", family),
        Telling("contract_signed", one("staff_id")),
    ),
    "DoctorContractEnded": (
        Telling("contract_ended", family),
        Telling("contract_ended", one("staff_id")),
    ),
    "DoctorContractExpiring": (
        Telling("contract_expiring", family, agreement_end),
        Telling("contract_expiring", one("staff_id"), agreement_end),
    ),
    "DoctorChanged": (
        Telling("doctor_changed", family),
        Telling("doctor_changed", one("from_id")),
        Telling("doctor_changed", one("to_id")),
    ),
    "PanelNearlyFull": (
        Telling("panel_nearly_full", one("staff_id")),
        Telling("panel_nearly_full", workers_in(CENTER)),
    ),
    "InstitutionContractDrafted": (Telling("agreement_to_read", workers_in(AGREEING)),),
    "InstitutionContractSigned": (Telling("agreement_signed", workers_in(AGREEING)),),
    "InstitutionContractSuspended": (Telling("agreement_suspended", workers_in(AGREEING)),),
    "InstitutionContractEnded": (Telling("agreement_ended", workers_in(AGREEING)),),
    "InstitutionContractExpiring": (
        Telling("agreement_expiring", workers_in(AGREEING), agreement_end),
    ),
    "AgreedRoundNotPlanned": (Telling("round_not_planned", INSIDE),),
    "WeekKept": (Telling("week_kept", workers_in(AGREEING)),),
    "WeekNotKept": (Telling("week_not_kept", workers_in(AGREEING | SUPERVISORS)),),
    "AllianceJoined": (
        Telling("alliance_joined", family),
        Telling("alliance_joined", workers_in(frozenset({Role.INST_ADMIN}))),
    ),
    "AllianceLeft": (
        Telling("alliance_left", family),
        Telling("alliance_left", workers_in(frozenset({Role.INST_ADMIN}))),
    ),
    "PayableOpened": (Telling("payable_opened", payers),),
    "PayableVoided": (Telling("payable_voided", payers),),
    "PaymentMade": each("payment_made", one("to_id"), one("person_id")),
    "PaymentReversed": (Telling("payment_reversed", one("to_id")),),
    "PaymentUndue": (
        Telling("payment_undue", one("to_id")),
        Telling("payment_twice", one("from_id")),
    ),
    "PaymentDoubted": (Telling("payment_doubted", workers_in(FINANCE)),),
    "RefundAsked": (Telling("refund_to_decide", workers_in(FINANCE)),),
    "RefundDeclined": (Telling("refund_declined", one("to_id")),),
    "RefundMade": (Telling("refund_made", one("to_id")),),
    "RefundStuck": (Telling("refund_stuck", workers_in(FINANCE)),),
    "PriceMissed": (Telling("price_missed", workers_in(BOOKKEEPERS)),),
    "UnitConfirmed": (Telling("unit_confirmed", workers_in(frozenset({Role.INST_ADMIN}))),),
    "DayCloseReversed": (Telling("day_close_reversed", workers_in(BOOKKEEPERS)),),
    "DifferencesFound": (Telling("differences_found", workers_in(frozenset({Role.FINANCE}))),),
    "DifferenceEscalated": (Telling("difference_escalated", workers_in(BOOKKEEPERS)),),
    "StandingPayerProposed": (Telling("standing_payer_proposed", family),),
    "StandingPayerApproved": each("standing_payer_approved", one("to_id"), workers_in(PAYING)),
    "StandingPayerRevoked": each(
        "standing_payer_revoked", family, one("to_id"), workers_in(PAYING)
    ),
    "StandingPaymentStarted": each(
        "standing_payment", one("person_id"), one("to_id"), workers_in(PAYING)
    ),
    "PaymentWasAsked": (Telling("payment_asked", recipients),),
    "StatementReady": (Telling("statement_ready", workers_in(PAYING)),),
}

# EM-05: the carer is called, then the supervisors, then the police are suggested.
OVERDUE: Mapping[int, Telling] = {
    1: Telling("check_out_overdue", one("staff_id")),
    2: Telling("carer_overdue", INSIDE),
}
BEYOND_OVERDUE = Telling("carer_silent", INSIDE)

TOLD = TELLINGS.keys() | {"CheckOutOverdue"}


async def tell_of(*, event: str, key: str, args: Mapping[str, Any], now: datetime) -> None:
    """Tell of an event whoever is to be told by now. Telling twice is telling once."""
    fact = msgspec.convert(args, Fact)
    if event == "CheckOutOverdue":
        tellings: tuple[Telling, ...] = (OVERDUE.get(fact.stage, BEYOND_OVERDUE),)
    else:
        tellings = TELLINGS[event]
    for telling in tellings:
        await tell(
            recipients=await telling.who(fact, now),
            kind=telling.kind,
            event_key=f"{fact.subject_id}:{fact.staff_id}:{fact.stage}" if event in ONCE else key,
            person_id=fact.person_id,
            subject_id=fact.subject_id,
            when=await telling.when(fact),
            now=now,
        )
