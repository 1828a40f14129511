"""An episode as an action holds it, and a move as it is stored."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.beds.lifecycle.episodes import Move, Status


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """A locked home-sickbed."""

    id: UUID
    person: UUID
    center: UUID
    status: Status
    episode_no: str | None
    place_kind: str | None
    place_organization: UUID | None
    assessor: UUID | None
    doctor: UUID | None
    nurse: UUID | None
    previous_episode_id: UUID | None
    applied_by: UUID
    applied_at: datetime | None
    opened_at: datetime | None
    closing_at: datetime | None
    closed_at: datetime | None
    stay_id: UUID | None
    version: int
    fingerprint: bytes


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A move as stored: the answer to whoever makes it again."""

    id: UUID
    home_sickbed_id: UUID
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


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A part as it was given; `open_beds` is what the doctor carried with it (HB-18)."""

    id: UUID
    home_sickbed_id: UUID
    part: str
    staff_id: UUID
    from_at: datetime
    until_at: datetime | None
    assigned_by: UUID
    open_beds: int | None
    fingerprint: bytes


class Assessed(msgspec.Struct, frozen=True, kw_only=True):
    """The assessment form as it stands."""

    home_sickbed_id: UUID
    visit_id: UUID
    form: dict[str, Any]
    measured: dict[str, Any]
    author: UUID
    client_time: datetime
    happened_at: datetime
    recorded_at: datetime
    version: int
    fingerprint: bytes
