"""C3: whatever happens to a visit, in whatever order and however often, it stands as it must."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import httpx
import pytest
from anyio import from_thread
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from backend.core import clock
from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.visits import actions
from backend.visits.lifecycle.statuses import Move, Status
from tests.builders import staff_of
from tests.state.living import Json, live, put
from tests.state.world import FAR_AWAY, an_own_visit
from tests.visits.world import AT_THE_DOOR, World, a_world

pytestmark = pytest.mark.anyio

# Where each thing leads: the furthest of those that happened is where the visit stands.
LEADS_TO = {
    Move.BAG_CHECK: Status.PLANNED,
    Move.DEPARTURE: Status.ON_THE_WAY,
    Move.CANCELLATION: Status.CANCELLED,
    Move.MISS: Status.MISSED,
    Move.NO_ACCESS: Status.NO_ACCESS,
    Move.CHECK_IN: Status.CHECKED_IN,
    Move.CHECK_OUT: Status.CHECKED_OUT,
    Move.REFUSAL: Status.REFUSED,
    Move.ABORT: Status.ABORTED_EMERGENCY,
}
BEFORE_IT_BEGAN = (Status.PLANNED, Status.ON_THE_WAY)
PATHS = {
    Move.BAG_CHECK: "bag-check",
    Move.DEPARTURE: "departure",
    Move.CHECK_IN: "check-in",
    Move.CHECK_OUT: "check-out",
    Move.REFUSAL: "refusal",
    Move.NO_ACCESS: "no-access",
    Move.CANCELLATION: "cancellation",
}
CARERS = st.sampled_from(["doctor", "nurse", "colleague"])
PLACES = st.sampled_from([AT_THE_DOOR, FAR_AWAY])
DONE_ON_THE_WAY = st.sampled_from([Move.BAG_CHECK, Move.DEPARTURE, Move.NO_ACCESS])
DONE_AT_THE_BED = st.sampled_from([Move.CHECK_IN, Move.CHECK_OUT])

STORED = """
SELECT status,
       (SELECT count(*) FROM visit_exceptions e WHERE e.visit = v.id) AS exceptions,
       (SELECT count(*) FROM visit_moves m
         WHERE m.visit = v.id AND move NOT IN ('miss', 'abort')) AS by_people,
       (SELECT to_status FROM visit_moves m WHERE m.visit = v.id
         ORDER BY recorded_at DESC, id DESC LIMIT 1) AS last
  FROM visits v WHERE id = $1
"""


class AVisit(RuleBasedStateMachine):
    """Two go, and a third of their center comes too; the office, a stranger and time take part."""

    world: ClassVar[World]
    cast: ClassVar[Mapping[str, Actor]]
    network: ClassVar[httpx.AsyncClient]

    @initialize()
    def is_planned(self) -> None:
        self.status = Status.PLANNED
        self.kept: dict[tuple[str, Move], tuple[Json, Json]] = {}
        self.odd = 0
        self.visit_id: UUID = from_thread.run(an_own_visit, self.world)

    @rule(who=CARERS, move=DONE_ON_THE_WAY)
    def a_carer_says_from_the_road(self, who: str, move: Move) -> None:
        self.is_said(who, move, _body(move, clock.now()))

    @rule(who=CARERS, move=DONE_AT_THE_BED, place=PLACES)
    def a_carer_says_from_the_bedside(self, who: str, move: Move, place: Json) -> None:
        proof = {"method": "GPS", "point": place}
        self.is_said(who, move, {**_body(move, clock.now()), **proof})

    @precondition(lambda self: len(self.kept) > 3)
    @rule(who=CARERS)
    def the_elder_refuses(self, who: str) -> None:
        self.is_said(who, Move.REFUSAL, _body(Move.REFUSAL, clock.now()))

    @rule(who=st.sampled_from(["dispatcher", "doctor"]))
    def somebody_calls_it_off(self, who: str) -> None:
        self.is_said(who, Move.CANCELLATION, _body(Move.CANCELLATION, clock.now()))

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def a_lost_answer_is_asked_for_again(self, data: Any) -> None:
        who, move = data.draw(st.sampled_from(sorted(self.kept)))
        said, answer = self.kept[who, move]
        assert self.says(who, move, said) == (200, answer)

    @rule(move=st.sampled_from(sorted(PATHS)))
    def somebody_from_elsewhere_tries(self, move: Move) -> None:
        proof = {"method": "GPS", "point": AT_THE_DOOR}
        proof = proof if move in (Move.CHECK_IN, Move.CHECK_OUT) else {}
        status, answer = self.says("stranger", move, {**_body(move, clock.now()), **proof})
        assert (status, answer["code"]) == (404, "missing")

    @precondition(lambda self: len(self.kept) > 1)
    @rule()
    def the_day_ends(self) -> None:
        was_missed = from_thread.run(_end_the_day, self.visit_id)
        assert was_missed == (self.status in BEFORE_IT_BEGAN)
        if was_missed:
            self.weigh(Move.MISS)

    @precondition(lambda self: len(self.kept) > 4)
    @rule()
    def somebody_calls_for_help(self) -> None:
        if from_thread.run(_abort, self.visit_id, self.cast["doctor"].person_id):
            self.weigh(Move.ABORT)

    @invariant()
    def it_stands_where_the_furthest_leads(self) -> None:
        (stored,) = from_thread.run(rows, STORED, self.visit_id)
        assert stored["status"] == self.status
        assert stored["exceptions"] == self.odd
        assert stored["by_people"] == len(self.kept)
        assert stored["last"] in (None, self.status)

    def is_said(self, who: str, move: Move, said: Json) -> None:
        """Kept, or refused: because it is there and differs, or because it leads nowhere."""
        status, answer = self.says(who, move, said)
        if (who, move) in self.kept:
            assert (status, answer["code"]) == (409, "already_different")
            assert answer["facts"]["stored"] == self.kept[who, move][1]
        elif move is Move.CANCELLATION and self.status not in BEFORE_IT_BEGAN:
            assert (status, answer["code"]) == (409, "cannot_move")
        else:
            assert status == 201, answer
            self.kept[who, move] = said, answer
            self.odd += len(answer["findings"])
            self.weigh(move)
            assert answer["status"] == self.status

    def says(self, who: str, move: Move, said: Json) -> tuple[int, Any]:
        path = f"/visits/{self.visit_id}/{PATHS[move]}"
        return put(self.network, self.cast[who], path, said)

    def weigh(self, move: Move) -> None:
        self.status = max(self.status, LEADS_TO[move], key=list(Status).index)


@pytest.mark.rule("EV-03", "EV-05")
async def test_a_visit_stands_where_the_furthest_thing_that_happened_leads(
    db: None, client: httpx.AsyncClient
) -> None:
    world = AVisit.world = await a_world()
    AVisit.network = client
    AVisit.cast = {
        "doctor": world.doctor,
        "nurse": world.nurse,
        "colleague": await staff_of(world.center, Role.GP, name="秦岚", sex="F"),
        "dispatcher": world.dispatcher,
        "stranger": await staff_of(world.house, Role.GP, name="外人"),
    }
    await live(AVisit)


def _body(move: Move, at: datetime) -> Json:
    more: dict[Move, Json] = {
        Move.BAG_CHECK: {"present": ["thermometer"]},
        Move.REFUSAL: {"reason": "今天不想看"},
        Move.NO_ACCESS: {"attempts": 2},
        Move.CANCELLATION: {"reason_code": "IN_HOSPITAL"},
    }
    return {"client_time": (at - timedelta(minutes=1)).isoformat(), **more.get(move, {})}


async def _end_the_day(visit_id: UUID) -> bool:
    start = await value("SELECT planned_start FROM visits WHERE id = $1", visit_id)
    return await actions.close_day(visit_id=visit_id, planned_start=start, now=clock.now())


async def _abort(visit_id: UUID, raised_by: UUID) -> bool:
    person_id = await value("SELECT person FROM visits WHERE id = $1", visit_id)
    return await actions.abort(
        visit_id=visit_id, person_id=person_id, raised_by=raised_by, now=clock.now()
    )
