"""Bills with one line, standing payers at work, and what they did."""

from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from backend.core.access import Actor, Role
from backend.core.db import row, rows
from backend.core.ids import uuid7
from backend.payments import actions
from backend.payments.channels import State
from backend.payments.lifecycle.orders import OrderSaid, PayWith
from backend.payments.lifecycle.payers import PrepaymentSaid, StandingChannel, StandingProposal
from backend.payments.lifecycle.quoting import QuoteSaid
from backend.payments.lifecycle.statuses import ChannelName, LegStatus, ServiceClass
from tests.builders import acting
from tests.payments import books
from tests.payments.ledgers import (
    NOW,
    PretendMoney,
    World,
    a_bill,
    speak_to,
    the_channels_as_they_were,
)

TOP_UP_FEN = 100_000


async def a_payable(
    world: World,
    fen: int = 8000,
    *,
    person_id: UUID | None = None,
    institution_id: UUID | None = None,
    service_class: ServiceClass = ServiceClass.NURSING,
    now: datetime = NOW,
) -> UUID:
    """A bill of one line that no insurance covers."""
    payable = await a_bill(
        world,
        fen,
        person_id=person_id,
        institution_id=institution_id,
        classes=(service_class.value,),
        now=now,
    )
    await rows(
        "INSERT INTO payable_lines (id, payable, charge_key, item, service_class, quantity,"
        " price_fen, amount_fen, is_insured, happened_at, rule)"
        " VALUES ($1, $2, $3, 'S113', $4, 1, $5, $5, false, $6, 'HB-15')",
        uuid7(),
        payable,
        f"test:{payable}",
        service_class.value,
        fen,
        now,
    )
    return payable


def a_proposal(person_id: UUID, **changed: Any) -> StandingProposal:
    said: dict[str, Any] = {
        "person_id": person_id,
        "channel": StandingChannel.WECHAT,
        "scopes": [ServiceClass.VISIT, ServiceClass.NURSING],
        "single_cap_fen": 20_000,
        "month_cap_fen": 30_000,
        "valid_from": date(2026, 11, 1),
        "valid_to": date(2026, 12, 31),
        "agreement": "agreement-1",
    }
    return StandingProposal(**{**said, **changed})


async def proposed(
    world: World, by: Actor | None = None, *, now: datetime = NOW, **changed: Any
) -> UUID:
    """The daughter offers to pay for her mother, or whoever is named."""
    standing_payer_id = uuid7()
    said = a_proposal(changed.pop("person_id", world.elder), **changed)
    await actions.propose_standing_payer(
        standing_payer_id=standing_payer_id, actor=by or world.daughter, said=said, now=now
    )
    return standing_payer_id


async def approved(
    world: World, by: Actor | None = None, *, now: datetime = NOW, **changed: Any
) -> UUID:
    standing_payer_id = await proposed(world, by, now=now, **changed)
    elder = await acting(changed.get("person_id", world.elder), Role.ELDER)
    await actions.approve_standing_payer(standing_payer_id=standing_payer_id, actor=elder, now=now)
    return standing_payer_id


async def by_the_house(world: World, **changed: Any) -> UUID:
    """The institution pays for its resident, from what it prepaid."""
    said = {"channel": StandingChannel.PREPAID, "agreement": None, "person_id": world.resident}
    return await approved(world, world.house_admin, **{**said, **changed})


async def a_top_up(world: World, fen: int = TOP_UP_FEN) -> UUID:
    """Opened; not paid yet."""
    prepayment_id = uuid7()
    said = PrepaymentSaid(organization_id=world.center, amount_fen=fen)
    await actions.prepay(prepayment_id=prepayment_id, actor=world.house_admin, said=said, now=NOW)
    return prepayment_id


async def balance(world: World) -> int | None:
    found = await row("SELECT balance_fen FROM prepaid_accounts")
    return found["balance_fen"] if found else None


async def status_of(payable_id: UUID) -> str:
    found = await row("SELECT status FROM payables WHERE id = $1", payable_id)
    assert found is not None
    return str(found["status"])


async def requests() -> list[tuple[str, list[UUID]]]:
    found = await rows("SELECT role, recipients FROM payment_requests ORDER BY id")
    return [(each["role"], list(each["recipients"])) for each in found]


async def orders() -> list[tuple[str, str, int]]:
    found = await rows("SELECT * FROM payment_orders ORDER BY recorded_at, id")
    return [(each["payer_kind"], each["status"], each["total_fen"]) for each in found]


async def paid(world: World, prepayment_id) -> None:
    """Quoted, ordered by its admin, and paid on their phone."""
    actor = world.house_admin
    said = QuoteSaid(payable_id=prepayment_id)
    quote = await actions.quote(quote_id=uuid7(), actor=actor, said=said, now=NOW)
    order_id = uuid7()
    await actions.order(
        order_id=order_id,
        actor=actor,
        said=OrderSaid(
            payable_id=prepayment_id,
            quote_number=quote.thing["number"],
            channel=PayWith.WECHAT,
        ),
        now=NOW,
    )
    state = State(
        out_trade_no=order_id.hex,
        mix=LegStatus.SUCCESS,
        cash=LegStatus.SUCCESS,
        insurance=LegStatus.NONE,
        is_over=True,
        cash_fen=quote.thing["pay_cash_fen"],
    )
    await actions.capture(order_id=order_id, state=state, now=NOW)


async def topped_up(world: World, fen: int = TOP_UP_FEN) -> UUID:
    """The institution has so much with the center."""
    prepayment_id = await a_top_up(world, fen)
    await paid(world, prepayment_id)
    return prepayment_id


@pytest.fixture
def wechat() -> Iterator[PretendMoney]:
    channel = PretendMoney()
    with the_channels_as_they_were():
        speak_to({ChannelName.WECHAT: channel})
        yield channel


@pytest.fixture(autouse=True)
async def the_books_hold(db: None) -> AsyncIterator[None]:
    """C4: after each test nothing is wrong with any account."""
    yield
    assert await books.violations() == []
