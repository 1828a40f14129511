"""长护险 over HTTP: levels, minutes, and what is left of the week (LT-01, LT-02)."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from backend.core import clock
from backend.core.access import SYSTEM, Actor, Role
from backend.core.ids import uuid7
from backend.payments import actions
from backend.payments.lifecycle.billing import Done
from backend.payments.lifecycle.statuses import Kind
from tests.builders import an_organization, staff_of
from tests.payments.world import World, a_world, lines_of

pytestmark = pytest.mark.anyio
Phone = Callable[[Actor], httpx.AsyncClient]
MONDAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


async def assess(
    phone: httpx.AsyncClient, world: World, level: int, from_on: str = "2026-11-01", **more: Any
) -> httpx.Response:
    body = {"person_id": str(world.visits.elder), "level": level, "from_on": from_on, **more}
    return await phone.put(f"/v1/ltci-levels/{uuid7()}", json=body)


def stretch(world: World, at: datetime, minutes: int = 60, item: str = "S201") -> dict[str, str]:
    return {
        "person_id": str(world.visits.elder),
        "item": item,
        "from_at": at.isoformat(),
        "until_at": (at + timedelta(minutes=minutes)).isoformat(),
    }


async def record(phone: httpx.AsyncClient, body: dict[str, str]) -> httpx.Response:
    return await phone.put(f"/v1/ltci-minutes/{uuid7()}", json=body)


async def week(phone: httpx.AsyncClient, world: World, on: date) -> Any:
    answer = await phone.get(f"/v1/persons/{world.visits.elder}/ltci?on={on}")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.rule("LT-01")
async def test_a_level_gives_so_many_hours_a_week_and_no_more(
    world: World, client_for: Phone
) -> None:
    phone = client_for(world.visits.nurse)
    assert (await record(phone, stretch(world, MONDAY))).json()["code"] == "hours_used_up"
    assert (await assess(phone, world, 3)).status_code == 201
    for day in range(3):
        answer = await record(phone, stretch(world, MONDAY + timedelta(days=day)))
        assert answer.status_code == 201, answer.text
    fourth = await record(phone, stretch(world, MONDAY + timedelta(days=3), minutes=1))
    assert (fourth.status_code, fourth.json()["rule"]) == (422, "LT-01")
    said = await week(phone, world, date(2026, 11, 22))
    assert (said["level"], said["week_min"], said["used_min"], said["left_min"]) == (3, 180, 180, 0)
    # 00:00 on Monday in Shanghai is another week.
    midnight = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert (await record(phone, stretch(world, midnight))).status_code == 201
    assert (await week(phone, world, date(2026, 11, 23)))["left_min"] == 120


@pytest.mark.rule("LT-01")
async def test_a_visit_is_an_hour(world: World, client_for: Phone) -> None:
    phone = client_for(world.visits.nurse)
    await assess(phone, world, 6)
    refused = await record(phone, stretch(world, MONDAY, minutes=61))
    assert (refused.status_code, refused.json()["facts"]["left_min"]) == (422, 60)


async def test_minutes_that_are_still_to_come_are_not_billed(
    world: World, client_for: Phone
) -> None:
    phone = client_for(world.visits.nurse)
    await assess(phone, world, 6)
    ahead = await record(phone, stretch(world, clock.now() + timedelta(minutes=10)))
    assert (ahead.status_code, ahead.json()["code"]) == (422, "not_yet")


@pytest.mark.rule("LT-02")
async def test_minutes_billed_to_one_insurance_are_not_billed_to_the_other(
    world: World, client_for: Phone
) -> None:
    phone = client_for(world.visits.nurse)
    await assess(phone, world, 6)
    assert (await record(phone, stretch(world, MONDAY, item="S113"))).status_code == 201
    assert await medical(world, MONDAY + timedelta(minutes=30)) is None
    after = MONDAY + timedelta(minutes=60)
    billed = await medical(world, after)
    assert billed is not None
    assert await lines_of(billed) == {"S113": 3000}
    taken = await record(phone, stretch(world, after + timedelta(minutes=19), 20, "S113"))
    assert (taken.status_code, taken.json()["code"]) == (409, "minutes_taken")
    assert (taken.json()["rule"], taken.json()["facts"]["scheme"]) == ("LT-02", "medical")
    other = await record(phone, stretch(world, after, 20, "S201"))
    assert other.status_code == 201


@pytest.mark.rule("LT-02")
async def test_of_two_insurances_that_bill_the_same_minutes_at_once_one_does(
    world: World, client_for: Phone
) -> None:
    phone = client_for(world.visits.nurse)
    await assess(phone, world, 6)
    for day in range(5):
        at = MONDAY + timedelta(days=day)
        billed, recorded = await asyncio.gather(
            medical(world, at), record(phone, stretch(world, at, 20, "S113"))
        )
        assert (billed is not None) is (recorded.status_code == 409)
        assert recorded.status_code in (201, 409)


async def medical(world: World, at: datetime) -> Any:
    done = Done(item="S113", from_at=at, until_at=at + timedelta(minutes=20))
    return await actions.bill(
        kind=Kind.VISIT,
        subject_id=uuid7(),
        person_id=world.visits.elder,
        organization_id=world.center,
        institution_id=None,
        is_outpatient=False,
        done=[done],
        actor=SYSTEM,
        now=at,
    )


async def test_said_twice_is_said_once(world: World, client_for: Phone) -> None:
    phone = client_for(world.visits.nurse)
    await assess(phone, world, 6)
    path, body = f"/v1/ltci-minutes/{uuid7()}", stretch(world, MONDAY)
    first, again = await phone.put(path, json=body), await phone.put(path, json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == (await phone.get(path)).json()
    changed = await phone.put(path, json=stretch(world, MONDAY, 30))
    assert (changed.status_code, changed.json()["code"]) == (409, "already_different")


async def test_a_new_assessment_takes_the_place_of_the_one_before(
    world: World, client_for: Phone
) -> None:
    phone = client_for(world.visits.doctor)
    await assess(phone, world, 3)
    await assess(phone, world, 5, "2026-11-25")
    assert (await week(phone, world, date(2026, 11, 24)))["level"] == 3
    assert (await week(phone, world, date(2026, 11, 25)))["level"] == 5
    overlaps = await assess(phone, world, 4, "2026-11-20")
    assert (overlaps.status_code, overlaps.json()["code"]) == (409, "level_overlaps")


async def test_a_level_is_health_and_only_those_who_care_see_it(
    world: World, client_for: Phone
) -> None:
    await assess(client_for(world.visits.doctor), world, 3)
    stranger = await staff_of(await an_organization(), Role.NURSE)
    refused = await client_for(stranger).get(f"/v1/persons/{world.visits.elder}/ltci")
    assert refused.status_code == 404
    assert (await assess(client_for(stranger), world, 3)).status_code == 404
    assert (await week(client_for(world.daughter), world, date(2026, 11, 24)))["level"] == 3
    payer = await client_for(world.payer).get(f"/v1/persons/{world.visits.elder}/ltci")
    assert (payer.status_code, payer.json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31"])
async def test_the_edges_of_the_calendar_have_no_week(
    world: World, client_for: Phone, on: str
) -> None:
    path = f"/v1/persons/{world.visits.elder}/ltci?on={on}"
    assert (await client_for(world.visits.nurse).get(path)).status_code == 400
