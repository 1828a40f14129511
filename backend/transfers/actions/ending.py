"""RC-08: with an elder's life everything ends that was still to come, in one transaction."""

from datetime import datetime
from uuid import UUID

from backend.beds import queries as in_bed
from backend.core.access import SYSTEM
from backend.core.db import action, rows
from backend.core.journal import publish
from backend.transfers import carry, queries
from backend.transfers.actions import closing, moving
from backend.transfers.events import TransferCancelled
from backend.transfers.lifecycle import OPEN, Move, deadlines

STILL_OPEN = "SELECT id FROM transfers WHERE person = $1 AND status = ANY ($2::text[]) ORDER BY id"


@action
async def end_open_work(*, person_id: UUID, now: datetime) -> int:
    """Visits, plans, beds and transfers of who has died. How many transfers; twice is once.

    :raises Missing:
    """
    person = await in_bed.hold_person(person_id)
    if person["died_on"] is None:
        return 0
    await carry.end(person_id, now=now)
    ended = 0
    for each in await rows(STILL_OPEN, person_id, [*map(str, OPEN)]):
        held = await queries.hold(each["id"])
        sides = {held.from_organization, held.to_organization, held.asked} - {None}
        held, _ = await moving.write(
            moving.by_itself(held, actor=SYSTEM, now=now),
            Move.DEATH,
            fingerprint=b"death",
            sets={"closed_at": now},
        )
        await closing.let_go(held, until=deadlines.access_until(now), now=now)
        publish(
            TransferCancelled(
                subject_id=held.id,
                person_id=person_id,
                organizations=tuple(sorted(each for each in sides if each is not None)),
            )
        )
        ended += 1
    return ended
