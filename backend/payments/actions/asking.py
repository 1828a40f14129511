"""Talking to a channel about an order: outside every transaction, under a deadline, by its number.

Whatever is said twice here is said under the same number, and so is said once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend.core import crypto
from backend.payments import channels, queries
from backend.payments.channels import (
    Channel,
    InsurancePort,
    Placed,
    Placing,
    PreSettled,
    RefundState,
    State,
    Transient,
)
from backend.payments.lifecycle.legs import Added, Legs, MixType, Reduced
from backend.payments.lifecycle.statuses import ChannelName, LegStatus

# Nobody's phone and no other channel has a part in these: the insurance alone is asked.
OURS = frozenset({ChannelName.INSURANCE, ChannelName.PREPAID})
ANSWERS_WITHIN_S = 4  # not policy: or it counts as away; a task has twelve seconds


@asynccontextmanager
async def deadline() -> AsyncIterator[None]:
    """:raises Transient: it took too long"""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            yield
    except TimeoutError as error:
        raise Transient from error


def channel_of(order: Record) -> Channel:
    """:raises Transient: this deployment has none of that name, which is as good as away"""
    found = channels.channel(ChannelName(order["channel"]))
    if found is None:
        raise Transient
    return found


def is_offered(name: ChannelName) -> bool:
    """Whether this deployment has a channel; an order at another would wait for nothing."""
    return channels.channel(name) is not None


def takes(name: ChannelName, mix: MixType) -> bool:
    """Whether a channel takes such orders; of one that this deployment lacks nobody can say."""
    found = channels.channel(name)
    return found is None or mix in found.takes


def insurance() -> InsurancePort:
    """:raises Transient: this deployment has none"""
    found = channels.insurance_port()
    if found is None:
        raise Transient
    return found


async def place(order: Record) -> Placed:
    """Place an order, as its quote was settled; one without cash is settled by the insurance.

    :raises Transient: :raises Refused:
    """
    settlement = settlement_of(order)
    if order["channel"] in OURS:
        assert settlement is not None
        async with deadline():
            await insurance().settle(
                pay_order_id=settlement.pay_order_id, out_trade_no=order["out_trade_no"]
            )
        return Placed()
    payer, relative = await _named(order)
    placing = Placing(
        out_trade_no=order["out_trade_no"],
        legs=legs_of(order),
        order_type=order["order_type"],
        expires_at=order["expires_at"],
        payer=payer,
        relative=relative,
        settlement=settlement,
        agreement=_agreement(order),
    )
    async with deadline():
        return await channel_of(order).place(placing)


async def ask(order: Record, *, now: datetime) -> State:
    """How it stands at its channel.

    :raises Transient: :raises Refused:
    """
    if order["channel"] not in OURS:
        async with deadline():
            state = await channel_of(order).ask(
                order["out_trade_no"], expires_at=order["expires_at"]
            )
        return _of(order, state)
    settlement = settlement_of(order)
    assert settlement is not None
    async with deadline():
        leg = await insurance().ask(pay_order_id=settlement.pay_order_id)
    return State(
        out_trade_no=order["out_trade_no"],
        mix=leg,
        cash=leg if order["pay_cash_fen"] else LegStatus.NONE,
        insurance=leg,
        cash_fen=order["pay_cash_fen"] or None,
        insurance_fen=insured_fen(order),
        # Nobody but us settles it, and we do not after its time.
        is_over=leg is LegStatus.FAIL or now >= order["expires_at"],
    )


def _of(order: Record, state: State) -> State:
    if state.out_trade_no != order["out_trade_no"]:  # a word about another order is no word
        raise Transient
    return state


async def close(order: Record) -> None:
    """Let nobody pay it any more.

    :raises Transient: :raises Refused:
    """
    if order["channel"] not in OURS:
        async with deadline():
            await channel_of(order).close(order["out_trade_no"])


async def give_back_insured(order: Record, refund: Record) -> None:
    """PY-08: at the side of the insurance; again under its number is once.

    :raises Transient: :raises Refused:
    """
    settlement = settlement_of(order)
    assert settlement is not None
    async with deadline():
        await insurance().reverse(
            pay_order_id=settlement.pay_order_id,
            out_refund_no=refund["out_refund_no"],
            fen=insured_fen(refund),
        )


async def tell_insured(order: Record, refund: Record) -> None:
    """PY-08: the channel hears of it under the same number.

    :raises Transient: :raises Refused:
    """
    if order["channel"] in OURS:
        return
    async with deadline():
        await channel_of(order).tell_insurance_refund(
            out_trade_no=order["out_trade_no"],
            out_refund_no=refund["out_refund_no"],
            fen=insured_fen(refund),
            self_fen=refund["self_fen"],
            other_fen=refund["other_fen"],
        )


async def give_back_cash(order: Record, refund: Record) -> RefundState:
    """Ask its channel to give cash back, and how that stands.

    :raises Transient: :raises Refused:
    """
    async with deadline():
        state = await channel_of(order).refund(
            out_trade_no=order["out_trade_no"],
            out_refund_no=refund["out_refund_no"],
            fen=refund["cash_fen"],
            total_fen=order["pay_cash_fen"],
        )
    if state.out_refund_no != refund["out_refund_no"]:
        raise Transient
    return state


def insured_fen(row: Record) -> int:
    return int(row["gov_fen"] + row["self_fen"] + row["other_fen"])


def legs_of(order: Record) -> Legs:
    return Legs(
        gov_fen=order["gov_fen"],
        self_fen=order["self_fen"],
        other_fen=order["other_fen"],
        ins_cash_fen=order["ins_cash_fen"],
        add=msgspec.json.decode(order["additions"], type=tuple[Added, ...]),
        reduce=msgspec.json.decode(order["reductions"], type=tuple[Reduced, ...]),
        pay_cash_fen=order["pay_cash_fen"],
        total_fen=order["total_fen"],
    )


def settlement_of(order: Record) -> PreSettled | None:
    """What the insurance settled before; None of an order that it has no part in."""
    if order["settlement"] is None or not insured_fen(order):
        return None
    opened = crypto.unseal_bytes(order["settlement"], "quotes.settlement")
    return msgspec.json.decode(opened, type=PreSettled)


def _agreement(order: Record) -> str | None:
    sealed = order["agreement"]
    return crypto.unseal(sealed, "standing_payers.agreement") if sealed else None


async def _named(order: Record) -> tuple[channels.Person | None, channels.Person | None]:
    """PY-10: who pays, and for whom when it is another; of cash alone nobody is named."""
    if not insured_fen(order):
        return None, None
    patient, payer = order["person"], order["payer"] or order["person"]
    known = await queries.identified({patient, payer})
    return known.get(payer), known.get(patient) if order["pay_for_relatives"] else None


def of_number(number: str) -> UUID | None:
    """The id behind a number of ours: an order's or a refund's; None of another's."""
    try:
        found = UUID(hex=number)
    except ValueError:
        return None
    return found if found.hex == number else None
