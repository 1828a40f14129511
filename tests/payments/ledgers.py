"""A center with books: bills, payments and refunds as the ledger has them, and a pretend bill."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

import msgspec

from backend.core import calendar
from backend.core.access import Actor, Role
from backend.core.db import rows, transaction
from backend.core.ids import uuid7
from backend.payments import channels, queries
from backend.payments.actions import ledger
from backend.payments.channels import BillLine, Channel, Placed, Placing, Refused, State, Transient
from backend.payments.lifecycle.ledger import Account, Posting, Why
from backend.payments.lifecycle.legs import MixType
from backend.payments.lifecycle.statuses import ChannelName, LegStatus
from tests.builders import (
    TUESDAY_NINE,
    a_delegation,
    a_person,
    a_tie,
    acting,
    an_organization,
    staff_of,
)

NOW = TUESDAY_NINE
TODAY = calendar.on(NOW)


class World(msgspec.Struct):
    """`elder` lives at home; `resident` in the house, whose account pays small bills."""

    center: UUID
    house: UUID
    elder: UUID
    resident: UUID
    herself: Actor
    daughter: Actor
    son: Actor
    finance: Actor
    colleague: Actor
    admin: Actor
    house_admin: Actor


async def a_world() -> World:
    center = await an_organization()
    house = await an_organization(kinds=("ELDER_CARE_INSTITUTION",), name="静安示例养老院")
    elder = await a_person(center_id=center)
    resident = await a_person(name="金桂花", residence_id=house, center_id=center)
    for person in (elder, resident):
        await a_tie(person, center, kind="organization")
    await a_tie(resident, house, why="residence", kind="organization")
    daughter, son = await a_person(name="周芸"), await a_person(name="周强", sex="M")
    for relative in (daughter, son):
        await a_delegation(elder, relative, "PAY", "NOTIFY")
    return World(
        center=center,
        house=house,
        elder=elder,
        resident=resident,
        herself=await acting(elder, Role.ELDER),
        daughter=await acting(daughter, Role.RELATIVE),
        son=await acting(son, Role.RELATIVE),
        finance=await staff_of(center, Role.FINANCE, name="宋佳"),
        colleague=await staff_of(center, Role.FINANCE, name="何平"),
        admin=await staff_of(center, Role.CHC_ADMIN),
        house_admin=await staff_of(house, Role.INST_ADMIN),
    )


PAYABLE = """
INSERT INTO payables (id, kind, subject_id, person, institution, organization, classes,
                      is_outpatient, total_fen, happened_at, status, policy_version, version,
                      recorded_at)
VALUES ($1, 'VISIT', $2, $3, $4, $5, $6, true, $7, $8, 'OPEN', 'test', 1, $8)
"""


async def a_bill(
    world: World,
    fen: int,
    *,
    person_id: UUID | None = None,
    institution_id: UUID | None = None,
    classes: tuple[str, ...] = ("VISIT",),
    now: datetime = NOW,
) -> UUID:
    """Opened and booked, of one class."""
    payable_id = uuid7()
    async with transaction():
        await rows(
            PAYABLE,
            payable_id,
            uuid7(),
            person_id or world.elder,
            institution_id,
            world.center,
            list(classes),
            fen,
            now,
        )
        bill = [Posting(debit=Account.RECEIVABLE, credit=Account.REVENUE, fen=fen)]
        held = await queries.hold_payable(payable_id)
        await ledger.post(bill, why=Why.BILL, payable=held, now=now)
    return payable_id


async def booked(
    payable_id: UUID,
    *postings: tuple[Account, Account, int],
    why: Why = Why.CAPTURE,
    payer_id: UUID | None = None,
    channel: str | None = None,
    now: datetime = NOW,
) -> None:
    """Book these of a bill: to, from, how many fen."""
    async with transaction():
        await ledger.post(
            [Posting(debit=to, credit=from_, fen=fen) for to, from_, fen in postings],
            why=why,
            payable=await queries.hold_payable(payable_id),
            payer_id=payer_id,
            channel=channel,
            now=now,
        )


class PretendBills:
    """A channel of which only the bills are asked."""

    def __init__(self, lines: Sequence[BillLine]) -> None:
        self.lines = list(lines)
        self.is_away = False

    async def bill(self, day: date) -> Sequence[BillLine]:
        if self.is_away:
            raise Transient
        start, end = calendar.day(day)
        return [each for each in self.lines if start <= each.at < end]


def speak_to(ports: Mapping[ChannelName, "PretendBills"]) -> None:
    """This process speaks to these from now on."""
    channels.use(cast("Mapping[ChannelName, Channel]", ports), insurance=None)


@contextmanager
def the_channels_as_they_were() -> Iterator[None]:
    was = {name: channels.channel(name) for name in channels.offered()}
    insurance = channels.insurance_port()
    try:
        yield
    finally:
        known = {name: port for name, port in was.items() if port is not None}
        channels.use(known, insurance=insurance)


async def events(topic: str) -> int:
    found = await rows("SELECT count(*) FROM journal WHERE topic = $1", topic)
    return int(found[0][0])


def the_noon_after(day: date) -> datetime:
    """Noon of the next day: whatever bill there will be has been made."""
    _, end = calendar.day(day)
    return end + timedelta(hours=12)


class PretendMoney(PretendBills):
    """A channel that takes money where it was let to, and remembers what it took."""

    takes: frozenset[MixType] = frozenset(MixType)

    def __init__(self) -> None:
        super().__init__([])
        self.taken: dict[str, tuple[str | None, int]] = {}
        self.refuses = False

    async def place(self, placing: Placing) -> Placed:
        if self.is_away:
            raise Transient
        if self.refuses:
            raise Refused("AGREEMENT_ENDED")
        if placing.agreement is None:
            return Placed(pay={"prepay_id": "p"})
        self.taken[placing.out_trade_no] = (placing.agreement, placing.legs.pay_cash_fen)
        return Placed()

    async def ask(self, out_trade_no: str, **_said: object) -> State:
        if self.is_away:
            raise Transient
        _, fen = self.taken.get(out_trade_no, (None, None))
        is_paid = fen is not None
        return State(
            out_trade_no=out_trade_no,
            mix=LegStatus.SUCCESS if is_paid else LegStatus.CREATED,
            cash=LegStatus.SUCCESS if is_paid else LegStatus.CREATED,
            insurance=LegStatus.NONE,
            is_over=True,
            cash_fen=fen,
        )

    async def close(self, out_trade_no: str) -> None:  # noqa: ARG002 - nothing is left open
        if self.is_away:
            raise Transient
