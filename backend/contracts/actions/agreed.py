"""约定巡诊: what was agreed becomes rounds, some days ahead; and is called off when it must be."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend import policy
from backend.contracts import queries
from backend.contracts.events import AgreedRoundNotPlanned
from backend.contracts.lifecycle import Side
from backend.contracts.lifecycle.said import AgreedVisit
from backend.core import calendar
from backend.core.access import Actor, Role
from backend.core.calendar import SHANGHAI
from backend.core.db import action, rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.core.problems import Problem
from backend.visits import actions as visits
from backend.visits.lifecycle import Status as VisitStatus
from backend.visits.lifecycle.doorstep import Cancellation
from backend.visits.lifecycle.plans import Going, RoundPlan

WHY = "institution_contract"
HOLIDAY = "public_holiday"

KEEP = """
INSERT INTO agreed_rounds (id, contract, iso_week, slot, on_day, round_id, why_not)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (contract, iso_week, slot)
DO UPDATE SET round_id = excluded.round_id, why_not = excluded.why_not
"""


async def plan_all_ahead(*, now: datetime) -> int:
    """Each contract in a transaction of its own, so that one that fails keeps no other back.

    How many rounds were planned.
    """
    today = calendar.on(now)
    end = today + policy.span(now, "ic.plan_horizon_days")
    return sum(
        [
            await plan_ahead(contract_id=each["id"], now=now)
            for each in await queries.contracts_in_force(first=today, end=end)
        ]
    )


@action
async def plan_ahead(*, contract_id: UUID, now: datetime) -> int:
    """Plan the agreed rounds of the coming days. How many were; again, none.

    Public holidays are left out, and say so. Whoever agreed for the provider plans: what cannot be
    planned is told once, and tried again the next day.
    """
    held = await queries.hold_institution_contract(contract_id)
    if held is None or held["signed_at"] is None:
        return 0
    planner = await _planner(held)
    today = calendar.on(now)
    end = today + policy.span(now, "ic.plan_horizon_days")
    known = {
        (each["on_day"], each["slot"]): each
        for each in await queries.agreed_rounds(contract_id, first=today, end=end)
    }
    is_in_force = queries.in_force(held)
    planned = 0
    for number in range((end - today).days):
        day = today + date.resolution * number
        for slot, agreed in enumerate(queries.agreed_visits(held)):
            start = datetime.combine(day, agreed.starts, SHANGHAI)
            if agreed.weekday != day.isoweekday() or not is_in_force(day) or start <= now:
                continue
            before = known.get((day, slot))
            if before is not None and (before["round_id"] or before["why_not"] == HOLIDAY):
                continue
            round_id, why_not = await _plan(held, agreed, day, planner=planner, now=now)
            await rows(
                KEEP,
                uuid7(),
                contract_id,
                calendar.iso_week(day),
                slot,
                day,
                round_id,
                why_not,
            )
            planned += round_id is not None
            if before is None and why_not not in (None, HOLIDAY):
                publish(
                    AgreedRoundNotPlanned(subject_id=contract_id, organization_id=held["provider"])
                )
    return planned


async def _plan(
    held: Record, agreed: AgreedVisit, day: date, *, planner: Actor, now: datetime
) -> tuple[UUID | None, str | None]:
    """The round of that day, or why there is none."""
    if calendar.is_holiday(day):
        return None, HOLIDAY
    round_id = uuid7()
    said = RoundPlan(
        institution_id=held["institution"],
        planned_start=datetime.combine(day, agreed.starts, SHANGHAI),
        planned_end=datetime.combine(day, agreed.ends, SHANGHAI),
        staff=[
            Going(person_id=each, is_lead=number == 0) for number, each in enumerate(agreed.team)
        ],
    )
    try:
        await visits.plan_round(round_id=round_id, actor=planner, said=said, if_match=None, now=now)
    except Problem as problem:
        return None, problem.code
    return round_id, None


async def call_off(
    held: Record, *, first: date, end: date | None, actor: Actor, now: datetime
) -> int:
    """In the caller's transaction: cancel what was planned of these days and has not begun.

    Forgotten, too: when the days are expected again, they are planned anew.
    """
    planner = msgspec.structs.replace(
        actor, role=Role.CHC_ADMIN, organization_id=held["provider"]
    ).on_behalf(WHY)
    today = calendar.on(now)
    horizon = today + 2 * policy.span(now, "ic.plan_horizon_days")
    until = min(end or horizon, horizon)
    called_off = 0
    for agreed in await queries.agreed_rounds(held["id"], first=max(first, today), end=until):
        if agreed["round_id"] is None or agreed["status"] == VisitStatus.PLANNED:
            await rows("DELETE FROM agreed_rounds WHERE id = $1", agreed["id"])
        if agreed["status"] == VisitStatus.PLANNED:
            said = Cancellation(client_time=now, reason_code="CONTRACT")
            await visits.cancel(visit_id=agreed["round_id"], actor=planner, said=said, now=now)
            called_off += 1
    return called_off


async def _planner(held: Record) -> Actor:
    """Whoever signed for the provider, acting there by the contract.

    FD-04: so all residents come onto the list, and who visits them may sign with who is willing.
    """
    signer = await queries.signer(held["id"], side=Side.PROVIDER)
    return Actor(
        person_id=signer or held["drafted_by"],
        role=Role.CHC_ADMIN,
        organization_id=held["provider"],
        session_id=None,
    ).on_behalf(WHY)
