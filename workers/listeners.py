"""Who listens to what happened: the name of an event -> the tasks it makes due.

A task takes of the event what it names. Whom to tell of it is written in
`backend/notifications/actions/tellings.py`. An event that nobody waits for stands in `SILENT`, so
that a forgotten one shows; it still reaches the phones' change feed.
"""

from backend.notifications.actions.how import NOT_WAITING
from backend.notifications.actions.tellings import TOLD

TELL = dict.fromkeys(TOLD - NOT_WAITING, ("tell",)) | dict.fromkeys(NOT_WAITING, ("tell_at_once",))

ACT = {
    "AbsenceRecorded": ("cover_absence",),
    "AddressCorrected": ("weigh_exceptions_again",),
    "DelegationRevoked": ("withdraw_notifications",),
    "EmergencyRaised": ("end_visit_in_emergency",),
    "OrderEnded": ("ask_instead",),
    "PayableOpened": ("pay_standing",),
    "PaymentReversed": ("ask_after_reversal",),
    "PersonDied": ("end_open_work",),
    "TariffKept": ("bill_what_waited", "bill_openings_that_waited"),
}

LISTENERS: dict[str, tuple[str, ...]] = {
    event: TELL.get(event, ()) + ACT.get(event, ()) for event in TELL.keys() | ACT.keys()
}

SILENT: frozenset[str] = frozenset(
    {
        "AllianceChanged",
        "AssessmentMade",
        "CareLevelRecorded",
        "CarePlanCountersigned",
        "CarePlanDrafted",
        "CareTeamJoined",
        "CareTeamLeft",
        "CarerDeparted",
        "ConsentGiven",
        "DayWasClosed",
        "DeviceWiped",
        "HomeSickbedAssessed",
        "HomeSickbedOrdered",
        "HomeSickbedRecorded",
        "DoctorContractDrafted",
        "NoteDrafted",
        "NoteSigned",
        "NothingWasOwed",
        "ObservationTaken",
        "OnDeliveryAgreed",
        "ObservationVoided",
        "OrganizationChanged",
        "PersonChanged",
        "PersonRegistered",
        "PlaceHeld",
        "ResidentSeen",
        "StaffChanged",
        "StayBegan",
        "StayEnded",
        "TransferAssessed",
        "TransferClosed",
        "TransferDrafted",
        "TransferPackageSealed",
        "UnitFiled",
        "VisitAttested",
    }
)
