"""A transfer as an action holds it, and what is stored of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.beds.lifecycle import BedKind
from backend.transfers.lifecycle.journeys import Outcome, Reason, Urgency, is_hurried
from backend.transfers.lifecycle.statuses import Decision, Move, Status


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A locked transfer. `asked` is the organization whose answer is awaited."""

    id: UUID
    person: UUID
    from_organization: UUID | None
    from_bed: BedKind | None
    from_stay_id: UUID | None
    to_bed: BedKind
    to_organization: UUID | None
    bed_no: str | None
    asked: UUID | None
    emergency_id: UUID | None
    reason_code: Reason
    urgency: Urgency
    status: Status
    consent_id: UUID | None
    drafted_by: UUID
    held_until: date | None
    departed_at: datetime | None
    arrived_at: datetime | None
    closed_at: datetime | None
    version: int
    fingerprint: bytes

    @property
    def is_emergency(self) -> bool:
        return self.urgency is Urgency.EMERGENCY

    @property
    def is_hurried(self) -> bool:
        return is_hurried(self.reason_code, self.urgency)


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one open thing on arrival."""

    slice: str
    what: str
    thing_id: UUID
    outcome: Outcome


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A move as stored: the answer to whoever makes it again."""

    id: UUID
    transfer_id: UUID
    move: Move
    move_id: UUID
    made_by: UUID
    role: str
    status: Status
    client_time: datetime
    happened_at: datetime
    recorded_at: datetime
    said: dict[str, Any]
    fingerprint: bytes
    outcomes: tuple[Carried, ...] = ()


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """One receiver of a request, and what it answered."""

    transfer_id: UUID
    organization_id: UUID
    place: int
    asked_at: datetime | None
    answer_due_at: datetime | None
    answered_at: datetime | None
    answered_by: UUID | None
    decision: Decision | None
    bed_no: str | None
    reason: str | None
    alternative: str | None
    fingerprint: bytes | None


class Assessed(msgspec.Struct, frozen=True, kw_only=True):
    """The assessment as it stands, with NEWS2 as it was computed."""

    transfer_id: UUID
    form: dict[str, Any]
    news2: dict[str, Any] | None
    author: UUID
    role: str
    client_time: datetime
    happened_at: datetime
    recorded_at: datetime
    version: int
    fingerprint: bytes


class Commented(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    transfer_id: UUID
    author: UUID
    role: str
    disagrees: bool
    text: str
    client_time: datetime
    happened_at: datetime
    recorded_at: datetime
    fingerprint: bytes
