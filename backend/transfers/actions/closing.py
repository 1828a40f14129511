"""A transfer is over when feedback was given and nothing is missing."""

from datetime import datetime
from uuid import UUID

from backend.core.access import Actor
from backend.core.db import rows
from backend.core.journal import publish
from backend.people import actions as care_team
from backend.people.lifecycle import MemberKind, Tie
from backend.transfers import queries
from backend.transfers.actions import moving
from backend.transfers.events import TransferClosed
from backend.transfers.lifecycle import Move, Status, deadlines
from backend.transfers.lifecycle.held import Held


async def close_when_whole(held: Held, *, actor: Actor, now: datetime) -> Held:
    """Close it when assessment, consent, package and feedback are all there (five_bed.json).

    After an emergency some of them come later, and it waits for them. Who received the elder reads
    the record some days longer.
    """
    if held.status is not Status.FEEDBACK_DONE or held.consent_id is None:
        return held
    is_whole = await queries.assessment(held.id) and await queries.is_sealed(held.id)
    if not is_whole:
        return held
    held, _ = await moving.write(
        moving.by_itself(held, actor=actor, now=now),
        Move.CLOSURE,
        fingerprint=b"closure",
        sets={"closed_at": now},
    )
    await let_go(held, until=deadlines.access_until(now), now=now)
    publish(TransferClosed(subject_id=held.id, person_id=held.person))
    return held


async def let_go(held: Held, *, until: datetime, now: datetime) -> None:
    """FB-05: the receiver reads the record by this transfer until then, and no longer."""
    if held.to_organization is not None:
        await _tie(held, held.to_organization, until=until, now=now)
    for street_id in await _streets(held):
        await _tie(held, street_id, until=now, now=now)


async def tie_receiver(held: Held, *, now: datetime) -> None:
    """Let the receiver see the elder because of this transfer."""
    assert held.to_organization is not None
    await _tie(held, held.to_organization, now=now)


async def tie_streets(held: Held, *, now: datetime) -> None:
    """The street (街道) where the elder lives follows how far the transfer is, while it lasts."""
    for street_id in await _streets(held):
        await _tie(held, street_id, now=now)


STREETS = """
SELECT o.id FROM organizations o JOIN persons p ON p.street_code = o.street_code
 WHERE p.id = $1 AND 'STREET_OFFICE' = ANY (o.kinds::text[]) ORDER BY o.id
"""


async def _streets(held: Held) -> list[UUID]:
    return [each["id"] for each in await rows(STREETS, held.person)]


async def _tie(
    held: Held, organization_id: UUID, *, now: datetime, until: datetime | None = None
) -> None:
    await care_team.join_care_team(
        person_id=held.person,
        member_id=organization_id,
        member_kind=MemberKind.ORGANIZATION,
        why=Tie.TRANSFER,
        because_id=held.id,
        now=now,
        until=until,
    )
