"""长护险 as it is read: a level, minutes, and what somebody is entitled to."""

from collections.abc import Sequence
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta

from backend.core.wire import Day, Moment, Response
from backend.payments.lifecycle.ltci import Entitlement
from backend.payments.schemas.payables import Fen

Health = Meta(extra_json_schema={"x-data-level": 4})


class CareLevelDetail(Response):
    id: UUID
    person_id: UUID
    level: Annotated[int, Health]
    from_on: Day
    until_on: Day | None
    recorded_by: UUID
    recorded_at: Moment

    @classmethod
    def of(cls, found: Any) -> Self:
        return cls(
            id=found["id"],
            person_id=found["person"],
            level=found["level"],
            from_on=found["from_on"],
            until_on=found["until_on"],
            recorded_by=found["recorded_by"],
            recorded_at=found["recorded_at"],
        )


class MinutesDetail(Response):
    """A stretch of an item that is billed to 长护险."""

    id: UUID
    person_id: UUID
    organization_id: UUID
    item: Annotated[str, Health]
    from_at: Moment
    until_at: Moment
    recorded_by: UUID
    recorded_at: Moment

    @classmethod
    def of(cls, found: Any) -> Self:
        return cls(
            id=found["id"],
            person_id=found["person"],
            organization_id=found["organization"],
            item=found["item"],
            from_at=found["from_at"],
            until_at=found["until_at"],
            recorded_by=found["recorded_by"],
            recorded_at=found["recorded_at"],
        )


class EntitlementDetail(Response):
    """What 长护险 pays for in the week of a day: minutes, of which how many are used.

    The bonus of a month is taken in minutes or in money. `fund_pct` is the fund's share.
    """

    person_id: UUID
    week_from: Day
    week_until: Day
    level: Annotated[int | None, Health]
    week_min: int
    used_min: Annotated[int, Health]
    left_min: int
    visit_min: int
    month_bonus_min: int
    month_bonus_fen: Fen
    fund_pct: int
    levels: list[CareLevelDetail]

    @classmethod
    def of(
        cls,
        *,
        person_id: UUID,
        week: tuple[Any, Any],
        given: Entitlement | None,
        used_min: int,
        levels: Sequence[Any],
    ) -> Self:
        week_min = given.week_min if given else 0
        return cls(
            person_id=person_id,
            week_from=week[0],
            week_until=week[1],
            level=given.level if given else None,
            week_min=week_min,
            used_min=used_min,
            left_min=max(week_min - used_min, 0),
            visit_min=given.visit_min if given else 0,
            month_bonus_min=given.month_bonus_min if given else 0,
            month_bonus_fen=given.month_bonus_fen if given else 0,
            fund_pct=given.fund_pct if given else 0,
            levels=[CareLevelDetail.of(each) for each in levels],
        )
