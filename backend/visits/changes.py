"""What of visits a timeline may keep: what was planned, done, refused or called off."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from backend.core.changes import Change, Reader, Shown, Things, everybody
from backend.core.db import rows
from backend.core.wire import Moment, Response
from backend.visits.events import (
    CarerDeparted,
    NobodyOpened,
    ResidentSeen,
    VisitAttested,
    VisitBegan,
    VisitCancelled,
    VisitEnded,
    VisitMissed,
    VisitPlanned,
    VisitReassigned,
    VisitRefused,
)
from backend.visits.lifecycle import EntryStatus, Kind, Move, Status

# Two carers may each make the same move: it happened when the first one did.
VISITS = """
SELECT v.id, v.kind, v.status, v.planned_start, v.planned_end,
       coalesce((SELECT min(m.happened_at) FROM visit_moves m WHERE m.visit = v.id AND m.move = $2),
                v.recorded_at) AS happened_at
  FROM visits v WHERE v.id = ANY ($1::uuid[])
"""

ENTRIES = """
SELECT * FROM round_entries
 WHERE visit = ANY ($1::uuid[]) AND person = $2 AND happened_at IS NOT NULL
"""


class VisitShown(Response):
    """A visit as it stands now."""

    id: UUID
    kind: Kind
    status: Status
    planned_start: Moment
    planned_end: Moment


class EntryShown(Response):
    """What became of a person on a round."""

    round_id: UUID
    status: EntryStatus
    happened_at: Moment


async def _visits(ids: Sequence[UUID], _reader: Reader, *, move: Move | None) -> Things:
    return {
        each["id"]: Shown(
            each["happened_at"],
            VisitShown(
                id=each["id"],
                kind=Kind(each["kind"]),
                status=Status(each["status"]),
                planned_start=each["planned_start"],
                planned_end=each["planned_end"],
            ),
        )
        for each in await rows(VISITS, ids, move)
    }


async def _entries(ids: Sequence[UUID], reader: Reader) -> Things:
    return {
        each["visit"]: Shown(
            each["happened_at"],
            EntryShown(
                round_id=each["visit"],
                status=EntryStatus(each["status"]),
                happened_at=each["happened_at"],
            ),
        )
        for each in await rows(ENTRIES, ids, reader.person_id)
    }


def _visit(said: str, move: Move | None = None) -> Change:
    return Change("visit", said, everybody, partial(_visits, move=move))


TOPICS = {
    VisitPlanned.__name__: _visit("安排上门服务"),
    CarerDeparted.__name__: _visit("医护人员已出发", Move.DEPARTURE),
    VisitBegan.__name__: _visit("医护人员已到达", Move.CHECK_IN),
    VisitEnded.__name__: _visit("上门服务结束", Move.CHECK_OUT),
    VisitReassigned.__name__: _visit("上门人员有调整"),
    VisitAttested.__name__: _visit("家属或老人已回应", Move.ATTESTATION),
    VisitRefused.__name__: _visit("本次服务被谢绝", Move.REFUSAL),
    NobodyOpened.__name__: _visit("上门无人应答", Move.NO_ACCESS),
    VisitCancelled.__name__: _visit("上门服务已取消", Move.CANCELLATION),
    VisitMissed.__name__: _visit("上门服务未进行", Move.MISS),
    ResidentSeen.__name__: Change("round", "机构巡诊", everybody, _entries),
}
