"""What of plans a timeline may keep: that one began, changed, rested or ended."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from backend.careplans.events import (
    CarePlanActivated,
    CarePlanEnded,
    CarePlanHandedOver,
    CarePlanPaused,
    CarePlanResumed,
    CarePlanRevised,
    CarePlanToTake,
)
from backend.careplans.lifecycle import PlanMove
from backend.careplans.schemas import CarePlanHead
from backend.core.changes import Change, Reader, Shown, Things, everybody
from backend.core.db import rows

# A draft that is put away was never a plan to the elder's side.
PLANS = """
SELECT c.*, coalesce((SELECT max(m.recorded_at) FROM care_plan_moves m
                       WHERE m.plan = c.id AND m.move = ANY ($2::text[])),
                    c.recorded_at) AS happened_at
  FROM care_plans c WHERE c.id = ANY ($1::uuid[]) AND c.number > 0
"""


async def _plans(ids: Sequence[UUID], _reader: Reader, *, moves: list[str]) -> Things:
    found = await rows(PLANS, ids, moves)
    return {each["id"]: Shown(each["happened_at"], CarePlanHead.of(each)) for each in found}


def _plan(said: str, *moves: PlanMove) -> Change:
    by = [each.value for each in moves]
    return Change("care_plan", said, everybody, partial(_plans, moves=by))


TOPICS = {
    CarePlanActivated.__name__: _plan("照护计划开始执行", PlanMove.ACTIVATE),
    CarePlanRevised.__name__: _plan("照护计划已调整", PlanMove.REVISE),
    CarePlanPaused.__name__: _plan("照护计划已暂停", PlanMove.PAUSE),
    CarePlanResumed.__name__: _plan("照护计划已恢复", PlanMove.RESUME),
    CarePlanToTake.__name__: _plan("照护计划已移交，待接手", PlanMove.HAND_OVER),
    CarePlanHandedOver.__name__: _plan("照护计划已交接", PlanMove.HAND_OVER, PlanMove.TAKE_OVER),
    CarePlanEnded.__name__: _plan("照护计划已结束", PlanMove.END),
}
