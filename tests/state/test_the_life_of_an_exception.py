"""C3: an exception is decided by others, appealed once, and decided again by somebody else."""

from collections.abc import Mapping
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
from backend.core.ids import uuid7
from backend.visits import actions
from tests.builders import staff_of
from tests.state.living import Json, live, put
from tests.state.world import FAR_AWAY, an_own_visit
from tests.visits.world import World, a_proof, a_world

pytestmark = pytest.mark.anyio

LEADS_TO = {"approve": "approved", "reject": "rejected", "ask": "asked"}
DECISIONS = st.sampled_from(sorted(LEADS_TO))
UNDECIDED = ("open", "asked")

FAR = """
SELECT e.id, v.address FROM visit_exceptions e JOIN visits v ON v.id = e.visit
 WHERE visit = $1 AND code = 'FAR'
"""

STORED = """
SELECT status,
       (SELECT count(*) FROM visit_exception_decisions d
         WHERE d.exception = e.id AND decision <> 'ask') AS final,
       (SELECT count(*) FROM visit_exception_appeals a WHERE a.exception = e.id) AS appeals
  FROM visit_exceptions e WHERE id = $1
"""


class AnException(RuleBasedStateMachine):
    """A check-in far from a wrong address: two may judge, one may appeal, others try."""

    world: ClassVar[World]
    cast: ClassVar[Mapping[str, Actor]]
    network: ClassVar[httpx.AsyncClient]

    @initialize()
    def is_raised(self) -> None:
        self.status, self.is_appealed = "open", False
        self.judges: list[str] = []
        self.kept: list[tuple[str, str, Json, Json]] = []
        self.id, self.address_id = from_thread.run(_far_from_the_door, self.world)

    @rule(who=st.sampled_from(["admin", "quality"]), decision=DECISIONS)
    def somebody_decides(self, who: str, decision: str) -> None:
        said = {"decision": decision, "reason_code": "EVIDENCE"}
        path = self.a_new_decision()
        status, answer = put(self.network, self.cast[who], path, said)
        if self.status not in UNDECIDED:
            assert (status, answer["code"]) == (409, "cannot_move")
        elif self.judges[-1:] == [who]:
            assert (status, answer["code"]) == (403, "somebody_else_decides")
        else:
            assert status == 201, answer
            self.kept.append((who, path, said, answer))
            self.status = LEADS_TO[decision]
            self.judges += [who] if decision != "ask" else []

    @rule(reason=st.sampled_from(["老人可以作证", "照片可以作证"]))
    def its_author_appeals(self, reason: str) -> None:
        path, said = f"/visit-exceptions/{self.id}/appeal", {"reason": reason}
        status, answer = put(self.network, self.cast["author"], path, said)
        if self.is_appealed:
            is_the_same = ("author", path, said) in [each[:3] for each in self.kept]
            assert status == (200 if is_the_same else 409)
        elif self.status != "rejected":
            assert (status, answer["code"]) == (409, "cannot_move")
        else:
            assert status == 201, answer
            self.status, self.is_appealed = "open", True
            self.kept.append(("author", path, said, answer))

    @rule(decision=DECISIONS)
    def an_administrator_from_elsewhere_tries(self, decision: str) -> None:
        said = {"decision": decision, "reason_code": "EVIDENCE"}
        status, answer = put(self.network, self.cast["stranger"], self.a_new_decision(), said)
        assert (status, answer["code"]) == (404, "missing")

    @rule()
    def another_carer_appeals(self) -> None:
        path = f"/visit-exceptions/{self.id}/appeal"
        status, answer = put(self.network, self.cast["nurse"], path, {"reason": "我也在"})
        assert (status, answer["code"]) == (404, "missing")

    @precondition(lambda self: len(self.kept) > 1)
    @rule()
    def the_address_is_put_right(self) -> None:
        cleared = from_thread.run(_correct, self.address_id)
        assert cleared == (self.status in UNDECIDED)
        self.status = "cleared" if cleared else self.status

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def a_lost_answer_is_asked_for_again(self, data: Any) -> None:
        who, path, said, answer = data.draw(st.sampled_from(self.kept))
        assert put(self.network, self.cast[who], path, said) == (200, answer)

    @invariant()
    def it_stands_there(self) -> None:
        (stored,) = from_thread.run(rows, STORED, self.id)
        assert stored["status"] == self.status
        assert stored["final"] == len(self.judges) == len(set(self.judges))
        assert stored["appeals"] == self.is_appealed

    def a_new_decision(self) -> str:
        return f"/visit-exceptions/{self.id}/decisions/{uuid7()}"


@pytest.mark.rule("EV-09")
async def test_an_exception_is_decided_by_others_and_appealed_once(
    db: None, client: httpx.AsyncClient
) -> None:
    world = AnException.world = await a_world()
    AnException.network = client
    AnException.cast = {
        "author": world.doctor,
        "nurse": world.nurse,
        "admin": world.admin,
        "quality": await staff_of(world.center, Role.QC, name="梁文"),
        "stranger": await staff_of(world.house, Role.CHC_ADMIN, name="外人"),
    }
    await live(AnException)


async def _far_from_the_door(world: World) -> tuple[UUID, UUID]:
    visit_id = await an_own_visit(world)
    start = await value("SELECT planned_start FROM visits WHERE id = $1", visit_id)
    proof = a_proof(start, point=FAR_AWAY)
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=proof, now=start)
    (far,) = await rows(FAR, visit_id)
    return far["id"], far["address"]


async def _correct(address_id: UUID) -> int:
    await rows("UPDATE addresses SET lat = $2 WHERE id = $1", address_id, FAR_AWAY["lat"])
    return await actions.weigh_again(address_id=address_id, now=clock.now())
