"""Invariant 8: a phone that was offline sends what it kept in any order, and again, till all is in.

What comes too early is refused and leaves nothing behind; what is in already is answered as it was.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import strategies as st

from backend.beds import actions as beds
from backend.beds.actions.open_bed import PURPOSES
from backend.beds.lifecycle import BedKind, Part
from backend.beds.lifecycle.episodes import SuspensionReason
from backend.beds.lifecycle.said import Assignment, Decision, Opening, Suspension, SuspensionEnd
from backend.careplans import actions as careplans
from backend.careplans.lifecycle import PlanActivationSaid, PlanRevisionSaid
from backend.core.access import Actor
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.problems import Problem
from backend.people import actions as people
from backend.people.actions.facts import ConsentFacts
from backend.people.lifecycle import ConsentMethod
from backend.transfers import actions as transfers
from backend.transfers.lifecycle import Decision as Answer
from backend.transfers.lifecycle import Reason
from backend.transfers.lifecycle.said import (
    TransferAnswer,
    TransferArrival,
    TransferDeparture,
    TransferDraft,
    TransferFeedback,
    TransferRequest,
)
from tests.beds import world as of_beds
from tests.beds.world import DAY, HOUR, NINE
from tests.careplans import world as of_plans
from tests.drawing import for_all
from tests.transfers import world as of_transfers
from tests.visits.world import a_visit

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)
SYNCED = NINE + 6 * HOUR  # when the signal is back
Step = Callable[[], Awaitable[Any]]
LONGEST = 14

# The numbers of steps, in the order in which a phone happens to send them, some of them twice.
ORDERS = st.tuples(
    st.permutations(range(LONGEST)), st.lists(st.integers(0, LONGEST - 1), max_size=8)
).map(lambda both: [*both[1], *both[0], *both[1]])


async def sent(steps: Sequence[Step], order: Sequence[int]) -> None:
    """Send in that order; what is refused waits, and is sent again with the rest."""
    waiting = [number for number in order if number < len(steps)]
    for _ in steps:
        refused: list[int] = []
        for number in waiting:
            try:
                await steps[number]()
            except Problem as problem:
                assert problem.status in (403, 404, 409, 422), problem
                refused.append(number)
        waiting = refused
    assert waiting == [], "something was never taken"


async def check(make: Callable[[], Awaitable[tuple[Sequence[Step], Step]]]) -> None:
    """The same facts lead to the same state, sent once in their order or in any other, often."""

    async def one(order: list[int]) -> None:
        expected_steps, expected = await make()
        for step in expected_steps:
            await step()
        steps, state = await make()
        await sent(steps, order)
        found = await state()
        assert found == await expected()
        answers = [await steps[number]() for number in order if number < len(steps)]
        assert not any(each.first for each in answers)
        assert await state() == found

    await for_all(ORDERS, one)


async def consent_to(elder: UUID, herself: Actor, purpose: str, consent_id: UUID) -> Any:
    return await people.consent(
        consent_id=consent_id,
        actor=herself,
        said=ConsentFacts(
            person_id=elder,
            purpose=purpose,
            text_version="2026.1",
            given_by=elder,
            method=ConsentMethod.APP,
            client_time=NINE - HOUR,
        ),
        now=SYNCED,
    )


async def a_home_sickbed() -> tuple[Sequence[Step], Step]:
    """Asked for, given, assessed, passed, consented to, opened; away, and back."""
    world = await of_beds.a_world()
    visit_id = await of_beds.a_visit_for_assessment(world)
    await a_visit(world.for_visits, start=NINE + 8 * HOUR, now=NINE - DAY)
    bed, away = uuid7(), uuid7()
    parts = {
        Part.ASSESSOR: (world.doctor, uuid7()),
        Part.DOCTOR: (world.doctor, uuid7()),
        Part.NURSE: (world.nurse, uuid7()),
    }
    consents = {purpose: uuid7() for purpose in PURPOSES}

    def give(part: Part) -> Step:
        who, assignment_id = parts[part]
        return lambda: beds.assign(
            home_sickbed_id=bed,
            assignment_id=assignment_id,
            actor=world.admin,
            said=Assignment(part=part, staff_id=who.person_id),
            now=SYNCED,
        )

    steps: list[Step] = [
        lambda: beds.apply(
            home_sickbed_id=bed,
            actor=world.herself,
            said=of_beds.an_application(world, at=NINE - 2 * DAY),
            if_match=None,
            now=SYNCED,
        ),
        give(Part.ASSESSOR),
        lambda: beds.assess(
            home_sickbed_id=bed,
            actor=world.doctor,
            said=of_beds.a_form(visit_id),
            if_match=None,
            now=SYNCED,
        ),
        lambda: beds.decide(
            home_sickbed_id=bed,
            actor=world.doctor,
            said=Decision(client_time=NINE - DAY, is_passed=True),
            now=SYNCED,
        ),
        give(Part.DOCTOR),
        give(Part.NURSE),
        *(
            lambda purpose=purpose: consent_to(
                world.elder, world.herself, purpose, consents[purpose]
            )
            for purpose in PURPOSES
        ),
        lambda: beds.open_bed(
            home_sickbed_id=bed,
            actor=world.doctor,
            said=Opening(client_time=NINE, bed_no=f"J-{bed}"[:20]),
            now=SYNCED,
        ),
        lambda: beds.suspend(
            home_sickbed_id=bed,
            suspension_id=away,
            actor=world.doctor,
            said=Suspension(
                client_time=NINE + HOUR,
                reason=SuspensionReason.TRAVEL,
                expected_return_on=NINE.date(),
            ),
            now=SYNCED,
        ),
        lambda: beds.end_suspension(
            home_sickbed_id=bed,
            suspension_id=away,
            actor=world.doctor,
            said=SuspensionEnd(client_time=NINE + 2 * HOUR),
            now=SYNCED,
        ),
    ]

    async def state() -> Any:
        return [
            await rows(
                "SELECT status, applied_at, opened_at FROM home_sickbeds WHERE id = $1", bed
            ),
            await rows(
                "SELECT DISTINCT move, to_status, happened_at FROM home_sickbed_moves"
                " WHERE home_sickbed = $1 AND move NOT LIKE 'assign%' ORDER BY 3, 1",
                bed,
            ),
            await rows(
                "SELECT kind, from_at, until_at, held_until FROM bed_stays WHERE person = $1"
                " ORDER BY kind",
                world.elder,
            ),
            await rows(
                "SELECT reason, from_at, until_at FROM home_sickbed_suspensions"
                " WHERE home_sickbed = $1",
                bed,
            ),
            await rows(
                "SELECT purpose FROM consents WHERE person = $1 ORDER BY purpose", world.elder
            ),
            await rows("SELECT status FROM visits WHERE person = $1 ORDER BY 1", world.elder),
        ]

    return steps, state


async def a_care_plan() -> tuple[Sequence[Step], Step]:
    """Proposed, in force, revised twice; the nightly task comes in between, whenever."""
    world = await of_plans.a_world()
    plan_id = uuid7()
    daily = of_plans.an_intervention(at=None)
    weekly = of_plans.an_intervention("S104", "FREQ=WEEKLY;BYDAY=WE")
    said = of_plans.a_plan(world, daily, weekly)

    def revise(number: int) -> Step:
        words = PlanRevisionSaid(
            problems=["高血压"],
            interventions=[daily] if number % 2 else [daily, weekly],
            reason=f"第{number}版",
        )
        return lambda: careplans.revise(
            plan_id=plan_id, number=number, actor=world.doctor, said=words, now=of_plans.MORNING
        )

    async def expand() -> Any:
        """A task says nothing; that it ran before the plan was there is nothing to it either."""
        await careplans.expand_plan(plan_id=plan_id, now=of_plans.MORNING)
        return _Nothing()

    steps: list[Step] = [
        lambda: careplans.write(
            plan_id=plan_id, actor=world.doctor, said=said, if_match=None, now=of_plans.MORNING
        ),
        lambda: careplans.activate(
            plan_id=plan_id,
            actor=world.doctor,
            said=PlanActivationSaid(version=1),
            now=of_plans.MORNING,
        ),
        revise(2),
        revise(3),
        expand,
    ]

    async def state() -> Any:
        names = {daily.id: "daily", weekly.id: "weekly"}
        ahead = await of_plans.ahead(plan_id)
        planned = await of_plans.planned(plan_id)
        return [
            await rows("SELECT status, number, version FROM care_plans WHERE id = $1", plan_id),
            await rows(
                "SELECT move, number, to_status FROM care_plan_moves WHERE plan = $1"
                " ORDER BY number, move",
                plan_id,
            ),
            sorted((names[each], day) for each, day in ahead),
            [(each["planned_start"], each["status"]) for each in planned],
        ]

    return steps, state


class _Nothing(msgspec.Struct):
    first: bool = False


async def a_transfer() -> tuple[Sequence[Step], Step]:
    """From the house to the hospital: both sides were without a signal."""
    world = await of_transfers.a_world(BedKind.INSTITUTION)
    moved, consent_id = uuid7(), uuid7()
    draft = TransferDraft(person_id=world.elder, to_bed=BedKind.HOSPITAL, reason_code=Reason.WORSE)

    def said(minutes: int) -> dict[str, Any]:
        return {"client_time": NINE + minutes * MINUTE}

    def by(actor: Actor) -> dict[str, Any]:
        return {"transfer_id": moved, "actor": actor, "now": SYNCED}

    doctor, ward = by(world.doctor), by(world.ward)
    steps: list[Step] = [
        lambda: transfers.draft(**doctor, said=draft, if_match=None),
        lambda: consent_to(world.elder, world.beds.herself, "transfer", consent_id),
        lambda: transfers.assess(
            **doctor, said=of_transfers.a_form(consent_id=consent_id), if_match=None
        ),
        lambda: transfers.request(
            **doctor, said=TransferRequest(**said(1), receivers=[world.hospital])
        ),
        lambda: transfers.answer(
            **ward,
            organization_id=world.hospital,
            said=TransferAnswer(**said(2), decision=Answer.ACCEPT, bed_no="12"),
        ),
        lambda: transfers.depart(**doctor, said=TransferDeparture(**said(3))),
        lambda: transfers.arrive(**ward, said=TransferArrival(**said(4))),
        lambda: transfers.give_feedback(**ward, said=TransferFeedback(**said(5), result="收治")),
    ]

    async def state() -> Any:
        return [
            await rows("SELECT status, from_bed, to_bed FROM transfers WHERE id = $1", moved),
            await rows(
                "SELECT DISTINCT move, from_status, to_status, happened_at FROM transfer_moves"
                " WHERE transfer = $1 ORDER BY 4, 1",
                moved,
            ),
            await rows(
                "SELECT kind, from_at, until_at, held_until FROM bed_stays WHERE person = $1"
                " ORDER BY kind",
                world.elder,
            ),
            await rows(
                "SELECT why, count(*) AS n FROM care_team WHERE person = $1 AND until_at IS NULL"
                " GROUP BY why ORDER BY why",
                world.elder,
            ),
            len(await of_transfers.package_of(moved)),
        ]

    return steps, state


async def test_a_home_sickbed_is_the_same_in_any_order_and_however_often(db) -> None:
    await check(a_home_sickbed)


async def test_a_care_plan_is_the_same_in_any_order_and_however_often(db) -> None:
    await check(a_care_plan)


async def test_a_transfer_is_the_same_in_any_order_and_however_often(db) -> None:
    await check(a_transfer)
