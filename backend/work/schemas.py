"""One line of work."""

from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta

from backend.core import crypto, masks
from backend.core.wire import Moment, Response
from backend.work.lifecycle import Kind


class WorkLine(Response):
    """Something that waits for you; `subject_id` is what to open."""

    kind: Kind
    subject_id: UUID
    person_id: UUID | None
    person_name: Annotated[str | None, Meta(description="masked")]
    due_at: Moment
    priority: Annotated[int, Meta(description="1 life, 2 safety, 3 somebody waits, 4 today")]

    @classmethod
    def of(cls, row: Any) -> Self:
        name = crypto.unseal(row["name"], "persons.name") if row["name"] else None
        return cls(
            kind=Kind(row["kind"]),
            subject_id=row["id"],
            person_id=row["person"],
            person_name=masks.name(name) if name else None,
            due_at=row["due_at"],
            priority=row["priority"],
        )
