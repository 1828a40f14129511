"""What is said of a contract: drafts, signatures, endings. Pure shapes."""

from datetime import MAXYEAR, MINYEAR, date, datetime, time
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.contracts.lifecycle.weeks import Reason
from backend.core.wire import Code, Day, Int4, Moment, Request, Text200, Text2000, Version
from backend.people.lifecycle import Relation


class Said(Request):
    """Something done, at this moment of the phone's own clock."""

    client_time: Moment

    def __post_init__(self) -> None:
        check_moments(self.client_time)


def check_moments(*moments: datetime | date) -> None:
    """:raises ValueError: for the edges of the calendar, beside which there is no other day"""
    if any(moment.year in (MINYEAR, MAXYEAR) for moment in moments):
        raise ValueError("beyond any calendar")


class PackageLine(Request):
    """One service of the package (FD-08): what, how often, and who pays."""

    item: Text200
    times: Annotated[int, Meta(ge=1, le=1000)]
    period: Literal["year", "quarter", "month", "week", "term"]
    payer: Literal["public_health_fund", "insurance", "self"]


class DoctorDraft(Request):
    """A family-doctor contract: one doctor, one district hospital, one municipal hospital (FD-01).

    Without `team_id`, which names the doctor who leads the team, the doctor leads it. Without
    `valid_to` the contract runs for the usual term.
    """

    person_id: UUID
    doctor_id: UUID
    district_hospital_id: UUID
    municipal_hospital_id: UUID
    lines: Annotated[list[PackageLine], Meta(min_length=1, max_length=60)]
    valid_from: Day
    valid_to: Day | None = None
    team_id: UUID | None = None
    contract_no: Code | None = None
    is_chronic: bool = False

    def __post_init__(self) -> None:
        check_moments(self.valid_from)
        if self.valid_to is not None:
            check_moments(self.valid_to)
            if self.valid_to < self.valid_from:
                raise ValueError("valid_to must not be before valid_from")


class Signer(Request):
    """Whose hand signs for the resident, and by which right."""

    person_id: UUID
    relation: Relation = Relation.SELF
    basis: Literal["self", "guardian", "assisted"] = "self"


class DoctorSignature(Said):
    """One side signs the version that it read.

    A doctor signs for the center; with `side: resident` they witness a signature on paper, and say
    whose hand it was and where the paper is kept. `override_reason`: why a full team takes one more
    (FD-07).
    """

    side: Literal["resident", "center"]
    version: Version
    channel: Literal["offline", "app", "relative_assisted"] = "app"
    signer: Signer | None = None
    evidence_id: UUID | None = None
    signature: Annotated[str, Meta(max_length=200, pattern=r"^[A-Za-z0-9+/=_-]*$(?!\n)")] = ""
    override_reason: Text200 | None = None


class Renewal(Said):
    """The same contract again, from the day behind its last: a draft for both to sign."""

    years: Annotated[int, Meta(ge=1, le=10)] | None = None


class DoctorChange(Said):
    """Another doctor of the same center, from the next month on (FD-09)."""

    doctor_id: UUID
    team_id: UUID | None = None
    reason: Text200 | None = None


class Termination(Said):
    """Either side ends it: with the next month, after a death at once."""

    reason_code: Literal["moved", "changed_doctor", "death", "breach", "other"]
    reason: Text200 | None = None


class AgreedVisit(Request):
    """约定巡诊: a weekday, from when to when, and who comes."""

    weekday: Annotated[int, Meta(ge=1, le=7, description="1 is Monday")]
    starts: time
    ends: time
    team: Annotated[list[UUID], Meta(min_length=1, max_length=10)]

    def __post_init__(self) -> None:
        if self.starts.tzinfo or self.ends.tzinfo:
            raise ValueError("a time of the day in Shanghai has no offset")
        if self.ends <= self.starts:
            raise ValueError("ends must be after starts")
        if len(set(self.team)) < len(self.team):
            raise ValueError("team names somebody twice")


class Price(Request):
    """购买服务: an extra service and its price (IC-08)."""

    code: Code
    name: Text200
    unit: Text200
    price_fen: Int4


class InstitutionDraft(Request):
    """A contract of an eldercare institution with a medical institution (IC-01).

    It may grow while both sides talk; services, cost sharing and responsibilities must be there
    before anybody signs (IC-02). A station or studio may stand in the institution (IC-06).
    """

    institution_id: UUID
    provider_id: UUID
    valid_from: Day
    valid_to: Day
    services: Annotated[list[Text200], Meta(max_length=60)] = []
    cost_sharing: Text2000 | None = None
    responsibilities: Text2000 | None = None
    visits: Annotated[list[AgreedVisit], Meta(max_length=14)] = []
    visits_min: (
        Annotated[int, Meta(ge=1, le=14, description="visits in a week; as usual when not said")]
        | None
    ) = None
    prices: Annotated[list[Price], Meta(max_length=200)] = []
    station: Literal["community_station", "doctor_studio"] | None = None
    station_unit_id: UUID | None = None

    def __post_init__(self) -> None:
        check_moments(self.valid_from, self.valid_to)
        if self.valid_to < self.valid_from:
            raise ValueError("valid_to must not be before valid_from")
        if self.institution_id == self.provider_id:
            raise ValueError("a contract has two sides")


class InstitutionSignature(Said):
    """Your organization signs the version that it read."""

    version: Version
    signature: Annotated[str, Meta(max_length=200, pattern=r"^[A-Za-z0-9+/=_-]*$(?!\n)")] = ""


class Suspension(Said):
    """Nobody is expected to come from this day on, until the other or until it is lifted."""

    from_on: Day
    reason: Text200
    until_on: Annotated[Day | None, Meta(description="the first day on which it is over")] = None

    def __post_init__(self) -> None:
        check_moments(self.client_time, self.from_on)
        if self.until_on is not None:
            check_moments(self.until_on)
            if self.until_on <= self.from_on:
                raise ValueError("until_on must be after from_on")


class Lifting(Said):
    """The suspension is over from this day on."""

    until_on: Day

    def __post_init__(self) -> None:
        check_moments(self.client_time, self.until_on)


class MissedBecause(Request):
    """Why a week was missed (IC-04)."""

    reason: Reason
    note: Text200 | None = None


class Training(Request):
    """带教培训: the center trained the institution's medical staff (IC-09)."""

    held_on: Day
    topic: Text200
    minutes: Annotated[int, Meta(ge=1, le=1440)]
    trainer_ids: Annotated[list[UUID], Meta(min_length=1, max_length=20)]
    trainee_ids: Annotated[list[UUID], Meta(min_length=1, max_length=200)]

    def __post_init__(self) -> None:
        check_moments(self.held_on)


class Partner(Request):
    """A member of an alliance, and the beds it brings."""

    organization_id: UUID
    beds: Annotated[
        list[Literal["HOME_CARE", "INSTITUTION", "HOME_SICK", "HOSPITAL", "HOSPICE"]],
        Meta(min_length=1, max_length=5),
    ]


class Colleague(Request):
    """Somebody of the joint team; the order of the list is the order in which they are called."""

    person_id: UUID
    organization_id: UUID
    duty: Literal["lead", "deputy", "doctor", "nurse", "care", "transfer", "administration"]


class AllianceSaid(Request):
    """五床联动协议: who takes part, and the one team they form (FB-03, FB-11)."""

    name: Text200
    members: Annotated[list[Partner], Meta(min_length=2, max_length=20)]
    team: Annotated[list[Colleague], Meta(min_length=1, max_length=60)]
    valid_from: Day
    valid_to: Day

    def __post_init__(self) -> None:
        check_moments(self.valid_from, self.valid_to)
        if self.valid_to < self.valid_from:
            raise ValueError("valid_to must not be before valid_from")
        if len({each.organization_id for each in self.members}) < len(self.members):
            raise ValueError("members names an organization twice")
        if len({each.person_id for each in self.team}) < len(self.team):
            raise ValueError("team names somebody twice")


class Joining(Said):
    """An elder signs the five-bed agreement with an institution of the alliance (FB-03).

    By the elder or a guardian; the institution witnesses a signature on paper, and says whose hand
    it was and where the paper is kept.
    """

    institution_id: UUID
    bed: Literal["INSTITUTION", "HOME_CARE"]
    signer: Signer | None = None
    evidence_id: UUID | None = None


class Leaving(Said):
    """The elder no longer takes part."""
