"""Who takes part in a person's care. Said by the slice that makes or ends the tie."""

from datetime import datetime
from uuid import UUID

from backend.core.db import row, rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.people.events import CareTeamJoined, CareTeamLeft
from backend.people.lifecycle import MemberKind, Tie

JOIN = """
INSERT INTO care_team (id, person, member_kind, member_id, why, because_id, from_at, until_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (person, member_id, why, because_id) DO UPDATE SET until_at = excluded.until_at
 WHERE care_team.until_at IS DISTINCT FROM excluded.until_at
RETURNING id
"""

LEAVE = """
UPDATE care_team SET until_at = $4
 WHERE person = $1 AND member_id = $2 AND because_id = $3 AND (until_at IS NULL OR until_at > $4)
RETURNING why
"""


async def join_care_team(
    *,
    person_id: UUID,
    member_id: UUID,
    member_kind: MemberKind,
    why: Tie,
    because_id: UUID,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """Tie a carer or an organization to a person, in the caller's transaction.

    `because_id` is the visit, contract or bed that makes the tie. Joining again changes only
    `until`, so an ended tie lives again.
    """
    joined = await row(
        JOIN, uuid7(), person_id, member_kind, member_id, why, because_id, now, until
    )
    if joined:
        publish(CareTeamJoined(person_id=person_id, subject_id=member_id, why=why))


async def leave_care_team(
    *, person_id: UUID, member_id: UUID, because_id: UUID, now: datetime
) -> None:
    """End what was tied because of this, in the caller's transaction. Twice is once."""
    for ended in await rows(LEAVE, person_id, member_id, because_id, now):
        publish(CareTeamLeft(person_id=person_id, subject_id=member_id, why=Tie(ended["why"])))
