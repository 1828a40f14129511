"""Consents as they cross the wire."""

from typing import Annotated, Self
from uuid import UUID

from asyncpg import Record
from msgspec import Meta

from backend.core.wire import Moment, Response
from backend.people.lifecycle import ConsentMethod


class ConsentDetail(Response):
    id: UUID
    person_id: UUID
    purpose: str
    items: list[str]
    text_version: str
    given_by_id: UUID
    method: ConsentMethod
    witness_id: Annotated[UUID, Meta(description="the staff member who was there")] | None
    evidence_id: UUID | None
    witness_photo_id: UUID | None
    client_time: Moment
    happened_at: Moment
    recorded_at: Moment
    withdrawn_at: Moment | None

    @classmethod
    def of(cls, found: Record) -> Self:
        return cls(
            id=found["id"],
            person_id=found["person"],
            purpose=found["purpose"],
            items=list(found["items"]),
            text_version=found["text_version"],
            given_by_id=found["given_by"],
            method=ConsentMethod(found["method"]),
            witness_id=found["witness_id"],
            evidence_id=found["evidence_id"],
            witness_photo_id=found["witness_photo_id"],
            client_time=found["client_time"],
            happened_at=found["happened_at"],
            recorded_at=found["recorded_at"],
            withdrawn_at=found["withdrawn_at"],
        )
