"""What is said about a transfer. Pure shapes, checked before the database is asked."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.beds.lifecycle import BedKind
from backend.beds.lifecycle.said import Diagnosis, Lines, Medicine, Terminal
from backend.core.wire import Code, Day, Request, Text20, Text200, Text2000
from backend.records.lifecycle.vitals import Level
from backend.transfers.lifecycle.journeys import Reason, Urgency
from backend.transfers.lifecycle.statuses import Decision
from backend.visits.lifecycle.said import Said, check_moments

RECEIVERS_MAX = 5  # not policy: how long the list of one request may be


class Transport(StrEnum):
    """步行、轮椅、担架、救护车."""

    WALK = "WALK"
    WHEELCHAIR = "WHEELCHAIR"
    STRETCHER = "STRETCHER"
    AMBULANCE = "AMBULANCE"


class TransferDraft(Request):
    """Who is to move, to which kind of bed, and why. From which bed, the ledger says."""

    person_id: UUID
    to_bed: BedKind
    reason_code: Reason
    urgency: Urgency = Urgency.ROUTINE
    reason: Text2000 | None = None

    def __post_init__(self) -> None:
        if self.urgency is Urgency.EMERGENCY or self.reason_code is Reason.EMERGENCY:
            raise ValueError("an emergency is opened at /v1/emergencies/{id}/transfer")


class Vitals(Request):
    """What was measured. NEWS2 is computed when all seven are there, and never guessed."""

    resp: Annotated[float, Meta(ge=0, le=100)] | None = None
    spo2: Annotated[float, Meta(ge=0, le=100)] | None = None
    o2_flow: Annotated[float, Meta(ge=0, le=100)] | None = None
    sbp: Annotated[float, Meta(ge=0, le=350)] | None = None
    dbp: Annotated[float, Meta(ge=0, le=250)] | None = None
    pulse: Annotated[float, Meta(ge=0, le=350)] | None = None
    temp: Annotated[float, Meta(ge=25, le=45)] | None = None


class TransferForm(Said):
    """转介评估 (FB-08), signed by saying it. `consent_id` is the consent to move and be read."""

    vitals: Vitals
    consciousness: Level
    barthel: Annotated[int, Meta(ge=0, le=100, multiple_of=5)]
    tubes_and_wounds: Lines
    infection: Text200
    diagnoses: Annotated[list[Diagnosis], Meta(min_length=1, max_length=20)]
    medicines: Annotated[list[Medicine], Meta(max_length=60)]
    allergies: Lines
    carer: Text200
    transport: Transport
    recommendation: Text2000
    needs_oxygen: bool = False
    wishes: Text2000 | None = None
    do_not_resuscitate: bool = False
    insurance: Code | None = None
    consent_id: UUID | None = None
    terminal: Terminal | None = None


class TransferRequest(Said):
    """Ask these organizations, the first one first."""

    receivers: Annotated[list[UUID], Meta(min_length=1, max_length=RECEIVERS_MAX)]

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(set(self.receivers)) < len(self.receivers):
            raise ValueError("receivers names one twice")


class TransferAnswer(Said):
    """Accept with a bed, or decline with a reason and an alternative."""

    decision: Decision
    bed_no: Text20 | None = None
    reason: Text200 | None = None
    alternative: Text200 | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.decision is Decision.DECLINE and (self.reason is None or self.alternative is None):
            raise ValueError("who declines says why, and what else may help")


class TransferCancellation(Said):
    reason: Text200


class TransferComment(Said):
    """A word on the move; that somebody disagrees is noted, and stops nothing."""

    text: Text2000
    disagrees: bool = False


class TransferDeparture(Said):
    """The elder has left. A place bed is kept until the end of `held_until`."""

    transport: Transport | None = None
    held_until: Day | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.held_until is not None:
            check_moments(self.held_until)


class TransferArrival(Said):
    """The elder is in the bed. `bed_no` when it is another than was promised.

    `organization_id` names the hospital when an emergency did not.
    """

    bed_no: Text20 | None = None
    address_id: UUID | None = None
    organization_id: UUID | None = None


class TransferFeedback(Said):
    result: Text2000


class EmergencyTransfer(Request):
    """Nothing has to be said: the emergency is enough (FB-08)."""

    to_organization_id: UUID | None = None
    transport: Transport = Transport.AMBULANCE
