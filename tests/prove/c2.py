"""C2: one slot, one version, one decision: whoever comes at once, exactly one wins."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from datetime import timedelta
from functools import partial
from uuid import UUID

import uvloop

from backend.beds import actions as beds
from backend.beds.lifecycle import BedKind
from backend.beds.lifecycle.said import StaySaid
from backend.core.access import Role
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.problems import Problem
from backend.payments import actions as payments
from backend.payments.lifecycle.orders import OrderSaid, PayWith
from backend.payments.lifecycle.quoting import QuoteSaid
from backend.visits import actions
from backend.visits.lifecycle.resolving import Decision, DecisionSaid
from tests.beds import world as of_beds
from tests.builders import TUESDAY_NINE, a_person, a_tie, staff_of
from tests.payments import books
from tests.payments.family import Family, a_bill, a_family
from tests.prove.registry import Proof, Short
from tests.prove.system import pooled, prepared
from tests.visits.world import World, a_plan, a_proof, a_visit

CALLERS_CI, CALLERS = 20, 100
BEFORE = TUESDAY_NINE - timedelta(days=2)


async def outcome(call) -> str:
    try:
        await call
    except Problem as refused:
        return refused.code
    return "won"


async def one_slot(world: World, callers: int, number: int) -> Counter[str]:
    """So many different visits for one hour of one person."""
    start = TUESDAY_NINE + timedelta(hours=number)
    said = await asyncio.gather(
        *(
            outcome(
                actions.plan(
                    visit_id=uuid7(),
                    actor=world.dispatcher,
                    said=a_plan(world, start=start),
                    if_match=None,
                    now=BEFORE,
                )
            )
            for _ in range(callers)
        )
    )
    return Counter(said)


async def one_version(world: World, callers: int, number: int) -> Counter[str]:
    """So many different edits of one version of a plan."""
    start = TUESDAY_NINE + timedelta(days=400, hours=number)
    visit_id = await a_visit(world, start=start)
    (stored,) = await rows("SELECT version FROM visits WHERE id = $1", visit_id)
    said = await asyncio.gather(
        *(
            outcome(
                actions.plan(
                    visit_id=visit_id,
                    actor=world.dispatcher,
                    said=a_plan(world, start=start, reason=f"改{caller}"),
                    if_match=f'"{stored["version"]}"',
                    now=BEFORE,
                )
            )
            for caller in range(callers)
        )
    )
    return Counter(said)


async def one_decision(world: World, callers: int, number: int) -> Counter[str]:
    """So many decisions about one exception, by two who may decide."""
    start = TUESDAY_NINE + timedelta(days=800, hours=number)
    visit_id = await a_visit(world, start=start)
    await actions.check_in(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(start, is_mock=True), now=start
    )
    (odd,) = await rows(
        "SELECT id FROM visit_exceptions WHERE visit = $1 AND code = 'MOCK'", visit_id
    )
    deciders = [world.admin, await staff_of(world.center, Role.QC)]
    said = await asyncio.gather(
        *(
            outcome(
                actions.decide(
                    exception_id=odd["id"],
                    decision_id=uuid7(),
                    actor=deciders[caller % 2],
                    said=DecisionSaid(decision=Decision.APPROVE, reason_code="seen"),
                    now=start,
                )
            )
            for caller in range(callers)
        )
    )
    return Counter(said)


async def one_bed(world: of_beds.World, callers: int, number: int) -> Counter[str]:
    """So many elders for one bed of a hospital."""
    elders = [await _a_patient(world) for _ in range(callers)]
    said = await asyncio.gather(
        *(outcome(_lies(world, elder, bed_no=f"床{number}")) for elder in elders)
    )
    return await _as_kept(Counter(said), elders)


async def one_elder(world: of_beds.World, callers: int, number: int) -> Counter[str]:
    """So many beds for one elder."""
    elder = await _a_patient(world)
    said = await asyncio.gather(
        *(outcome(_lies(world, elder, bed_no=f"位{number}-{n}")) for n in range(callers))
    )
    return await _as_kept(Counter(said), [elder])


async def _a_patient(world: of_beds.World) -> UUID:
    elder = await a_person(center_id=world.center)
    await a_tie(elder, world.hospital, kind="organization")
    return elder


def _lies(world: of_beds.World, elder: UUID, *, bed_no: str) -> Awaitable[object]:
    said = StaySaid(client_time=TUESDAY_NINE, person_id=elder, kind=BedKind.HOSPITAL, bed_no=bed_no)
    return beds.keep_stay(stay_id=uuid7(), actor=world.ward, said=said, now=TUESDAY_NINE)


async def _as_kept(said: Counter[str], elders: list[UUID]) -> Counter[str]:
    """Who won is who lies there: the ledger agrees with what was answered."""
    kept = await rows(
        "SELECT id FROM bed_stays WHERE person = ANY ($1::uuid[]) AND layer = 'inpatient'", elders
    )
    if len(kept) != said["won"]:
        raise Short(f"{said['won']} were told that they won, {len(kept)} lie in a bed")
    return said


async def one_payable(family: Family, callers: int, _number: int) -> Counter[str]:
    """So many orders for one bill, by two who may pay it."""
    payable = await a_bill(family)
    quote = await payments.quote(
        quote_id=uuid7(), actor=family.son, said=QuoteSaid(payable_id=payable), now=TUESDAY_NINE
    )
    order = OrderSaid(
        payable_id=payable, quote_number=quote.thing["number"], channel=PayWith.WECHAT
    )
    payers = [family.daughter, family.son]
    said = await asyncio.gather(
        *(
            outcome(
                payments.order(
                    order_id=uuid7(), actor=payers[caller % 2], said=order, now=TUESDAY_NINE
                )
            )
            for caller in range(callers)
        )
    )
    if broken := await books.violations():
        raise Short(f"the books: {broken}")
    return Counter(said)


async def _prove(rounds: int, callers: int, seed: int) -> str:
    dice = random.Random(seed)
    losers: Counter[str] = Counter()
    async with pooled():
        world = await of_beds.a_world()
        of_visits = (one_slot, one_version, one_decision)
        contests = [partial(each, world.for_visits) for each in of_visits]
        contests += [partial(each, world) for each in (one_bed, one_elder)]
        contests.append(partial(one_payable, await a_family()))
        for number in range(rounds):
            contest = dice.choice(contests)
            said = await contest(callers, number)
            if said["won"] != 1:
                raise Short(f"{contest.func.__name__} round {number}: {dict(said)}")
            losers.update({code: many for code, many in said.items() if code != "won"})
    return f"{rounds} rounds of {callers} callers, 1 winner each; the others {dict(losers)}"


def prove(rounds: int, seed: int) -> str:
    callers = CALLERS_CI if rounds <= 50 else CALLERS
    with prepared(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_prove(rounds, callers, seed))


PROOFS = [Proof("C2", "one slot, one winner", ci=50, full=1_000, run=prove)]
