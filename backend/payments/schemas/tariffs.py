"""A price as it is read."""

from typing import Any, Self
from uuid import UUID

from backend.core.wire import Day, Moment, Response
from backend.payments.lifecycle.statuses import ServiceClass
from backend.payments.schemas.payables import Fen, name_of


class MissedPriceDetail(Response):
    """An item that was done and has no price: so many bills wait for it."""

    item: str
    name: str | None
    since_on: Day
    times: int

    @classmethod
    def of(cls, found: Any) -> Self:
        return cls(
            item=found["item"],
            name=name_of(found["item"]),
            since_on=found["since_on"],
            times=found["times"],
        )


class TariffDetail(Response):
    """价格: what an organization asks for an item, from a day until a day (exclusive)."""

    id: UUID
    organization_id: UUID
    item: str
    name: str | None
    service_class: ServiceClass
    price_fen: Fen
    is_insured: bool
    is_sample: bool
    label: str | None
    from_on: Day
    until_on: Day | None
    recorded_at: Moment

    @classmethod
    def of(cls, found: Any) -> Self:
        return cls(
            id=found["id"],
            organization_id=found["organization"],
            item=found["item"],
            name=name_of(found["item"]),
            service_class=ServiceClass(found["service_class"]),
            price_fen=found["price_fen"],
            is_insured=found["is_insured"],
            is_sample=found["is_sample"],
            # HB-17: no amount of Shanghai was verified.
            label="示例价格" if found["is_sample"] else None,
            from_on=found["from_on"],
            until_on=found["until_on"],
            recorded_at=found["recorded_at"],
        )
