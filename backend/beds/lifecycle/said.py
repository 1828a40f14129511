"""What is said about beds and episodes. Pure shapes, checked before the database is asked."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.beds.lifecycle.beds import BedKind
from backend.beds.lifecycle.episodes import (
    CloseReason,
    Criterion,
    Exclusion,
    Outcome,
    Part,
    RecordKind,
    SuspensionReason,
)
from backend.core.wire import Code, Day, Request, Text20, Text200, Text2000
from backend.visits.lifecycle.said import Said

Lines = Annotated[list[Text200], Meta(max_length=40)]
Icd10 = Annotated[str, Meta(pattern=r"^[A-Z][0-9]{2}(\.[0-9A-Za-z]{1,4})?$(?!\n)")]


class Terminal(Request):
    """FB-09: which doctor confirms the terminal stage, and how long life is expected to last."""

    confirmed_by: UUID
    expected_months: Annotated[int, Meta(ge=0, le=120)]


class StaySaid(Said):
    """A stay from `client_time` on. A home-sickbed is opened by its episode.

    The organization is yours; OWN_HOME has none. HOSPICE and HOME_HOSPICE say `terminal`.
    """

    person_id: UUID
    kind: BedKind
    bed_no: Text20 | None = None
    address_id: UUID | None = None
    terminal: Terminal | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kind is BedKind.HOME_SICK:
            raise ValueError("a home-sickbed is opened by its episode")


class StayEnd(Said):
    """The stay is over: discharged, moved out."""


class Diagnosis(Request):
    icd10: Icd10
    name: Text200
    is_primary: bool = False


class Contact(Request):
    name: Text20
    phone: Text20


class Application(Said):
    """Who asks for a home-sickbed, why, and by what evidence. A draft may be incomplete."""

    person_id: UUID
    reason: Text2000 | None = None
    contact: Contact | None = None
    diagnoses: Annotated[list[Diagnosis], Meta(max_length=20)] = []
    evidence_ids: Annotated[list[UUID], Meta(max_length=20)] = []
    center_id: UUID | None = None
    previous_episode_id: UUID | None = None
    is_draft: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.is_draft and (
            self.reason is None or self.contact is None or not (self.diagnoses or self.evidence_ids)
        ):
            raise ValueError("an application says why, whom to call, and what was diagnosed")


class Withdrawal(Said):
    reason: Text200 | None = None


class Assignment(Request):
    """Give a part to somebody; whoever had it before has it no more."""

    part: Part
    staff_id: UUID


class Medicine(Request):
    name: Text200
    dose: Text200
    is_taken: bool = True


class AssessmentForm(Said):
    """HB-05. Vitals and scores are taken from what was recorded on this visit."""

    visit_id: UUID
    diagnoses: Annotated[list[Diagnosis], Meta(min_length=1, max_length=20)]
    cognition: Text200
    pain: Annotated[int, Meta(ge=0, le=10, description="numeric rating scale")]
    skin_and_tubes: Lines
    medicines: Annotated[list[Medicine], Meta(max_length=60)]
    allergies: Lines
    home: Lines
    carer: Text200
    risks: Lines
    criteria: Annotated[list[Criterion], Meta(max_length=3)]
    exclusions: Annotated[list[Exclusion], Meta(max_length=5)]
    conclusion: Text2000


class Decision(Said):
    """The assessor's; who does not pass is told why, and what else may help."""

    is_passed: bool
    reason: Text2000 | None = None
    advice: Text2000 | None = None


class Opening(Said):
    bed_no: Text20
    insurance: Code | None = None


class StableOrder(Said):
    """HB-07: stable, the plan unchanged. `is_stable=false` takes it back."""

    is_stable: bool = True
    reason: Text200 | None = None


class RecordFiled(Said):
    """This signed note is the opening record, or a stage summary."""

    kind: RecordKind
    note_id: UUID


class Suspension(Said):
    reason: SuspensionReason
    expected_return_on: Day
    text: Text200 | None = None


class SuspensionEnd(Said):
    """Back home."""


class Closing(Said):
    """A criterion of HB-12 is met; the discharge record follows."""

    reason: CloseReason
    referral_id: UUID | None = None


class Closure(Said):
    """撤床记录 (HB-13), signed by saying it. A referral comes before, when home is not enough."""

    reason: CloseReason
    outcome: Outcome
    course: Text2000
    follow_up_plan: Text2000
    medicines_on_hand: Annotated[list[Medicine], Meta(max_length=60)] = []
    bill_is_checked: bool = False
    referral_id: UUID | None = None
