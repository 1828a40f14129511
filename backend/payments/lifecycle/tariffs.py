"""价格表 (HB-17): what an organization asks for an item, and the fees that are no item of care."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.core.wire import Code, Day, Request
from backend.payments.lifecycle.legs import Fen
from backend.payments.lifecycle.statuses import ServiceClass


class Fee(StrEnum):
    """What is asked beside what was done (HB-15): the first is a national item, rounds are ours."""

    OPENING = "130600001"
    ROUND = "S115"
    SUPERIOR_ROUND = "S116"
    WARD_ROUND = "WARD_ROUND"
    DOOR = "DOOR_FEE"
    DOOR_OF_A_HOUSE = "DOOR_FEE_INSTITUTION"


FEE_NAMES: Mapping[str, str] = {
    Fee.OPENING: "家庭病床建床费",
    Fee.ROUND: "家庭病床巡诊费",
    Fee.SUPERIOR_ROUND: "上级医师查床费",
    Fee.WARD_ROUND: "机构巡诊费",
    Fee.DOOR: "上门费",
    Fee.DOOR_OF_A_HOUSE: "上门费（机构）",
}
ROUNDS = frozenset({Fee.ROUND, Fee.SUPERIOR_ROUND})
DOORS = frozenset({Fee.DOOR, Fee.DOOR_OF_A_HOUSE})


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What one of an item costs on a day."""

    tariff_id: UUID
    price_fen: int
    service_class: ServiceClass
    is_insured: bool


Prices = Mapping[tuple[str, date], Price]


class TariffSaid(Request):
    """A price of the caller's organization, from a day until a day (exclusive).

    A sample price (示例价格) is marked so: no amount of Shanghai was verified.
    """

    item: Code
    service_class: ServiceClass
    price_fen: Fen
    is_insured: bool
    from_on: Day
    until_on: Day | None = None
    is_sample: Annotated[bool, Meta(description="示例价格: for demonstrations")] = False

    def __post_init__(self) -> None:
        if self.until_on is not None and self.until_on <= self.from_on:
            raise ValueError("until_on must be after from_on")
