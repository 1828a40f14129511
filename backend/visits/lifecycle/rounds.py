"""What is said of one resident in a round, and what is stored. Pure."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.core.wire import Moment, Request, Text200
from backend.visits.lifecycle.said import Said, check_moments


class EntrySaid(Said):
    """Seen, refused (say why, name a witness) or away."""

    status: Literal["seen", "refused", "away"]
    minutes: Annotated[int, Meta(ge=0, le=600)] | None = None
    reason: Text200 | None = None
    witness_id: UUID | None = None


class Entry(msgspec.Struct, frozen=True):
    round_id: UUID
    person_id: UUID
    status: str
    made_by: UUID | None
    minutes: int | None
    witness_id: UUID | None
    client_time: datetime | None
    happened_at: datetime | None
    recorded_at: datetime | None
    fingerprint: bytes | None


class Track(msgspec.Struct, frozen=True):
    id: UUID
    visit_id: UUID
    staff_id: UUID
    points_from: datetime
    points_to: datetime
    recorded_at: datetime
    fingerprint: bytes


class TrackPoint(Request):
    at: Moment
    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]

    def __post_init__(self) -> None:
        check_moments(self.at)


class TrackSaid(Request):
    """Where the carer went, between departure and check-out only (EV-10)."""

    datum: Literal["wgs84", "gcj02"]
    points: Annotated[list[TrackPoint], Meta(min_length=1, max_length=500)]
