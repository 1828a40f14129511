"""Notes and their signatures."""

from collections.abc import Mapping
from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.core import crypto, signatures
from backend.core.wire import (
    Day,
    Moment,
    Request,
    Response,
    Text200,
    Text2000,
    Text20000,
    Version,
)
from backend.records.lifecycle import facts, notes
from backend.records.lifecycle.notes import Lateness, NoteKind, NoteStatus
from backend.records.schemas.fields import Clinical, all_but


class NoteContent(Request):
    """The parts of a round's record beside its text (HB-09)."""

    complaint: Clinical[Text2000] | None = None
    examination: Clinical[Text2000] | None = None
    assessment: Clinical[Text2000] | None = None
    orders_changed: Clinical[Text2000] | None = None
    drugs_given: Clinical[Text2000] | None = None
    education: Clinical[Text2000] | None = None
    present: Clinical[Text200] | None = None
    next_round_on: Day | None = None


class NoteDraft(Request):
    """A note. `client_time` is when what it tells of happened, not when it was written."""

    person_id: UUID
    client_time: Moment
    kind: NoteKind
    text: Clinical[Text20000]
    visit_id: UUID | None = None
    content: NoteContent = msgspec.field(default_factory=NoteContent)
    amends: UUID | None = None
    amend_reason: Clinical[Text200] | None = None

    def said(self) -> facts.Draft:
        content = notes.Content(**msgspec.structs.asdict(self.content))
        return facts.Draft(**all_but(self, "content"), content=content)


class NoteSignature(Request):
    """`version` is the one that was read; `signature` is Ed25519 by the phone over `digest`."""

    client_time: Moment
    version: Version | None = None
    signature: signatures.Signature | None = None

    def said(self) -> facts.Signature:
        return facts.Signature(**all_but(self))


class NoteHead(Response):
    """Everything of a note but what is written in it. `due_at` is when it begins to be late."""

    id: UUID
    person_id: UUID
    kind: NoteKind
    status: NoteStatus
    author_id: UUID
    visit_id: UUID | None
    amends: UUID | None
    due_at: Moment | None
    client_time: Moment
    happened_at: Moment
    recorded_at: Moment
    signed_at: Moment | None
    lateness: Lateness | None
    version: int

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        return cls(**_head(found))


class Note(NoteHead):
    """A note, opened. `amended_by` are the signed notes that correct it, oldest first."""

    text: Clinical[str]
    content: NoteContent
    amend_reason: Clinical[str] | None
    amended_by: list[UUID]
    digest: Annotated[str, Meta(description="what a phone signs: SHA-256, in hexadecimal")]

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        content, reason = found["content"], found["amend_reason"]
        return cls(
            **_head(found),
            text=crypto.unseal(found["text"], "notes.text"),
            content=msgspec.json.decode(
                crypto.unseal(content, "notes.content") if content else "{}", type=NoteContent
            ),
            amend_reason=crypto.unseal(reason, "notes.amend_reason") if reason else None,
            amended_by=found["amended_by"],
            digest=found["fingerprint"].hex(),
        )


class Signature(Response):
    """A signature as stored, marked when it came late."""

    note_id: UUID
    signed_by: UUID
    device_id: UUID | None
    client_time: Moment
    happened_at: Moment
    recorded_at: Moment
    lateness: Lateness
    digest: str

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        return cls(
            note_id=found["note"],
            signed_by=found["signed_by"],
            device_id=found["device_id"],
            client_time=found["client_time"],
            happened_at=found["happened_at"],
            recorded_at=found["recorded_at"],
            lateness=Lateness(found["lateness"]),
            digest=found["text_digest"].hex(),
        )


def _head(found: Mapping[str, Any]) -> dict[str, Any]:
    signed_at, lateness = found["signed_at"], found["lateness"]
    return {
        "id": found["id"],
        "person_id": found["person"],
        "kind": NoteKind(found["kind"]),
        "status": NoteStatus.DRAFT if signed_at is None else NoteStatus.SIGNED,
        "author_id": found["author"],
        "visit_id": found["visit_id"],
        "amends": found["amends"],
        "due_at": found["due_at"],
        "client_time": found["client_time"],
        "happened_at": found["happened_at"],
        "recorded_at": found["recorded_at"],
        "signed_at": signed_at,
        "lateness": Lateness(lateness) if lateness else None,
        "version": found["version"],
    }
