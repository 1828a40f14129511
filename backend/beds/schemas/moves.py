"""What a move, a part and the form answer, as they are stored."""

from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta

from backend.beds.lifecycle import Move, Part, Status
from backend.beds.lifecycle.held import Assessed, Given, Made
from backend.core.wire import Moment, Response

Health = Meta(extra_json_schema={"x-data-level": 4})


class MoveDetail(Response):
    """The move as stored, so it never changes: repeat it and get the same again."""

    home_sickbed_id: UUID
    move: Move
    move_id: UUID
    made_by: UUID
    role: str
    status: Annotated[Status, Meta(description="of the episode, right after the move")]
    client_time: Moment
    happened_at: Moment
    recorded_at: Moment
    said: Annotated[dict[str, Any], Health]

    @classmethod
    def of(cls, made: Made) -> Self:
        return cls(
            home_sickbed_id=made.home_sickbed_id,
            move=made.move,
            move_id=made.move_id,
            made_by=made.made_by,
            role=made.role,
            status=made.status,
            client_time=made.client_time,
            happened_at=made.happened_at,
            recorded_at=made.recorded_at,
            said=made.said,
        )


class AssignmentDetail(Response):
    """`open_beds`: how many the doctor carries with this one; `is_near_cap` warns (HB-18)."""

    id: UUID
    home_sickbed_id: UUID
    part: Part
    staff_id: UUID
    from_at: Moment
    assigned_by: UUID
    open_beds: int | None
    is_near_cap: bool

    @classmethod
    def of(cls, given: Given, *, warn_from: int) -> Self:
        return cls(
            id=given.id,
            home_sickbed_id=given.home_sickbed_id,
            part=Part(given.part),
            staff_id=given.staff_id,
            from_at=given.from_at,
            assigned_by=given.assigned_by,
            open_beds=given.open_beds,
            is_near_cap=given.open_beds is not None and given.open_beds >= warn_from,
        )


class AssessmentDetail(Response):
    """The form as it stands, with the vitals and scores that were recorded."""

    home_sickbed_id: UUID
    visit_id: UUID
    author_id: UUID
    form: Annotated[dict[str, Any], Health]
    measured: Annotated[dict[str, Any], Health]
    happened_at: Moment
    recorded_at: Moment
    version: int

    @classmethod
    def of(cls, found: Assessed) -> Self:
        return cls(
            home_sickbed_id=found.home_sickbed_id,
            visit_id=found.visit_id,
            author_id=found.author,
            form=found.form,
            measured=found.measured,
            happened_at=found.happened_at,
            recorded_at=found.recorded_at,
            version=found.version,
        )
