"""Who pays without being asked: a relative for one elder, a house for a resident of its own."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from backend.core import calendar
from backend.core.access import Actor, Role
from backend.core.problems import CannotMove
from backend.payments import actions
from backend.payments.lifecycle.payers import PrepaymentSaid, StandingChannel, StandingProposal
from backend.payments.lifecycle.statuses import ServiceClass
from backend.payments.problems import NotOwed, ProposalLapsed
from backend.people.lifecycle import Scope
from seeds.actors import acting, first_of, speaking_for
from seeds.elders import Elder
from seeds.ids import seed_id
from seeds.places import FLAGSHIP, HOUSE, places
from seeds.planting import keep

SINGLE_FEN, MONTH_FEN = 20_000, 80_000  # 23.2 step 15
PREPAID_FEN = 500_000
# Mr. 周's bills are paid by hand in the day of his daughter.
BY_HAND = "zhou"


async def standing_payers(homes: list[Elder], *, now: datetime) -> None:
    """The first relative who may pay, and the house for its first resident."""
    able = [one for one in homes if not one.lacks_capacity and one.key != BY_HAND]
    for one in able:
        payers = [kin for kin in one.kin if Scope.PAY in kin.scopes]
        if one.house is None and one.center == FLAGSHIP and payers:
            relative = Actor(
                person_id=payers[0].id, role=Role.RELATIVE, organization_id=None, session_id=None
            )
            await _agreed(one, relative, StandingChannel.WECHAT, now=now)
            break
    await _prepaid(now=now)
    resident = next((one for one in able if one.house == HOUSE), None)
    if resident is not None:
        admin = acting(first_of(Role.INST_ADMIN, HOUSE))
        await _agreed(resident, admin, StandingChannel.PREPAID, now=now)


async def _agreed(elder: Elder, payer: Actor, channel: StandingChannel, *, now: datetime) -> None:
    year = calendar.on(now).replace(month=1, day=1)
    standing_payer_id: UUID = seed_id("standing-payer", elder.key, channel, str(year.year))
    said = StandingProposal(
        person_id=elder.id,
        channel=channel,
        scopes=[ServiceClass.VISIT, ServiceClass.NURSING],
        single_cap_fen=SINGLE_FEN,
        month_cap_fen=MONTH_FEN,
        valid_from=year,
        valid_to=year.replace(month=12, day=31),
        agreement=None if channel is StandingChannel.PREPAID else f"示例签约-{elder.key}",
    )
    await keep(
        actions.propose_standing_payer(
            standing_payer_id=standing_payer_id, actor=payer, said=said, now=now
        )
    )
    with suppress(CannotMove, ProposalLapsed):  # whoever ended it since wins
        await actions.approve_standing_payer(
            standing_payer_id=standing_payer_id, actor=speaking_for(elder), now=now
        )


async def _prepaid(*, now: datetime) -> None:
    """By bank transfer, so that no channel has to know of it."""
    prepayment_id = seed_id("prepayment", HOUSE)
    said = PrepaymentSaid(organization_id=places()[FLAGSHIP].id, amount_fen=PREPAID_FEN)
    admin = acting(first_of(Role.INST_ADMIN, HOUSE))
    await keep(actions.prepay(prepayment_id=prepayment_id, actor=admin, said=said, now=now))
    finance = acting(first_of(Role.FINANCE, FLAGSHIP))
    with suppress(NotOwed):
        await actions.receive_prepayment(prepayment_id=prepayment_id, actor=finance, now=now)
