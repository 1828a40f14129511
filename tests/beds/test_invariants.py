"""Invariant 1: whatever several try at once, legal or not, what must hold of beds holds."""

import asyncio
from collections.abc import Awaitable
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import strategies as st

from backend.beds import actions
from backend.beds.lifecycle import BedKind, Layer
from backend.beds.lifecycle.episodes import SuspensionReason
from backend.beds.lifecycle.said import Suspension, SuspensionEnd
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import Problem
from tests.beds.world import (
    DAY,
    HOUR,
    NINE,
    World,
    a_closure,
    a_ready,
    a_world,
    admit,
    another_approved,
    open_it,
)
from tests.builders import a_person
from tests.drawing import for_all

pytestmark = [pytest.mark.anyio, pytest.mark.rule("FB-02", "HB-20")]


class Try(NamedTuple):
    what: str
    who: int  # of the elders, or which of the two home-sickbeds
    bed_no: str


# The overlay of a home-sickbed begins and ends with its episode, and is nobody's to move alone.
BEDS = st.builds(
    Try,
    st.sampled_from([str(kind) for kind in BedKind if kind is not BedKind.HOME_SICK]),
    st.integers(0, 1),
    st.sampled_from(["1", "2"]),
)
LEAVING = st.builds(
    Try, st.sampled_from([str(Layer.PLACE), str(Layer.INPATIENT)]), st.integers(0, 1), st.just("")
)
EPISODES = st.builds(
    Try,
    st.sampled_from(["open", "open", "suspend", "return", "close"]),
    st.integers(0, 1),
    st.just(""),
)
# Rounds of several at once, a few hours apart.
ROUNDS = st.lists(
    st.lists(BEDS | BEDS | LEAVING | EPISODES, min_size=2, max_size=5), min_size=6, max_size=14
)


class Town(NamedTuple):
    world: World
    elders: list[UUID]
    episodes: list[UUID]  # two of the first elder, ready to be opened
    away: list[UUID]


async def a_town() -> Town:
    world = await a_world()
    one, other = await a_ready(world), await another_approved(world, world.elder)
    await rows(
        "UPDATE home_sickbeds SET doctor = $2, nurse = $3 WHERE id = $1",
        other,
        world.doctor.person_id,
        world.nurse.person_id,
    )
    second = await a_person(name="钱素芬", center_id=world.center)
    return Town(world, [world.elder, second], [one, other], [uuid7(), uuid7()])


def tried(town: Town, said: Try, at: Any) -> Awaitable[Any]:
    world, episode, away = town.world, town.episodes[said.who], town.away[said.who]
    match said.what:
        case "open":
            return open_it(world, episode, at=at, bed_no=f"J-{said.who}")
        case "suspend":
            suspension = Suspension(
                client_time=at,
                reason=SuspensionReason.TRAVEL,
                expected_return_on=(at + DAY).date(),
            )
            return actions.suspend(
                home_sickbed_id=episode,
                suspension_id=away,
                actor=world.doctor,
                said=suspension,
                now=at,
            )
        case "return":
            return actions.end_suspension(
                home_sickbed_id=episode,
                suspension_id=away,
                actor=world.doctor,
                said=SuspensionEnd(client_time=at),
                now=at,
            )
        case "close":
            return actions.close(
                home_sickbed_id=episode, actor=world.doctor, said=a_closure(at), now=at
            )
        case layer if layer in [*Layer]:
            return actions.leave(
                person_id=town.elders[said.who],
                layer=Layer(layer),
                at=at,
                actor=world.admin,
                now=at,
            )
    kind = BedKind(said.what)
    bed_no = None if kind is BedKind.OWN_HOME else said.bed_no
    return admit(world, kind, at=at, elder=town.elders[said.who], bed_no=bed_no)


NEVER = {
    "two beds of one layer at one moment": """
        SELECT count(*) FROM bed_stays a JOIN bed_stays b
            ON a.person = b.person AND a.layer = b.layer AND a.id < b.id
           AND tstzrange(a.from_at, a.until_at) && tstzrange(b.from_at, b.until_at)""",
    "two persons in one bed at one moment": """
        SELECT count(*) FROM bed_stays a JOIN bed_stays b
            ON a.organization = b.organization AND a.kind = b.kind AND a.bed_no = b.bed_no
           AND a.person <> b.person
           AND tstzrange(a.from_at, a.until_at) && tstzrange(b.from_at, b.until_at)""",
    "a gap between two places": """
        SELECT count(*) FROM (
          SELECT until_at, lead(from_at) OVER (PARTITION BY person ORDER BY from_at) AS next
            FROM bed_stays WHERE layer = 'place') s
         WHERE until_at IS DISTINCT FROM next""",
    "a bed that is held and nobody's, or held for nobody who is away": """
        SELECT count(*) FROM bed_stays place
         WHERE place.held_until IS NOT NULL AND place.until_at IS NULL AND NOT EXISTS (
           SELECT 1 FROM bed_stays ward WHERE ward.person = place.person
              AND ward.layer = 'inpatient' AND ward.until_at IS NULL)""",
    "somebody in a ward whose place is not held": """
        SELECT count(*) FROM bed_stays ward
         WHERE ward.layer = 'inpatient' AND ward.until_at IS NULL AND NOT EXISTS (
           SELECT 1 FROM bed_stays place WHERE place.person = ward.person
              AND place.layer = 'place' AND place.until_at IS NULL
              AND (place.held_until IS NOT NULL OR place.kind = 'OWN_HOME'))""",
    "two open home-sickbeds of one person": """
        SELECT count(*) FROM (SELECT person FROM home_sickbeds
                               WHERE status IN ('OPEN', 'SUSPENDED')
                               GROUP BY person HAVING count(*) > 1) s""",
    "an overlay that is not suspended while they lie in a ward": """
        SELECT count(*) FROM home_sickbeds h JOIN bed_stays ward
            ON ward.person = h.person AND ward.layer = 'inpatient' AND ward.until_at IS NULL
         WHERE h.status = 'OPEN'""",
    "a move without an audit row of its role": """
        SELECT count(*) FROM home_sickbed_moves m WHERE m.role <> 'SYSTEM' AND NOT EXISTS (
          SELECT 1 FROM audit a WHERE a.subject_id = m.home_sickbed AND a.role = m.role
             AND a.actor_id = m.made_by AND a.what LIKE 'beds.%')""",
}


async def test_whatever_several_try_at_once_the_invariants_of_beds_hold(db) -> None:
    taken = refused = 0

    async def live(rounds: list[list[Try]]) -> None:
        nonlocal taken, refused
        town, at = await a_town(), NINE
        for together in rounds:
            at += HOUR
            answers = await asyncio.gather(
                *(tried(town, each, at) for each in together), return_exceptions=True
            )
            for each in answers:
                if isinstance(each, BaseException):
                    assert isinstance(each, Problem), each
                    refused += 1
                else:
                    taken += 1
            for what, question in NEVER.items():
                assert await value(question) == 0, what

    await for_all(ROUNDS, live, many=40)
    assert taken > refused / 4  # neither everything nor nothing is refused
    assert refused > taken / 8
