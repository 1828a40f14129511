"""Several at the same moment, and many moves in any order: one elder, one bed, one winner."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

import pytest

from backend.beds.lifecycle import LAYERS, BedKind
from backend.core.db import rows, value
from backend.core.problems import Problem
from backend.transfers import actions
from backend.transfers.lifecycle import OVER, PATHS, Move, Status
from backend.transfers.lifecycle.said import TransferCancellation
from backend.transfers.lifecycle.statuses import BACK_FILLED
from tests.transfers import world as of
from tests.transfers.world import HOUR, MINUTE, NINE, World, a_world

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


async def to_hospital(world: World, receiver: UUID, by: Any) -> UUID:
    transfer_id = await of.requested(world, receiver)
    await of.answer(transfer_id, by)
    await of.depart(transfer_id, world.doctor)
    return transfer_id


async def together(*asked: Any) -> tuple[list[Any], list[BaseException]]:
    said = await asyncio.gather(*asked, return_exceptions=True)
    won = [each for each in said if not isinstance(each, BaseException)]
    return won, [each for each in said if isinstance(each, BaseException)]


@pytest.mark.parametrize("round_", range(5))
async def test_of_two_beds_at_once_for_one_elder_one_wins(world: World, round_: int) -> None:
    del round_
    one = await to_hospital(world, world.hospital, world.ward)
    other = await to_hospital(world, world.other_hospital, world.other_ward)
    won, lost = await together(of.arrive(one, world.ward), of.arrive(other, world.other_ward))
    assert (len(won), [type(each).__name__ for each in lost]) == (1, ["MovedMeanwhile"])
    inpatient = await value(
        "SELECT count(*) FROM bed_stays WHERE layer = 'inpatient' AND until_at IS NULL"
    )
    assert inpatient == 1
    assert await value("SELECT count(*) FROM transfers WHERE status = 'ARRIVED'") == 1


async def test_the_same_arrival_said_eight_times_at_once_is_one(world: World) -> None:
    transfer_id = await of.in_transit(world)
    won, lost = await together(*(of.arrive(transfer_id, world.ward) for _ in range(8)))
    assert (len(won), lost) == (8, [])
    assert len({each.id for each in won}) == 1
    assert await value("SELECT count(*) FROM transfer_moves WHERE move = 'arrival'") == 1


async def test_an_acceptance_and_a_cancellation_at_once_agree_on_the_end(world: World) -> None:
    transfer_id = await of.requested(world)
    cancelled = actions.cancel(
        transfer_id=transfer_id,
        actor=world.doctor,
        said=TransferCancellation(client_time=NINE, reason="不去了"),
        now=NINE,
    )
    await together(cancelled, of.answer(transfer_id, world.ward))
    assert await of.status_of(transfer_id) == "CANCELLED"


Step = Callable[[World, UUID, Any], Any]


def steps(world: World, transfer_id: UUID, at: Any, dice: Random) -> list[Any]:
    """What anybody may try at any moment."""
    by = dice.choice([world.doctor, world.ward, world.other_ward, world.beds.admin])
    return [
        lambda: of.assess(world, transfer_id, at=at, version='"1"', barthel=dice.choice([35, 60])),
        lambda: of.request(world, transfer_id, world.hospital, world.other_hospital, at=at, by=by),
        lambda: of.answer(transfer_id, by, at=at, accept=dice.random() < 0.6),
        lambda: of.depart(transfer_id, by, at=at),
        lambda: of.arrive(transfer_id, by, at=at),
        lambda: of.feedback(transfer_id, by, at=at),
        lambda: actions.look_for_package(transfer_id=transfer_id, now=at),
        lambda: actions.look_for_answer(transfer_id=transfer_id, place=1, now=at),
        lambda: actions.cancel(
            transfer_id=transfer_id,
            actor=by,
            said=TransferCancellation(client_time=at, reason="改期"),
            now=at,
        ),
    ]


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_anybody_tries_every_move_is_on_the_map(world: World, seed: int) -> None:
    dice = Random(seed)
    transfers = [
        await of.drafted(world) if number % 3 else await of.a_green_channel(world)
        for number in range(3)
    ]
    for transfer_id in transfers[1:]:
        await of.assess(world, transfer_id, consent_id=await of.consent(world))
    at = NINE + HOUR
    for _ in range(60):
        at += dice.choice([MINUTE, 20 * MINUTE, HOUR])
        transfer_id = dice.choice(transfers)
        choices = steps(world, transfer_id, at, dice)
        weights = [1, 2, 4, 4, 4, 2, 1, 1, 0.3]
        (step,) = dice.choices(choices, weights)
        try:
            await step()
        except Problem:
            continue
    await holds(world)


async def holds(world: World) -> None:
    """FB-02 and 21.1: one place, one inpatient bed; and no move that is not on the map."""
    layers = [LAYERS[BedKind(kind)] for kind in await of.beds_of(world)]
    assert len(layers) == len(set(layers))
    every = {**PATHS, **BACK_FILLED}
    for each in await rows("SELECT DISTINCT move, from_status, to_status FROM transfer_moves"):
        moved = (Status(each["from_status"]), Move(each["move"]))
        assert every[moved] == each["to_status"]
    for each in await rows("SELECT * FROM transfers"):
        moves = await rows(
            "SELECT to_status FROM transfer_moves WHERE transfer = $1 ORDER BY recorded_at, id",
            each["id"],
        )
        if moves:
            assert moves[-1]["to_status"] == each["status"]
        if each["status"] == "CLOSED":
            assert each["consent_id"] is not None
            assert await of.package_of(each["id"])
        assert (Status(each["status"]) in OVER) == (each["closed_at"] is not None)
    arrived = await rows("SELECT because_id FROM bed_stays WHERE because_id IS NOT NULL")
    marked = await rows("SELECT id FROM transfers WHERE arrived_at IS NOT NULL")
    assert {each["because_id"] for each in arrived} == {each["id"] for each in marked}
