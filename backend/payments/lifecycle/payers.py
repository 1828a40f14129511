"""What is said of standing payers, pay requests and prepaid accounts. Pure."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.wire import Day, Request, Text200
from backend.payments.lifecycle.statuses import ServiceClass

Money = Annotated[int, Meta(ge=1, le=10_000_000_000, description="whole fen (分)")]


class StandingChannel(StrEnum):
    """A relative pays by a channel that knows them; an institution from its prepaid account."""

    WECHAT = "wechat"
    ALIPAY = "alipay"
    PREPAID = "prepaid"


class StandingProposal(Request):
    """Pay an elder's small bills without being asked each time, within these limits.

    `agreement` is what the channel gave the payer's app when they let us take money without a
    phone; an institution has none. `valid_to` is the last day.
    """

    person_id: UUID
    channel: StandingChannel
    scopes: Annotated[list[ServiceClass], Meta(min_length=1, max_length=5)]
    single_cap_fen: Money
    month_cap_fen: Money
    valid_from: Day
    valid_to: Day
    agreement: Text200 | None = None


class PaymentAsked(Request):
    """Ask these relatives to pay a bill; whoever is first pays it."""

    payable_id: UUID
    recipients: Annotated[list[UUID], Meta(min_length=1, max_length=10)]


class PrepaymentSaid(Request):
    """Top the account up that your institution has with a center."""

    organization_id: UUID
    amount_fen: Money
