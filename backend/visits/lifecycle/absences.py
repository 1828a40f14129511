"""What is said of an absence or an alarm, and what is stored. Pure."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from backend.core.wire import Moment, Point, Request
from backend.visits.lifecycle.said import Said, check_moments


class AbsenceSaid(Request):
    """Who, from when until when (exclusive). Without `staff_id`, oneself."""

    absent_from: Moment
    absent_until: Moment
    reason: Literal["ill", "family", "training", "leave", "other"]
    staff_id: UUID | None = None

    def __post_init__(self) -> None:
        check_moments(self.absent_from, self.absent_until)
        if self.absent_until <= self.absent_from:
            raise ValueError("absent_until must be after absent_from")


class Absence(msgspec.Struct, frozen=True):
    id: UUID
    staff_id: UUID
    organization_id: UUID
    absent_from: datetime
    absent_until: datetime
    reason: str
    recorded_at: datetime
    fingerprint: bytes


class AlarmSaid(Said):
    """Silent: nothing on the phone may show that it was sent."""

    point: Point | None = None
    visit_id: UUID | None = None


class Alarm(msgspec.Struct, frozen=True):
    id: UUID
    staff_id: UUID
    organization_id: UUID | None
    visit_id: UUID | None
    lat: float | None
    lon: float | None
    datum: str | None
    client_time: datetime
    happened_at: datetime
    recorded_at: datetime
    fingerprint: bytes
