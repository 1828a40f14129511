"""周履约 from real check-ins: what counts, reasons, make-up visits, Sunday evening."""

from datetime import date, timedelta
from typing import Any

import pytest

from backend.contracts import actions, queries
from backend.contracts.lifecycle import Reason, WeekStanding
from backend.contracts.lifecycle.said import MissedBecause
from backend.contracts.problems import HolidayTooShort, NoReasonNeeded
from backend.core.access import Role
from backend.core.db import rows
from backend.core.problems import AlreadyDifferent, Missing
from tests.builders import staff_of
from tests.contracts.world import (
    NOW,
    TODAY,
    World,
    a_round_made,
    a_world,
    an_institution_contract,
    at,
    events,
)

pytestmark = pytest.mark.anyio

SUNDAY = date(2026, 11, 29)
EVENING = at(SUNDAY, 20)


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


async def weeks(contract_id, *, now) -> dict[str, WeekStanding]:
    contract = await queries.institution_contract(contract_id)
    assert contract is not None
    return {week.name: week.standing for week in await queries.weeks_of(contract, now=now)}


@pytest.mark.rule("IC-03")
async def test_a_round_of_half_an_hour_keeps_the_week(world: World) -> None:
    contract_id = await an_institution_contract(world)
    assert await weeks(contract_id, now=EVENING) == {"2026-W48": WeekStanding.RUNNING}
    await a_round_made(world, at(TODAY, 14), minutes=29)
    assert await weeks(contract_id, now=EVENING) == {"2026-W48": WeekStanding.RUNNING}
    await a_round_made(world, at(TODAY, 16), minutes=30)
    assert await weeks(contract_id, now=EVENING) == {"2026-W48": WeekStanding.FULFILLED}


@pytest.mark.rule("IC-03")
async def test_a_social_worker_alone_does_not_keep_it_and_a_nurse_does(world: World) -> None:
    contract_id = await an_institution_contract(world)
    helper = await staff_of(world.center, Role.SOCIAL_WORKER)
    await a_round_made(world, at(TODAY, 14), staff=helper)
    assert await weeks(contract_id, now=EVENING) == {"2026-W48": WeekStanding.RUNNING}
    await a_round_made(world, at(TODAY, 16), staff=world.nurse)
    assert await weeks(contract_id, now=EVENING) == {"2026-W48": WeekStanding.FULFILLED}


@pytest.mark.rule("IC-03")
async def test_what_is_doubted_counts_when_somebody_has_approved_it(world: World) -> None:
    contract_id = await an_institution_contract(world)
    round_id = await a_round_made(world, at(TODAY, 14))
    await rows(
        "INSERT INTO visit_exceptions (id, visit, move, code, evidence, author, organization,"
        " status, due_at, recorded_at) SELECT uuidv7(), visit, id, 'FAR', '{}', made_by, $2,"
        " 'open', $3, $3 FROM visit_moves WHERE visit = $1 AND move = 'check_in'",
        round_id,
        world.center,
        NOW,
    )
    assert await weeks(contract_id, now=EVENING) == {"2026-W48": WeekStanding.RUNNING}
    await rows("UPDATE visit_exceptions SET status = 'approved'")
    assert await weeks(contract_id, now=EVENING) == {"2026-W48": WeekStanding.FULFILLED}


@pytest.mark.rule("IC-03")
async def test_a_check_in_just_before_midnight_on_sunday_belongs_to_that_week(
    world: World,
) -> None:
    contract_id = await an_institution_contract(world)
    await a_round_made(world, at(SUNDAY, 23, 59))
    monday = at(SUNDAY + timedelta(days=1), 9)
    assert await weeks(contract_id, now=monday) == {
        "2026-W48": WeekStanding.FULFILLED,
        "2026-W49": WeekStanding.RUNNING,
    }


@pytest.mark.rule("IC-04")
async def test_a_missed_week_is_made_up_within_seven_days_for_a_reason(world: World) -> None:
    contract_id = await an_institution_contract(world)
    monday = at(SUNDAY + timedelta(days=1), 9)
    assert (await weeks(contract_id, now=monday))["2026-W48"] is WeekStanding.MISSED
    said: dict[str, Any] = {"contract_id": contract_id, "week": "2026-W48", "now": monday}
    ill = MissedBecause(reason=Reason.STAFF_ILLNESS, note="医生发热")
    assert (await actions.state_reason(**said, actor=world.admin, said=ill)).first
    assert not (await actions.state_reason(**said, actor=world.house_admin, said=ill)).first
    with pytest.raises(AlreadyDifferent):
        refused = MissedBecause(reason=Reason.INSTITUTION_REFUSED)
        await actions.state_reason(**said, actor=world.house_admin, said=refused)
    assert (await weeks(contract_id, now=monday))["2026-W48"] is WeekStanding.MAKE_UP_DUE
    for day in (1, 3):
        await a_round_made(world, at(SUNDAY + timedelta(days=day), 14))
    friday = at(SUNDAY + timedelta(days=5), 9)
    assert await weeks(contract_id, now=friday) == {
        "2026-W48": WeekStanding.MADE_UP,
        "2026-W49": WeekStanding.FULFILLED,
    }


async def test_a_week_that_was_kept_or_is_to_come_needs_no_reason(world: World) -> None:
    contract_id = await an_institution_contract(world)
    await a_round_made(world, at(TODAY, 14))
    said: dict[str, Any] = {"contract_id": contract_id, "actor": world.admin, "now": EVENING}
    ill = MissedBecause(reason=Reason.STAFF_ILLNESS)
    with pytest.raises(NoReasonNeeded):
        await actions.state_reason(**said, week="2026-W48", said=ill)
    for week in ("2026-W49", "2026-W47", "2026-W54", "0000-W01", "9999-W52"):
        with pytest.raises(Missing):
            await actions.state_reason(**said, week=week, said=ill)
    stranger = await staff_of(world.municipal, Role.HOSPITAL_STAFF)
    with pytest.raises(Missing):
        await actions.state_reason(
            contract_id=contract_id, week="2026-W48", actor=stranger, said=ill, now=EVENING
        )


@pytest.mark.rule("IC-04")
async def test_spring_festival_is_a_reason_for_its_week_alone(world: World) -> None:
    first, after = date(2026, 2, 2), at(date(2026, 3, 2), 9)
    contract_id = await an_institution_contract(world, valid_from=first, now=at(first, 9))
    said: dict[str, Any] = {"contract_id": contract_id, "actor": world.admin, "now": after}
    holiday = MissedBecause(reason=Reason.PUBLIC_HOLIDAY)
    for week in ("2026-W07", "2026-W09"):
        with pytest.raises(HolidayTooShort) as refused:
            await actions.state_reason(**said, week=week, said=holiday)
        assert refused.value.facts["days_min"] == 5
    assert (await actions.state_reason(**said, week="2026-W08", said=holiday)).first
    page = await queries.see_fulfilment(
        contract_id=contract_id, actor=world.commission, limit=2, after=None, now=after
    )
    assert [week.name for week in page.items] == ["2026-W10", "2026-W09"]
    page = await queries.see_fulfilment(
        contract_id=contract_id, actor=world.commission, limit=2, after=page.next, now=after
    )
    assert [(week.name, week.holidays, week.reason) for week in page.items] == [
        ("2026-W08", 7, "public_holiday"),
        ("2026-W07", 1, None),
    ]


async def test_a_draft_owes_nothing(world: World) -> None:
    contract_id = await an_institution_contract(world)
    await rows("UPDATE institution_contracts SET signed_at = NULL, status = 'NEGOTIATING'")
    assert await weeks(contract_id, now=EVENING) == {}


@pytest.mark.rule("BG-18")
async def test_both_sides_are_told_on_sunday_evening(world: World) -> None:
    await an_institution_contract(world)
    assert await actions.tell_of_weeks(now=EVENING) == 1
    assert (await events("WeekKept"), await events("WeekNotKept")) == (0, 1)
    body = await rows("SELECT body FROM journal WHERE topic = 'WeekNotKept'")
    assert '"stage": 202648' in body[0]["body"]
    assert str(world.house) in body[0]["body"]
    assert str(world.center) in body[0]["body"]
    await a_round_made(world, at(TODAY, 14))
    await actions.tell_of_weeks(now=EVENING)
    assert await events("WeekKept") == 1
