"""Who may look, who looked and who asks for a copy, as it crosses the wire."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from asyncpg import Record
from msgspec import Meta

from backend.core import crypto
from backend.core.access import Role
from backend.core.pages import Cut
from backend.core.wire import Moment, Page, Response
from backend.people.lifecycle import Chapter, MemberKind, Tie
from backend.people.schemas.persons import Personal

OURS = "系统"


class CareTeamEntry(Response):
    member_kind: MemberKind
    member_id: UUID
    name: str | None
    why: Tie
    from_at: Moment
    until_at: Moment | None
    is_live: bool

    @classmethod
    def of(cls, found: Record) -> Self:
        name = found["organization_name"]
        if found["staff_name"]:
            name = crypto.unseal(found["staff_name"], "persons.name")
        return cls(
            member_kind=MemberKind(found["member_kind"]),
            member_id=found["member_id"],
            name=name,
            why=Tie(found["why"]),
            from_at=found["from_at"],
            until_at=found["until_at"],
            is_live=found["is_live"],
        )


class Look(Response):
    """RC-07: who, in which role, what, and why they could."""

    at: Moment
    actor_id: UUID
    actor_name: str
    role: Role
    organization_name: str | None
    what: Annotated[str, Meta(description="such as visits.check_in")]
    tie: Annotated[str, Meta(description="what let them in")] | None

    @classmethod
    def page(cls, seen: tuple[Cut, dict[UUID, str]]) -> Page[Self]:
        page, names = seen
        return Page(
            items=[cls.of(each, names.get(each["actor_id"], OURS)) for each in page.items],
            next=page.next,
        )

    @classmethod
    def of(cls, found: Record, name: str) -> Self:
        return cls(
            at=found["at"],
            actor_id=found["actor_id"],
            actor_name=name,
            role=Role(found["role"]),
            organization_name=found["organization_name"],
            what=found["what"],
            tie=found["why"] or found["tie"] or None,
        )


class BreakGlassDetail(Response):
    id: UUID
    person_id: UUID
    opened_by_id: UUID
    reason: Personal
    from_at: Moment
    until_at: Moment
    review_due_at: Moment
    reviewed_by_id: UUID | None
    reviewed_at: Moment | None
    is_justified: bool | None

    @classmethod
    def of(cls, found: Record) -> Self:
        return cls(
            id=found["id"],
            person_id=found["person"],
            opened_by_id=found["opened_by"],
            reason=crypto.unseal(found["reason"], "break_glass.reason"),
            from_at=found["from_at"],
            until_at=found["until_at"],
            review_due_at=found["review_due_at"],
            reviewed_by_id=found["reviewed_by"],
            reviewed_at=found["reviewed_at"],
            is_justified=found["is_justified"],
        )


class BreakGlassToReview(BreakGlassDetail):
    person_name: Personal
    opened_by_name: str

    @classmethod
    def of(cls, found: Record) -> Self:
        return cls(
            **{
                name: getattr(BreakGlassDetail.of(found), name)
                for name in BreakGlassDetail.__struct_fields__
            },
            person_name=crypto.unseal(found["person_name"], "persons.name"),
            opened_by_name=crypto.unseal(found["opener_name"], "persons.name"),
        )


class CopyDetail(Response):
    """RC-06: `due_on` is the last working day on which it must be ready."""

    id: UUID
    person_id: UUID
    asked_by_id: UUID
    chapters: list[Chapter]
    proof_ids: list[UUID]
    asked_at: Moment
    due_on: date
    file_id: UUID | None
    ready_at: Moment | None

    @classmethod
    def of(cls, found: Record) -> Self:
        return cls(
            id=found["id"],
            person_id=found["person"],
            asked_by_id=found["asked_by"],
            chapters=[Chapter(each) for each in found["chapters"]],
            proof_ids=list(found["proof_ids"]),
            asked_at=found["asked_at"],
            due_on=found["due_on"],
            file_id=found["file_id"],
            ready_at=found["ready_at"],
        )
