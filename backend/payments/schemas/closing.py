"""Day closes, as they are said and read."""

from collections.abc import Sequence
from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.core.wire import Day, Moment, Request, Response, Text200
from backend.payments.lifecycle.closing import AccountSum, ChannelSum, DaySums


class DayClosing(Request):
    """`close_id` is a UUIDv7 of the phone's: a day may be shut again after a reversal."""

    close_id: UUID


class DayReversal(Request):
    """Which close is taken back, and why."""

    close_id: UUID
    reason: Text200


class DayCloseDetail(Response):
    """日结. What is booked later belongs to the next day that is open."""

    id: UUID
    organization_id: UUID
    closed_on: Day
    entries: Annotated[int, Meta(description="how many entries (凭证) since the close before")]
    accounts: Sequence[AccountSum]
    channels: Sequence[ChannelSum]
    closed_by: UUID
    recorded_at: Moment
    reversed_by: UUID | None
    reversed_at: Moment | None

    @classmethod
    def of(cls, row: Any) -> Self:
        sums = msgspec.json.decode(row["sums"], type=DaySums)
        return cls(
            id=row["id"],
            organization_id=row["organization"],
            closed_on=row["closed_on"],
            entries=sums.entries,
            accounts=sums.accounts,
            channels=sums.channels,
            closed_by=row["closed_by"],
            recorded_at=row["recorded_at"],
            reversed_by=row["reversed_by"],
            reversed_at=row["reversed_at"],
        )
