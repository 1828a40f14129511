"""What becomes of a difference (PY-15): somebody says what it was, or those above hear of it."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, crypto, wire
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.journal import publish
from backend.core.problems import Malformed, Missing
from backend.core.wire import Kept
from backend.payments.events import DifferenceEscalated
from backend.payments.lifecycle.reconciling import BY_ITSELF, Resolution
from backend.payments.queries import reconciling
from backend.payments.schemas.reconciling import DifferenceDetail, Resolving

RESOLVE = """
UPDATE reconciliation_differences
   SET resolved_at = $2, resolved_by = $3, resolution_code = $4, resolution = $5, fingerprint = $6
 WHERE id = $1
"""


@action
async def escalate_difference(*, difference_id: UUID, now: datetime) -> bool:
    """PY-15: nobody resolved it in time, so those above hear of it. Whether they did."""
    held = await reconciling.hold_difference(difference_id)
    if held is None or held["resolved_at"] is not None or held["escalated_at"] is not None:
        return False
    await rows(
        "UPDATE reconciliation_differences SET escalated_at = $2 WHERE id = $1",
        difference_id,
        now,
    )
    publish(
        DifferenceEscalated(
            subject_id=difference_id, organizations=await whom(held["organization"])
        )
    )
    return True


@action
async def resolve_difference(
    *, difference_id: UUID, actor: Actor, said: Resolving, now: datetime
) -> Kept[Record]:
    """Say what a difference was. Twice is once; one that was settled by itself stays so.

    :raises Missing: :raises Malformed: :raises AlreadyDifferent:
    """
    held = await reconciling.hold_difference(difference_id)
    if held is None or not reconciling.is_own(actor, held):
        raise Missing
    if held["resolved_at"] is not None:
        wire.check_same(
            wire.fingerprint(said), held["fingerprint"] or b"", lambda: DifferenceDetail.of(held)
        )
        return Kept(held, first=False)
    if said.code in BY_ITSELF:
        raise Malformed(field="code")
    note = crypto.seal(said.note, "differences.resolution") if said.note else None
    await resolve(difference_id, said.code, actor, note, wire.fingerprint(said), now)
    audit.wrote(actor, "payments.resolve_difference", subject_id=difference_id)
    stored = await reconciling.difference(difference_id)
    assert stored is not None
    return Kept(stored, first=True)


async def resolve(
    difference_id: UUID,
    code: Resolution,
    actor: Actor,
    note: bytes | None,
    print_: bytes,
    now: datetime,
) -> None:
    await rows(RESOLVE, difference_id, now, actor.person_id, code, note, print_)


async def whom(organization_id: UUID | None) -> tuple[UUID, ...]:
    return (organization_id,) if organization_id else tuple(await reconciling.centers())
