"""What of beds a timeline may keep: where somebody was, and what became of a home-sickbed."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from backend.beds.events import (
    HomeSickbedApplied,
    HomeSickbedClosed,
    HomeSickbedClosing,
    HomeSickbedDecided,
    HomeSickbedOpened,
    HomeSickbedOrdered,
    HomeSickbedResumed,
    HomeSickbedSuspended,
    HomeSickbedWithdrawn,
    PlaceHeld,
    StayBegan,
    StayEnded,
)
from backend.beds.lifecycle import BedKind, Move, Status
from backend.core.changes import Change, Reader, Shown, Things, everybody
from backend.core.db import rows
from backend.core.wire import Moment, Response

STAYS = """
SELECT s.id, s.kind, s.from_at, s.until_at, s.held_until, house.name AS organization_name
  FROM bed_stays s LEFT JOIN organizations house ON house.id = s.organization
 WHERE s.id = ANY ($1::uuid[])
"""

EPISODES = """
SELECT h.id, h.status, h.episode_no, center.name AS center_name,
       coalesce((SELECT max(m.happened_at) FROM home_sickbed_moves m
                  WHERE m.home_sickbed = h.id AND m.move = ANY ($2::text[])), h.recorded_at)
         AS happened_at
  FROM home_sickbeds h JOIN organizations center ON center.id = h.center
 WHERE h.id = ANY ($1::uuid[])
"""


class StayShown(Response):
    """A stay as it stands now."""

    id: UUID
    kind: BedKind
    organization_name: str | None
    from_at: Moment
    until_at: Moment | None
    held_until: Moment | None


class HomeSickbedShown(Response):
    """An episode as it stands now."""

    id: UUID
    status: Status
    episode_no: str | None
    center_name: str


async def _stays(ids: Sequence[UUID], _reader: Reader, *, ended: bool) -> Things:
    return {
        each["id"]: Shown(
            each["until_at"] if ended and each["until_at"] else each["from_at"],
            StayShown(
                id=each["id"],
                kind=BedKind(each["kind"]),
                organization_name=each["organization_name"],
                from_at=each["from_at"],
                until_at=each["until_at"],
                held_until=each["held_until"],
            ),
        )
        for each in await rows(STAYS, ids)
    }


async def _episodes(ids: Sequence[UUID], _reader: Reader, *, moves: list[Move]) -> Things:
    return {
        each["id"]: Shown(
            each["happened_at"],
            HomeSickbedShown(
                id=each["id"],
                status=Status(each["status"]),
                episode_no=each["episode_no"],
                center_name=each["center_name"],
            ),
        )
        for each in await rows(EPISODES, ids, [move.value for move in moves])
    }


def _stay(said: str, *, ended: bool = False) -> Change:
    return Change("bed_stay", said, everybody, partial(_stays, ended=ended))


def _episode(said: str, *moves: Move) -> Change:
    return Change("home_sickbed", said, everybody, partial(_episodes, moves=list(moves)))


TOPICS = {
    StayBegan.__name__: _stay("入住床位"),
    StayEnded.__name__: _stay("离开床位", ended=True),
    PlaceHeld.__name__: _stay("住院期间保留床位"),
    HomeSickbedApplied.__name__: _episode("申请家庭病床", Move.SUBMIT),
    HomeSickbedWithdrawn.__name__: _episode("撤回家庭病床申请", Move.WITHDRAW),
    HomeSickbedDecided.__name__: _episode("家庭病床评估有结果", Move.PASS, Move.FAIL),
    HomeSickbedOpened.__name__: _episode("家庭病床建床", Move.OPEN),
    HomeSickbedOrdered.__name__: _episode("上级医师调整查床安排", Move.ORDER),
    HomeSickbedSuspended.__name__: _episode("家庭病床暂停", Move.SUSPEND),
    HomeSickbedResumed.__name__: _episode("家庭病床恢复", Move.RESUME),
    HomeSickbedClosing.__name__: _episode("家庭病床准备撤床", Move.BEGIN_CLOSING),
    HomeSickbedClosed.__name__: _episode("家庭病床撤床", Move.CLOSE),
}
