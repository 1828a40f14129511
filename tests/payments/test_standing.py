"""白名单代付: offered by who pays, agreed to by the elder, and ended by either at once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from backend.core.access import Actor, Role
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, CannotMove, Malformed, Missing
from backend.payments import actions
from backend.payments.lifecycle.payers import StandingChannel
from backend.payments.lifecycle.standing import Facts, Standing, standing
from backend.payments.lifecycle.statuses import StandingStatus
from backend.payments.problems import CapTooHigh, NeedsAgreement, ProposalLapsed
from backend.payments.queries.standing import standing_of
from backend.payments.queries.standing import standing_payer as find
from backend.people.problems import NeedsGuardian, ScopeMissing
from tests.builders import a_delegation, a_person, acting, an_organization, staff_of
from tests.payments.ledgers import NOW, World, a_world, events
from tests.payments.payers_world import a_proposal, approved, by_the_house, proposed

ACTIVE = Facts(
    status=StandingStatus.ACTIVE,
    approve_by=NOW,
    valid_from=date(2026, 11, 10),
    until_on=date(2026, 12, 1),
    has_tie=True,
)


@pytest.mark.parametrize(
    ("facts", "on", "expected"),
    [
        (ACTIVE, date(2026, 11, 9), Standing.NOT_YET),
        (ACTIVE, date(2026, 11, 10), Standing.ACTIVE),
        (ACTIVE, date(2026, 11, 30), Standing.ACTIVE),
        (ACTIVE, date(2026, 12, 1), Standing.ENDED),
    ],
)
def test_it_stands_on_its_days_alone(facts: Facts, on: date, expected: Standing) -> None:
    assert standing(facts, now=NOW, on=on) is expected


pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("db")]


async def now_is(standing_payer_id, *, now: datetime = NOW) -> Standing:
    found = await find(standing_payer_id, now=now)
    assert found is not None
    return standing_of(found, now=now)


async def test_beyond_the_last_day_there_is_none() -> None:
    world = await a_world()
    with pytest.raises(Malformed):
        await proposed(world, valid_to=date.max)


async def approve(standing_payer_id, by: Actor, *, now: datetime = NOW):
    return await actions.approve_standing_payer(
        standing_payer_id=standing_payer_id, actor=by, now=now
    )


@pytest.mark.rule("PY-12")
async def test_it_waits_for_the_elder_a_week_and_then_it_has_to_be_said_anew() -> None:
    world = await a_world()
    in_time, too_late = await proposed(world), await proposed(world)
    assert await now_is(in_time) is Standing.PENDING
    week = timedelta(days=7)
    assert (await approve(in_time, world.herself, now=NOW + week - timedelta(seconds=1))).first
    assert await now_is(too_late, now=NOW + week) is Standing.LAPSED
    with pytest.raises(ProposalLapsed):
        await approve(too_late, world.herself, now=NOW + week)


async def test_saying_it_twice_is_saying_it_once() -> None:
    world = await a_world()
    standing_payer_id = uuid7()
    for first in (True, False):
        kept = await actions.propose_standing_payer(
            standing_payer_id=standing_payer_id,
            actor=world.daughter,
            said=a_proposal(world.elder),
            now=NOW,
        )
        assert kept.first is first
    for first in (True, False):
        assert (await approve(standing_payer_id, world.herself)).first is first
    for first in (True, False):
        kept = await actions.revoke_standing_payer(
            standing_payer_id=standing_payer_id, actor=world.herself, now=NOW
        )
        assert kept.first is first
    assert len(await rows("SELECT FROM standing_payer_moves")) == 3
    with pytest.raises(CannotMove):
        await approve(standing_payer_id, world.herself)


async def test_another_body_or_another_payer_is_another_proposal() -> None:
    world = await a_world()
    standing_payer_id = await proposed(world)
    for by, changed in ((world.daughter, {"single_cap_fen": 1}), (world.son, {})):
        with pytest.raises(AlreadyDifferent):
            await actions.propose_standing_payer(
                standing_payer_id=standing_payer_id,
                actor=by,
                said=a_proposal(world.elder, **changed),
                now=NOW,
            )


@pytest.mark.rule("PY-12")
async def test_only_the_elder_or_a_guardian_says_yes() -> None:
    world = await a_world()
    standing_payer_id = await proposed(world)
    for nobody in (world.daughter, world.admin, await acting(world.resident, Role.ELDER)):
        with pytest.raises(Missing):
            await approve(standing_payer_id, nobody)
    await rows("UPDATE persons SET lacks_capacity = true WHERE id = $1", world.elder)
    with pytest.raises(NeedsGuardian):
        await approve(standing_payer_id, world.herself)
    guardian = await a_person(name="监护人")
    await rows(
        "INSERT INTO guardianships (id, person, guardian, basis, proof_id, valid_from, recorded_by,"
        " recorded_at, version, fingerprint)"
        " VALUES ($1, $2, $3, 'court', $1, '2026-01-01', $1, $4, 1, '')",
        uuid7(),
        world.elder,
        guardian,
        NOW,
    )
    assert (await approve(standing_payer_id, await acting(guardian, Role.GUARDIAN))).first


@pytest.mark.rule("PY-12")
async def test_nobody_lets_more_be_taken_than_the_policy_says() -> None:
    world = await a_world()
    too_much: list[dict[str, Any]] = [
        {"single_cap_fen": 50_001, "month_cap_fen": 60_000},
        {"month_cap_fen": 300_001},
    ]
    for changed in too_much:
        with pytest.raises(CapTooHigh):
            await proposed(world, **changed)
    absurd: list[dict[str, Any]] = [{"month_cap_fen": 1}, {"valid_to": date(2026, 11, 23)}]
    for changed in absurd:
        with pytest.raises(Malformed):
            await proposed(world, **changed)
    with pytest.raises(NeedsAgreement):
        await proposed(world, agreement=None)
    with pytest.raises(Malformed):
        await proposed(world, channel=StandingChannel.PREPAID, agreement=None)


async def test_it_takes_a_permission_to_pay() -> None:
    world = await a_world()
    watcher = await a_person(name="邻居")
    await a_delegation(world.elder, watcher, "VIEW_FULL")
    with pytest.raises(ScopeMissing):
        await proposed(world, await acting(watcher, Role.RELATIVE))
    with pytest.raises(Missing):
        await proposed(world, await acting(await a_person(name="路人"), Role.RELATIVE))
    house = await an_organization(kinds=("ELDER_CARE_INSTITUTION",), name="别的养老院")
    with pytest.raises(Missing):
        await by_the_house(
            World(**{**_fields(world), "house_admin": await staff_of(house, Role.INST_ADMIN)})
        )


def _fields(world: World) -> dict[str, Any]:
    return {name: getattr(world, name) for name in world.__struct_fields__}


@pytest.mark.rule("PY-12")
async def test_it_is_suspended_as_soon_as_the_delegation_ends() -> None:
    world = await a_world()
    standing_payer_id = await approved(world)
    assert await now_is(standing_payer_id) is Standing.ACTIVE
    # 23.2 step 20: it runs out by itself on the last day.
    await rows("UPDATE delegations SET valid_to = '2026-11-24'")
    assert await now_is(standing_payer_id) is Standing.ACTIVE
    midnight = datetime(2026, 11, 24, 16, tzinfo=UTC)
    assert await now_is(standing_payer_id, now=midnight) is Standing.SUSPENDED
    await rows("UPDATE delegations SET valid_to = '2027-03-01', revoked_at = $1", NOW)
    assert await now_is(standing_payer_id) is Standing.SUSPENDED


async def test_a_house_is_suspended_when_its_resident_moves_out() -> None:
    world = await a_world()
    standing_payer_id = await by_the_house(world)
    assert await now_is(standing_payer_id) is Standing.ACTIVE
    await rows("UPDATE persons SET residence = NULL WHERE id = $1", world.resident)
    assert await now_is(standing_payer_id) is Standing.SUSPENDED


async def test_both_sides_see_it_and_nobody_else(client_for) -> None:
    world = await a_world()
    standing_payer_id = await proposed(world)
    path = f"/v1/standing-payers/{standing_payer_id}"
    phone: httpx.AsyncClient = client_for(world.herself)
    assert (await phone.get(path)).json()["standing"] == "PENDING"
    assert (await phone.put(f"{path}/approval")).status_code == 201
    assert (await phone.put(f"{path}/approval")).status_code == 200
    for actor, count in ((world.herself, 1), (world.daughter, 1), (world.son, 0)):
        listed = await client_for(actor).get("/v1/standing-payers")
        assert len(listed.json()["items"]) == count, listed.text
    assert (await client_for(world.son).get(path)).status_code == 404
    assert (await client_for(world.house_admin).get(path)).status_code == 404
    assert (await client_for(world.son).put(f"{path}/revocation")).status_code == 404
    assert (await client_for(world.daughter).put(f"{path}/revocation")).status_code == 201
    assert (await phone.get(path)).json()["standing"] == "REVOKED"
    assert await events("StandingPayerRevoked") == 1
    assert "agreement-1" not in (await phone.get(path)).text
