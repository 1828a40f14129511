"""A move as it is stored: what every move answers."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from msgspec import Meta

from backend.core.wire import Code, Moment, Response
from backend.visits.lifecycle import CLEARS, Finding, Move, Proof, Status
from backend.visits.lifecycle.held import Made


class FindingDetail(Response):
    """Something odd: by which rule, seen by what, and what would clear it."""

    code: str
    rule: str
    evidence: dict[str, Any]
    clears: str
    clears_en: str

    @classmethod
    def of(cls, finding: Finding) -> Self:
        clears, clears_en = CLEARS[finding.code]
        return cls(
            code=finding.code,
            rule=finding.rule,
            evidence=dict(finding.evidence),
            clears=clears,
            clears_en=clears_en,
        )


class MoveDetail(Response):
    """The move as stored, so it never changes: repeat it and get the same again."""

    visit_id: UUID
    move: Move
    made_by: UUID
    status: Annotated[Status, Meta(description="of the visit, right after the move")]
    client_time: Moment
    happened_at: Moment
    recorded_at: Moment
    verification: Literal["AUTO", "EXCEPTION"]
    findings: list[FindingDetail]
    distance_m: int | None = None
    missing: list[str] | None = None
    unusable: list[str] | None = None
    items: list[str] | None = None
    is_free: bool | None = None

    @classmethod
    def of(cls, made: Made) -> Self:
        said = made.said
        return cls(
            visit_id=made.visit_id,
            move=made.move,
            made_by=made.made_by,
            status=made.status,
            client_time=made.client_time,
            happened_at=made.happened_at,
            recorded_at=made.recorded_at,
            verification="EXCEPTION" if made.findings else "AUTO",
            findings=[FindingDetail.of(each) for each in made.findings],
            distance_m=said.get("distance_m"),
            missing=said.get("missing"),
            unusable=said.get("unusable"),
            items=said.get("items"),
            is_free=said.get("is_free"),
        )


class CheckOut(Proof):
    """The end of a visit, and what was done of the plan or beyond it."""

    items: Annotated[list[Code], Meta(max_length=20)] = []

    def proof(self) -> Proof:
        """The same without the items."""
        return Proof(**{name: getattr(self, name) for name in Proof.__struct_fields__})
