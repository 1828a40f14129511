"""What people say of persons, organizations, ties and permissions, before we add what we know."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.access import Role
from backend.core.wire import INT4, NO_NUL, Code, Day, Int4, Moment, Point, Request, Text20, Text200
from backend.people.lifecycle import (
    Basis,
    CareFlag,
    Chapter,
    ConsentMethod,
    OrganizationKind,
    Relation,
    RestsOn,
    Scope,
    SensitiveChapter,
    Sex,
    Subject,
    UnitKind,
)

Name = Annotated[str, Meta(min_length=1, max_length=40, pattern=NO_NUL)]
IdentityNumber = Annotated[
    str, Meta(min_length=15, max_length=18, pattern=r"^[0-9]{14,17}[0-9Xx]$(?!\n)")
]
AnyPhone = Annotated[
    str, Meta(pattern=r"^(\+86)?[0-9]{10,12}$(?!\n)", description="mobile or fixed line")
]
StreetCode = Annotated[
    str, Meta(pattern=r"^[0-9]{9}$(?!\n)", description="statistical code of a street")
]
Beds = Annotated[int, Meta(ge=0, le=10_000)]
Reason = Annotated[str, Meta(min_length=2, max_length=2000, pattern=NO_NUL)]


class Home(Request):
    """A door. The point keeps the datum it was measured in (EV-04)."""

    line: Text200
    street_code: StreetCode
    room: Text20 | None = None
    point: Point | None = None


class PersonFacts(Request):
    """A human being, as the person at the desk reads it from the card.

    `identity_number` left out keeps the one we hold, as nobody can read it back in full.
    """

    name: Name
    sex: Sex
    born_on: Day | None = None
    identity_number: IdentityNumber | None = None
    phone: AnyPhone | None = None
    home: Home | None = None
    residence_id: UUID | None = None
    bed: Text20 | None = None
    center_id: UUID | None = None
    died_on: Day | None = None
    lacks_capacity: bool = False
    care_flags: Annotated[list[CareFlag], Meta(max_length=10)] = []


class OrganizationFacts(Request):
    name: Annotated[str, Meta(min_length=2, max_length=120, pattern=NO_NUL)]
    kinds: Annotated[list[OrganizationKind], Meta(min_length=1, max_length=5)]
    street_code: StreetCode
    address: Text200
    credit_code: Text20 | None = None
    licence_no: Annotated[str, Meta(min_length=1, max_length=60, pattern=NO_NUL)] | None = None
    point: Point | None = None
    phone: AnyPhone | None = None
    beds: Beds | None = None
    also_serves: Annotated[
        list[StreetCode],
        Meta(max_length=20, description="streets whose homes it goes to, beside its own"),
    ] = []
    next_to_id: (
        Annotated[UUID, Meta(description="IM-01: the medical institution it stands next to")] | None
    ) = None


class Certificate(Request):
    kind: Code
    number: Text200
    valid_to: Day | None = None


class StaffFacts(Request):
    """One employment. HC-05: registered here, and sent home with this organization's consent."""

    person_id: UUID
    roles: Annotated[list[Role], Meta(min_length=1, max_length=8)]
    employed_from: Day
    employed_until: Day | None = None
    title: Annotated[str, Meta(min_length=1, max_length=40, pattern=NO_NUL)] | None = None
    licence_no: Annotated[str, Meta(min_length=1, max_length=60, pattern=NO_NUL)] | None = None
    practising_since: Day | None = None
    registered_here: bool = False
    home_service_authorised_on: Day | None = None
    certificates: Annotated[list[Certificate], Meta(max_length=30)] = []


class KinshipFacts(Request):
    """`relation` is what the relative is to the person: 2 = the relative is a son."""

    person_id: UUID
    relative_id: UUID
    relation: Relation
    is_emergency_contact: bool = False


class CorrectionFacts(Request):
    """What is wrong with a door; what is right is left out."""

    reason: Reason
    line: Text200 | None = None
    room: Text20 | None = None
    point: Point | None = None


class CorrectionDecision(Request):
    is_approved: bool


class DelegationFacts(Request):
    """RC-03: sensitive chapters are shut unless ticked here."""

    person_id: UUID
    delegate_id: UUID
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=7)]
    valid_from: Day
    valid_to: Day
    sensitive_chapters: Annotated[list[SensitiveChapter], Meta(max_length=3)] = []


class ScopesAsked(Request):
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=7)]


class GuardianshipFacts(Request):
    """`proof_id` is the file that shows the ruling, the appointment or the notarised deed."""

    person_id: UUID
    guardian_id: UUID
    basis: Basis
    proof_id: UUID
    valid_from: Day
    valid_to: Day | None = None


class ConsentFacts(Request):
    """RC-02: one purpose, one text. Whoever signs for the elder is `given_by`.

    A fingerprint stands for a hand that cannot write: `evidence_id` is the page with it,
    `witness_photo_id` the photo of the witness who was there.
    """

    person_id: UUID
    purpose: Code
    text_version: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:-]{1,40}$(?!\n)")]
    given_by: UUID
    method: ConsentMethod
    client_time: Moment
    items: Annotated[list[Code], Meta(max_length=50)] = []
    evidence_id: UUID | None = None
    witness_photo_id: UUID | None = None


class BreakGlassFacts(Request):
    reason: Reason


class BreakGlassReview(Request):
    is_justified: bool


class CopyFacts(Request):
    """`proof_ids` are files: after a death, the proof of kinship (RC-08)."""

    person_id: UUID
    chapters: Annotated[list[Chapter], Meta(min_length=1, max_length=20)]
    proof_ids: Annotated[list[UUID], Meta(max_length=10)] = []


class CopyHandedOver(Request):
    file_id: UUID


class QualifiedParty(Request):
    """Who images or analyses for the unit under a service agreement (IM-04)."""

    name: Text200
    licence_no: Annotated[str, Meta(min_length=1, max_length=60, pattern=NO_NUL)]


class SubjectBasis(Request):
    """IM-04: what a subject rests on; `party` with a service agreement, and only there."""

    subject: Subject
    rests_on: RestsOn
    party: QualifiedParty | None = None


class UnitFacts(Request):
    """An in-house medical unit as its institution files it (IM-02).

    What its standard asks for and the filing does not say comes back among the findings (IM-05).
    """

    organization_id: UUID
    kind: UnitKind
    subjects: Annotated[list[Subject], Meta(min_length=1, max_length=8)]
    main_site_doctors: Int4
    nurses: Int4
    area_m2: Int4
    has_infusion_room: bool = False
    multi_site_doctors: Int4 = 0
    bases: Annotated[
        list[SubjectBasis],
        Meta(max_length=24, description="IM-04: every subject of the filing, or none at all"),
    ] = []
    experienced_doctors: (
        Annotated[int, Meta(ge=0, le=INT4, description="doctors with five years' practice")] | None
    ) = None
    chief_nurses: (
        Annotated[int, Meta(ge=0, le=INT4, description="nurses of rank 主管护师 or above")] | None
    ) = None
    rehabilitation_workers: Int4 | None = None
    care_workers: Int4 | None = None
    consulting_room_m2: Int4 | None = None
    treatment_room_m2: Int4 | None = None
    disposal_room_m2: Int4 | None = None


class UnitConfirmation(Request):
    operating_since: Day


class InsuranceApplication(Request):
    """IM-08: the day on which the unit applied to be designated by the medical insurance."""

    applied_on: Day


class InsuranceDecision(Request):
    """IM-08: what the medical insurance decided, and on which day."""

    decided_on: Day
    is_granted: bool


class FormularyFacts(Request):
    """What the unit stocks, all of it, by the ids of the drug list (IM-09)."""

    drug_ids: Annotated[list[Code], Meta(max_length=2000)]
