"""What of money a timeline may keep: what was billed, taken back or free, for who may pay."""

from collections.abc import Sequence
from uuid import UUID

from backend.core.access import FAMILY, Actor
from backend.core.changes import Change, Reader, Shown, Things
from backend.core.db import rows
from backend.core.wire import Response
from backend.payments.events import NothingWasOwed, PayableOpened, PayableVoided
from backend.payments.lifecycle.statuses import Kind, PayableStatus, ServiceClass
from backend.people import queries as people
from backend.people.lifecycle import Scope


class BillShown(Response):
    """A bill as it stands now; what was done is named on the bill itself (PY-10)."""

    id: UUID
    kind: Kind
    classes: list[ServiceClass]
    total_fen: int
    status: PayableStatus


def _family(actor: Actor) -> bool:
    return actor.role in FAMILY


async def _bills(ids: Sequence[UUID], reader: Reader) -> Things:
    may_pay = await people.ties_of(
        actor=reader.actor, person_ids=[reader.person_id], now=reader.now, scope=Scope.PAY
    )
    if not may_pay:
        return {}
    return {
        each["id"]: Shown(
            each["recorded_at"],
            BillShown(
                id=each["id"],
                kind=Kind(each["kind"]),
                classes=[ServiceClass(word) for word in each["classes"]],
                total_fen=each["total_fen"],
                status=PayableStatus(each["status"]),
            ),
        )
        for each in await rows("SELECT * FROM payables WHERE id = ANY ($1::uuid[])", ids)
    }


TOPICS = {
    PayableOpened.__name__: Change("payable", "有新的账单", _family, _bills),
    NothingWasOwed.__name__: Change("payable", "本次服务无需付费", _family, _bills),
    PayableVoided.__name__: Change("payable", "账单已撤销", _family, _bills),
}
