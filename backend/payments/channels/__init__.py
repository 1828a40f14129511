"""支付渠道: what every channel can do for us, behind one small protocol; one file each.

Channels are called outside transactions, under numbers of ours (`out_trade_no`, `out_refund_no`)
that make a repeat harmless. What a channel says is untrusted until its signature has been checked:
`read_notice` answers only what was signed by a key we know, within the window, and meant for us.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from backend.payments.lifecycle.legs import Legs, MixType
from backend.payments.lifecycle.statuses import ChannelName, LegStatus


class ChannelFailed(Exception):
    """Base of what a channel may answer. Never carries a name, a phone or an id number."""


class Transient(ChannelFailed):
    """It may have been done or not: ask, or say it again under the same number."""


class Refused(ChannelFailed):
    """It will never be done like this. `code` is the channel's own word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Forged(Exception):
    """A notice not from the channel, not for us, too old or altered. `why` is for the log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Person(msgspec.Struct, frozen=True):
    """PY-10: a name and the digest of an id number (lower-case hex MD5 of the 18 digits)."""

    name: str
    id_digest: str


class Placing(msgspec.Struct, frozen=True, kw_only=True):
    """What is placed at a channel."""

    out_trade_no: str
    legs: Legs
    order_type: str
    expires_at: datetime
    payer: Person | None = None
    relative: Person | None = None
    settlement: "PreSettled | None" = None
    agreement: str | None = None  # a standing payer's: it is taken without a phone


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """What the payer's phone hands to the channel's own app; None when no phone is needed."""

    channel_trade_no: str | None = None
    pay: Mapping[str, str] = {}


class State(msgspec.Struct, frozen=True, kw_only=True):
    """PY-07: how an order stands at the channel. `is_over` says that it can no longer be paid.

    An amount that is None was not said: whoever compares amounts asks the channel first.
    """

    out_trade_no: str
    mix: LegStatus
    cash: LegStatus
    insurance: LegStatus
    is_over: bool
    channel_trade_no: str | None = None
    cash_fen: int | None = None
    insurance_fen: int | None = None
    paid_at: datetime | None = None


class RefundState(msgspec.Struct, frozen=True, kw_only=True):
    out_refund_no: str
    status: LegStatus  # CREATED while it runs, REFUND when it went back, FAIL
    fen: int


class About(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A callback whose signature held. `nonce` is what the channel signed, used once."""

    notice_id: str
    nonce: str
    state: State | RefundState

    @property
    def about(self) -> About:
        return About.PAYMENT if isinstance(self.state, State) else About.REFUND


class BillLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a channel's bill of a day."""

    about: About
    trade_no: str  # out_trade_no, or out_refund_no
    channel_trade_no: str
    fen: int
    at: datetime


class Channel(Protocol):
    """One way to take and give back cash, or cash and insurance in one order (PY-01).

    Each raises :raises Transient: and :raises Refused:, and nothing else. `takes` are the kinds of
    orders it can take: not every one takes insurance.
    """

    takes: frozenset[MixType]

    async def place(self, placing: Placing) -> Placed:
        """Place an order; placing it again under its number answers the same."""

    async def ask(self, out_trade_no: str, *, expires_at: datetime | None = None) -> State:
        """How it stands. One that the channel does not know is over and unpaid.

        支付宝 hears of an order when its payer opens it: until `expires_at`, which we wrote into
        what the payer holds, one that it does not know can still be paid.
        """

    async def close(self, out_trade_no: str) -> None:
        """Let nobody pay it any more. One that is closed, paid or unknown stays as it is."""

    async def refund(
        self, *, out_trade_no: str, out_refund_no: str, fen: int, total_fen: int
    ) -> RefundState:
        """Give so much of the cash back; saying it again under its number answers the same."""

    async def ask_refund(self, *, out_trade_no: str, out_refund_no: str) -> RefundState:
        """How a refund stands."""

    async def tell_insurance_refund(
        self,
        *,
        out_trade_no: str,
        out_refund_no: str,
        fen: int,
        self_fen: int = 0,
        other_fen: int = 0,
    ) -> None:
        """PY-08: the insurance gave it back on its side; now the channel hears of it.

        Of `fen`, so much went to the account and to other funds; the rest to the pooled fund.
        """

    async def bill(self, day: date) -> Sequence[BillLine]:
        """Everything that was paid or given back on that day of Shanghai."""

    def read_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """:raises Forged: whatever is wrong with it"""

    def answer(self, *, taken: bool) -> tuple[int, str, bytes]:
        """What the channel wants to hear: status, media type, body."""

    async def close_session(self) -> None:
        """Let go of what was opened."""


class Fee(msgspec.Struct, frozen=True, kw_only=True):
    """One line of 费用明细 (6201)."""

    line_id: str
    item: str
    quantity: int
    amount_fen: int
    is_insured: bool
    trace_codes: Sequence[str] = ()


class PreSettled(msgspec.Struct, frozen=True, kw_only=True):
    """PY-14: what the insurance will pay, by its own word. The two numbers go into the order."""

    gov_fen: int
    self_fen: int
    aid_fen: int  # of `self_fen`, what mutual aid pays
    other_fen: int
    cash_fen: int
    pay_order_id: str
    pay_auth_no: str


class InsurancePort(Protocol):
    """医保: fee upload (6201), pre-settlement (6202), settlement and its reversal (6203).

    Each raises :raises Transient: and :raises Refused:, and nothing else.
    """

    async def pre_settle(
        self,
        *,
        out_trade_no: str,
        insured: Person,
        fees: Sequence[Fee],
        is_outpatient: bool,
        aid_from: Person | None = None,
    ) -> PreSettled:
        """Upload the fees and ask who would pay what; again under its number: the same."""

    async def settle(self, *, pay_order_id: str, out_trade_no: str) -> LegStatus:
        """For an order without cash: settle it. Again: the same answer."""

    async def ask(self, *, pay_order_id: str) -> LegStatus:
        """How the insurance leg stands."""

    async def reverse(self, *, pay_order_id: str, out_refund_no: str, fen: int) -> None:
        """Give so much back, to the fund and the accounts it came from; once under its number."""

    async def has_open_inpatient_claim(self, insured: Person) -> str | None:
        """The masked name of the hospital that has an open claim (23.1 step 17), if any."""

    async def close_session(self) -> None:
        """Let go of what was opened."""


_channels: Mapping[ChannelName, Channel] = {}
_insurance: InsurancePort | None = None


def use(channels: Mapping[ChannelName, Channel], *, insurance: InsurancePort | None) -> None:
    """Say at the start of a process which channels it has; see `opened.open_all`."""
    global _channels, _insurance
    _channels, _insurance = channels, insurance


def channel(name: ChannelName) -> Channel | None:
    """The channel of that name, if this deployment has it."""
    return _channels.get(name)


def offered() -> frozenset[ChannelName]:
    """The channels that this deployment has."""
    return frozenset(_channels)


def insurance_port() -> InsurancePort | None:
    """The insurance's port, if this deployment has one. Care is never refused without it."""
    return _insurance


async def close() -> None:
    """Let go of what the channels opened; they open it again when they are asked."""
    for each in _channels.values():
        await each.close_session()
    if _insurance is not None:
        await _insurance.close_session()
