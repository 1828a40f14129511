"""What crosses the wire about transfers."""

from typing import Annotated, Any, Self, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.beds.lifecycle import BedKind
from backend.core import crypto, masks
from backend.core.wire import Day, Moment, Response
from backend.transfers.lifecycle import Decision, Move, Outcome, Reason, Status, Urgency
from backend.transfers.lifecycle.held import Answered, Assessed, Carried, Commented, Made
from backend.transfers.lifecycle.said import Transport

T = TypeVar("T")

# GB/T 39725, level 4: an identified person's health data.
Clinical = Annotated[T, Meta(extra_json_schema={"x-data-level": 4})]


class OutcomeDetail(Response):
    """What became of one open thing when the elder arrived."""

    slice: Annotated[str, Meta(description="such as visits, careplans, beds, people")]
    what: Annotated[str, Meta(description="such as visit, care_plan, home_sickbed")]
    thing_id: UUID
    outcome: Outcome

    @classmethod
    def of(cls, carried: Carried) -> Self:
        return cls(**msgspec.structs.asdict(carried))


class MoveDetail(Response):
    """The move as stored, so it never changes. An arrival lists what became of all open work."""

    transfer_id: UUID
    move: Move
    status: Annotated[Status, Meta(description="of the transfer, right after the move")]
    made_by: UUID
    role: str
    client_time: Moment
    happened_at: Moment
    recorded_at: Moment
    run_by_id: Annotated[
        UUID | None, Meta(description="of an arrival: who runs the care there, where that is known")
    ] = None
    outcomes: list[OutcomeDetail] = []

    @classmethod
    def of(cls, made: Made) -> Self:
        return cls(
            transfer_id=made.transfer_id,
            move=made.move,
            status=made.status,
            made_by=made.made_by,
            role=made.role,
            client_time=made.client_time,
            happened_at=made.happened_at,
            recorded_at=made.recorded_at,
            run_by_id=UUID(run_by) if (run_by := made.said.get("run_by_id")) else None,
            outcomes=[OutcomeDetail.of(each) for each in made.outcomes],
        )


class AnswerDetail(Response):
    """One receiver of a request, and what it answered. The family is not shown the reason."""

    transfer_id: UUID
    organization_id: UUID
    place: int
    asked_at: Moment | None
    answer_due_at: Moment | None
    answered_at: Moment | None
    decision: Decision | None
    bed_no: str | None
    reason: Clinical[str | None] = None
    alternative: Clinical[str | None] = None

    @classmethod
    def of(cls, answered: Answered, *, is_clinical: bool = True) -> Self:
        return cls(
            transfer_id=answered.transfer_id,
            organization_id=answered.organization_id,
            place=answered.place,
            asked_at=answered.asked_at,
            answer_due_at=answered.answer_due_at,
            answered_at=answered.answered_at,
            decision=answered.decision,
            bed_no=answered.bed_no,
            reason=answered.reason if is_clinical else None,
            alternative=answered.alternative if is_clinical else None,
        )


class FormDetail(Response):
    """The assessment as it stands. `news2` is absent when one of the seven readings is."""

    transfer_id: UUID
    form: Clinical[dict[str, Any]]
    news2: Clinical[dict[str, Any] | None]
    author_id: UUID
    role: str
    client_time: Moment
    happened_at: Moment
    recorded_at: Moment
    version: int

    @classmethod
    def of(cls, assessed: Assessed) -> Self:
        return cls(
            transfer_id=assessed.transfer_id,
            form=assessed.form,
            news2=assessed.news2,
            author_id=assessed.author,
            role=assessed.role,
            client_time=assessed.client_time,
            happened_at=assessed.happened_at,
            recorded_at=assessed.recorded_at,
            version=assessed.version,
        )


class CommentDetail(Response):
    """A word on the move, as stored."""

    id: UUID
    transfer_id: UUID
    author_id: UUID
    role: str
    disagrees: bool
    text: Clinical[str]
    client_time: Moment
    happened_at: Moment
    recorded_at: Moment

    @classmethod
    def of(cls, commented: Commented) -> Self:
        return cls(
            id=commented.id,
            transfer_id=commented.transfer_id,
            author_id=commented.author,
            role=commented.role,
            disagrees=commented.disagrees,
            text=commented.text,
            client_time=commented.client_time,
            happened_at=commented.happened_at,
            recorded_at=commented.recorded_at,
        )


class PackageLine(Response):
    """That a record package went along, and by which hash it is known."""

    number: int
    hash: str
    sealed_at: Moment


class PackageDetail(PackageLine):
    """病历资料包: the record as it stood when it was sealed; `hash` is SHA-256 over its JSON."""

    transfer_id: UUID
    content: Clinical[dict[str, Any]]

    @classmethod
    def of(cls, found: Any) -> Self:
        return cls(
            transfer_id=found["transfer"],
            number=found["number"],
            hash=found["hash"].hex(),
            sealed_at=found["sealed_at"],
            content=msgspec.json.decode(found["content"]),
        )


class TransferCard(Response):
    """A transfer in a list, the most pressing first."""

    id: UUID
    person_id: UUID
    person_name: Annotated[str, Meta(description="masked")]
    from_bed: BedKind | None
    to_bed: Clinical[BedKind]
    from_organization_id: UUID | None
    to_organization_id: UUID | None
    asked_id: UUID | None
    urgency: Urgency
    status: Status
    due_at: Moment
    recorded_at: Moment
    version: int

    @classmethod
    def of(cls, found: Any) -> Self:
        return cls(**_card(found))


class TransferDetail(TransferCard):
    """One transfer as it stands, with all it went through.

    The family and the street see how far it is, never why, nor the assessment.
    """

    from_organization_name: str | None
    to_organization_name: str | None
    bed_no: str | None
    reason_code: Clinical[Reason | None]
    reason: Clinical[str | None]
    transport: Transport | None
    emergency_id: UUID | None
    held_until: Day | None
    departed_at: Moment | None
    arrived_at: Moment | None
    first_visit_due_at: Moment | None
    closed_at: Moment | None
    is_consented: bool
    moves: list[MoveDetail]
    receivers: list[AnswerDetail]
    assessment: FormDetail | None
    outcomes: list[OutcomeDetail]
    comments: list[CommentDetail]
    packages: list[PackageLine]

    @classmethod
    def whole(cls, seen: Any) -> Self:
        """As far as this reader is shown it."""
        found, is_clinical = seen.transfer, seen.is_clinical
        reason = found["reason"] if is_clinical else None
        return cls(
            **_card(found),
            from_organization_name=found["from_organization_name"],
            to_organization_name=found["to_organization_name"],
            bed_no=found["bed_no"],
            reason_code=Reason(found["reason_code"]) if is_clinical else None,
            reason=crypto.unseal(reason, "transfers.reason") if reason else None,
            transport=Transport(found["transport"]) if found["transport"] else None,
            emergency_id=found["emergency_id"],
            held_until=found["held_until"],
            departed_at=found["departed_at"],
            arrived_at=found["arrived_at"],
            first_visit_due_at=found["first_visit_due_at"],
            closed_at=found["closed_at"],
            is_consented=found["consent_id"] is not None,
            moves=[MoveDetail.of(each) for each in seen.moves],
            receivers=[AnswerDetail.of(each, is_clinical=is_clinical) for each in seen.receivers],
            assessment=FormDetail.of(seen.assessment) if seen.assessment else None,
            outcomes=[OutcomeDetail.of(each) for each in seen.outcomes],
            comments=[CommentDetail.of(each) for each in seen.comments],
            packages=[
                PackageLine(
                    number=each["number"], hash=each["hash"].hex(), sealed_at=each["sealed_at"]
                )
                for each in seen.packages
            ],
        )


def _card(found: Any) -> dict[str, Any]:
    return {
        "id": found["id"],
        "person_id": found["person"],
        "person_name": masks.name(crypto.unseal(found["name"], "persons.name")),
        "from_bed": BedKind(found["from_bed"]) if found["from_bed"] else None,
        "to_bed": BedKind(found["to_bed"]),
        "from_organization_id": found["from_organization"],
        "to_organization_id": found["to_organization"],
        "asked_id": found["asked"],
        "urgency": Urgency(found["urgency"]),
        "status": Status(found["status"]),
        "due_at": found["due_at"],
        "recorded_at": found["recorded_at"],
        "version": found["version"],
    }
