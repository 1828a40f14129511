"""What of transfers a timeline may keep: how far a move is, and what became of open work."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

import msgspec

from backend.beds.lifecycle import BedKind
from backend.core.changes import Change, Reader, Shown, Things, everybody
from backend.core.db import rows
from backend.core.wire import Response
from backend.transfers.events import (
    EmergencyTransferOpened,
    TransferAccepted,
    TransferArrived,
    TransferAsked,
    TransferCancelled,
    TransferClosed,
    TransferDeclined,
    TransferDeparted,
    TransferDrafted,
    TransferFeedbackGiven,
)
from backend.transfers.lifecycle import Move, Outcome, Status, Urgency

TRANSFERS = """
SELECT t.id, t.from_bed, t.to_bed, t.urgency, t.status, receiver.name AS to_organization_name,
       coalesce((SELECT max(m.happened_at) FROM transfer_moves m
                  WHERE m.transfer = t.id AND m.move = $2), t.recorded_at) AS happened_at,
       (SELECT coalesce(json_agg(json_build_array(o.slice, o.what, o.thing_id, o.outcome)
                 ORDER BY o.slice, o.what, o.thing_id), '[]')
          FROM transfer_outcomes o WHERE o.transfer = t.id) AS outcomes
  FROM transfers t LEFT JOIN organizations receiver ON receiver.id = t.to_organization
 WHERE t.id = ANY ($1::uuid[])
"""


class OutcomeShown(Response):
    """What became of one open thing on arrival."""

    slice: str
    what: str
    thing_id: UUID
    outcome: Outcome


class TransferShown(Response):
    """A transfer as it stands now."""

    id: UUID
    from_bed: BedKind | None
    to_bed: BedKind
    to_organization_name: str | None
    urgency: Urgency
    status: Status
    outcomes: list[OutcomeShown]


async def _transfers(ids: Sequence[UUID], _reader: Reader, *, move: Move | None) -> Things:
    return {
        each["id"]: Shown(
            each["happened_at"],
            TransferShown(
                id=each["id"],
                from_bed=BedKind(each["from_bed"]) if each["from_bed"] else None,
                to_bed=BedKind(each["to_bed"]),
                to_organization_name=each["to_organization_name"],
                urgency=Urgency(each["urgency"]),
                status=Status(each["status"]),
                outcomes=_outcomes(each["outcomes"]),
            ),
        )
        for each in await rows(TRANSFERS, ids, move)
    }


def _outcomes(said: str) -> list[OutcomeShown]:
    return [
        OutcomeShown(slice=slice_, what=what, thing_id=thing_id, outcome=outcome)
        for slice_, what, thing_id, outcome in msgspec.json.decode(
            said, type=list[tuple[str, str, UUID, Outcome]]
        )
    ]


def _transfer(said: str, move: Move | None = None) -> Change:
    return Change("transfer", said, everybody, partial(_transfers, move=move))


TOPICS = {
    TransferDrafted.__name__: _transfer("拟定转介"),
    TransferAsked.__name__: _transfer("已请求接收机构", Move.REQUEST),
    TransferAccepted.__name__: _transfer("接收机构已接收", Move.ACCEPTANCE),
    TransferDeclined.__name__: _transfer("转介未被接收", Move.LAST_DECLINE),
    TransferCancelled.__name__: _transfer("转介已取消", Move.CANCELLATION),
    EmergencyTransferOpened.__name__: _transfer("急救绿色通道转运"),
    TransferDeparted.__name__: _transfer("已出发", Move.DEPARTURE),
    TransferArrived.__name__: _transfer("已到达", Move.ARRIVAL),
    TransferFeedbackGiven.__name__: _transfer("接收机构已反馈", Move.FEEDBACK),
    TransferClosed.__name__: _transfer("转介结束", Move.CLOSURE),
}
