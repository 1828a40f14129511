"""日结: what a center's days hold when they are shut. Pure."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from backend.payments.lifecycle.ledger import Account

Sum = Annotated[int, Meta(description="whole fen (分)")]


class AccountSum(msgspec.Struct, frozen=True, kw_only=True):
    """科目: what was debited to an account, and what was credited."""

    account: Account
    debit_fen: Sum
    credit_fen: Sum


class ChannelSum(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel received for us, and gave back."""

    channel: str
    received_fen: Sum
    given_back_fen: Sum


class DaySums(msgspec.Struct, frozen=True, kw_only=True):
    """All that was booked since the close before."""

    entries: int
    accounts: Sequence[AccountSum]
    channels: Sequence[ChannelSum]

    @property
    def is_even(self) -> bool:
        """Double entry: what was debited is what was credited."""
        return sum(each.debit_fen - each.credit_fen for each in self.accounts) == 0
