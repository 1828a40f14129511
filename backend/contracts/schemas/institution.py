"""Institution contracts, their weeks and their trainings, as they are read."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from backend import policy
from backend.contracts.lifecycle import Reason, Side, Standing, Status, Week, WeekStanding, standing
from backend.contracts.lifecycle.said import AgreedVisit, Price
from backend.core import calendar
from backend.core.wire import Day, Moment, Response


class Content(msgspec.Struct, frozen=True):
    """What a contract says, as kept."""

    services: list[str] = []
    cost_sharing: str | None = None
    responsibilities: str | None = None
    prices: list[Price] = []
    station: str | None = None
    station_unit_id: UUID | None = None


class Pause(Response):
    """A suspension: `until_on` is the first day on which it is over."""

    id: UUID
    from_on: Day
    until_on: Day | None


class InstitutionContractDetail(Response):
    """机构签约. What it is today follows from its dates."""

    id: UUID
    institution_id: UUID
    institution_name: str
    provider_id: UUID
    provider_name: str
    services: list[str]
    cost_sharing: str | None
    responsibilities: str | None
    visits: list[AgreedVisit]
    visits_min: Annotated[int, Meta(description="visits in a week")]
    prices: list[Price]
    station: str | None
    station_unit_id: UUID | None
    valid_from: Day
    valid_to: Day
    status: Status
    standing: Standing
    signed_by: Annotated[list[Side], Meta(description="of this version")]
    signed_at: Moment | None
    suspensions: list[Pause]
    version: int

    @classmethod
    def of(cls, row: Any, *, now: datetime) -> Self:
        on = calendar.on(now)
        content = msgspec.json.decode(row["content"], type=Content)
        pauses = msgspec.json.decode(row["suspensions"], type=list[Pause])
        days_before = policy.spans(now, "bg.expiring_days_before")
        return cls(
            id=row["id"],
            institution_id=row["institution"],
            institution_name=row["institution_name"],
            provider_id=row["provider"],
            provider_name=row["provider_name"],
            services=content.services,
            cost_sharing=content.cost_sharing,
            responsibilities=content.responsibilities,
            visits=msgspec.json.decode(row["visits"], type=list[AgreedVisit]),
            visits_min=row["visits_min"],
            prices=content.prices,
            station=content.station,
            station_unit_id=content.station_unit_id,
            valid_from=row["valid_from"],
            valid_to=max(row["until_on"] - date.resolution, row["valid_from"]),
            status=Status(row["status"]),
            standing=standing(
                Status(row["status"]),
                on=on,
                valid_from=row["valid_from"],
                until_on=row["until_on"],
                is_suspended=any(
                    each.from_on <= on and (each.until_on is None or on < each.until_on)
                    for each in pauses
                ),
                notice_days=max(each.days for each in days_before),
            ),
            signed_by=[Side(each) for each in sorted(row["signed_by"])],
            signed_at=row["signed_at"],
            suspensions=pauses,
            version=row["version"],
        )


class WeekDetail(Response):
    """周履约: one week in Shanghai, Monday to Sunday."""

    week: Annotated[str, Meta(description="such as 2026-W47")]
    monday: Day
    due: Annotated[int, Meta(description="how many visits were agreed for it")]
    made: int
    round_ids: list[UUID]
    standing: WeekStanding
    holidays: Annotated[int, Meta(description="days of public holidays in it")]
    reason: Reason | None
    make_up_by: Annotated[Day | None, Meta(description="IC-04: the last day for a make-up visit")]
    made_up_round_ids: list[UUID]

    @classmethod
    def of(cls, week: Week) -> Self:
        return cls(
            week=week.name,
            monday=week.monday,
            due=week.due,
            made=len(week.came),
            round_ids=[each.round_id for each in week.came],
            standing=week.standing,
            holidays=week.holidays,
            reason=Reason(week.reason) if week.reason else None,
            make_up_by=week.make_up_by,
            made_up_round_ids=list(week.made_up),
        )


class MissedWeekDetail(Response):
    """Why a week was missed, as stated."""

    contract_id: UUID
    week: str
    reason: Reason
    stated_by: UUID
    organization_id: UUID
    recorded_at: Moment

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            contract_id=row["contract"],
            week=row["iso_week"],
            reason=Reason(row["reason"]),
            stated_by=row["stated_by"],
            organization_id=row["organization_id"],
            recorded_at=row["recorded_at"],
        )


class AgreedRoundLine(Response):
    """What became of an agreed visit: a round, or why none was planned."""

    week: str
    on_day: Day
    slot: Annotated[int, Meta(description="its place in `visits`")]
    round_id: UUID | None
    why_not: str | None
    round_status: str | None

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            week=row["iso_week"],
            on_day=row["on_day"],
            slot=row["slot"],
            round_id=row["round_id"],
            why_not=row["why_not"],
            round_status=row["status"],
        )


class AgreedRounds(Response):
    """The agreed visits of some days, in order."""

    items: list[AgreedRoundLine]

    @classmethod
    def of(cls, rows: list[Any]) -> Self:
        return cls(items=[AgreedRoundLine.of(each) for each in rows])


class TrainingDetail(Response):
    """带教培训, as logged."""

    id: UUID
    contract_id: UUID
    held_on: Day
    topic: str
    minutes: int
    trainer_ids: list[UUID]
    trainee_ids: list[UUID]
    recorded_by: UUID
    recorded_at: Moment

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            id=row["id"],
            contract_id=row["contract"],
            held_on=row["held_on"],
            topic=row["topic"],
            minutes=row["minutes"],
            trainer_ids=list(row["trainer_ids"]),
            trainee_ids=list(row["trainee_ids"]),
            recorded_by=row["recorded_by"],
            recorded_at=row["recorded_at"],
        )
