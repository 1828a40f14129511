"""A visit as an action holds it, and a move as it is stored."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.core.geo import Coordinates, as_wgs84
from backend.visits.lifecycle.proof import Finding, Seen
from backend.visits.lifecycle.statuses import Move, Status


class Held(msgspec.Struct, frozen=True):
    """A locked visit, with what is known of the one who holds it.

    `was_assigned` ever, `is_assigned` at the moment the move is about, `is_going` now; how many are
    `going` is counted where two are needed. A check-in also knows where they were `before`; a
    check-out when it `began_at`, and `meanwhile`, another visit that they began during this one.
    """

    id: UUID
    kind: str
    person: UUID | None
    organization: UUID
    place_kind: str
    institution: UUID | None
    address: UUID | None
    planned_start: datetime
    planned_end: datetime
    status: str
    needs_two: bool
    version: int
    fingerprint: bytes
    lat: float | None
    lon: float | None
    datum: str
    was_assigned: bool
    is_assigned: bool
    is_going: bool
    going: int
    made: bytes | None
    skew_at: datetime | None
    skew_s: int | None
    before: Mapping[str, Any] | None = None
    began_at: datetime | None = None
    meanwhile: UUID | None = None

    @property
    def at(self) -> Coordinates | None:
        """The door, in WGS-84."""
        if self.lat is None or self.lon is None:
            return None
        return as_wgs84(self.lat, self.lon, self.datum)

    @property
    def seen_before(self) -> Seen | None:
        if self.before is None:
            return None
        lat, lon = self.before["lat"], self.before["lon"]
        return Seen(
            at=datetime.fromisoformat(self.before["at"]),
            place=None if lat is None else as_wgs84(lat, lon, self.before["datum"]),
            visit_id=self.before["visit"],
            institution_id=self.before["institution"],
            is_open=self.before["is_open"],
        )


class Made(msgspec.Struct, frozen=True):
    """A move as stored: the answer to whoever makes it again."""

    id: UUID
    visit_id: UUID
    move: Move
    made_by: UUID
    status: Status
    client_time: datetime
    happened_at: datetime
    recorded_at: datetime
    findings: list[Finding]
    said: dict[str, Any]
