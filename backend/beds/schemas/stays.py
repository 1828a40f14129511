"""A stay, and the ledger of somebody's beds."""

from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.beds.lifecycle import BedKind, Layer
from backend.core.wire import Moment, Response

Health = Meta(extra_json_schema={"x-data-level": 4})


class StayDetail(Response):
    """One stay. A place bed is `held_until` then while its person is an inpatient."""

    id: UUID
    person_id: UUID
    kind: Annotated[BedKind, Health]
    layer: Annotated[Layer, Health]
    organization_id: UUID | None
    bed_no: Annotated[str | None, Health]
    from_at: Moment
    until_at: Moment | None
    held_until: Moment | None

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            id=row["id"],
            person_id=row["person"],
            kind=BedKind(row["kind"]),
            layer=Layer(row["layer"]),
            organization_id=row["organization"],
            bed_no=row["bed_no"],
            from_at=row["from_at"],
            until_at=row["until_at"],
            held_until=row["held_until"],
        )


class StayLine(StayDetail):
    """A stay on the ledger; an overlay may be suspended."""

    organization_name: str | None
    is_suspended: bool

    @classmethod
    def line(cls, row: Any) -> Self:
        return cls(
            **msgspec.structs.asdict(StayDetail.of(row)),
            organization_name=row["organization_name"],
            is_suspended=row["is_suspended"],
        )


class BedLedger(Response):
    """Where somebody is now, and where they were: the newest first."""

    person_id: UUID
    place: StayLine | None
    overlay: StayLine | None
    inpatient: StayLine | None
    stays: list[StayLine]

    @classmethod
    def of(cls, person_id: UUID, rows: list[Any]) -> Self:
        lines = [StayLine.line(each) for each in rows]
        now = {each.layer: each for each in lines if each.until_at is None}
        return cls(
            person_id=person_id,
            place=now.get(Layer.PLACE),
            overlay=now.get(Layer.OVERLAY),
            inpatient=now.get(Layer.INPATIENT),
            stays=lines,
        )
