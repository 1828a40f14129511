"""Which events are told but once, and which cannot wait for a worker."""

# A worker that was killed after it looked will look again, and say so again: these can be true but
# once of what they name, whichever event says it.
ONCE = frozenset(
    {
        "CheckOutOverdue",
        "RescueNoteMissed",
        "BreakGlassReviewOverdue",
        "FirstVisitLate",
        "TransferAssessmentLate",
        "TransferFeedbackLate",
        "DoctorContractExpiring",
        "InstitutionContractExpiring",
        "WeekKept",
        "WeekNotKept",
        "DifferenceEscalated",
        "DifferencesFound",
    }
)

NOT_WAITING = frozenset(
    {
        "AlarmRaised",
        "EmergencyRaised",
        "StaffAlarmRaised",
        "CheckOutOverdue",
        "EmergencyTransferOpened",
        "StandingPaymentStarted",
    }
)
