"""Where a person lives, as the slice that keeps the beds says it."""

from datetime import datetime
from uuid import UUID

from backend.core.db import row
from backend.core.journal import publish
from backend.people.actions.care_team import join_care_team, leave_care_team
from backend.people.events import PersonChanged
from backend.people.lifecycle import MemberKind, Tie

HOLD = "SELECT residence, bed, address FROM persons WHERE id = $1 FOR NO KEY UPDATE"

SETTLE = """
UPDATE persons SET residence = $2, bed = $3, address = coalesce($4, address), is_in_ledger = true,
       version = version + 1
 WHERE id = $1
   AND (residence, bed, address, is_in_ledger)
       IS DISTINCT FROM ($2, $3, coalesce($4, address), true)
RETURNING id
"""


async def settle(
    *,
    person_id: UUID,
    residence_id: UUID | None,
    bed_no: str | None,
    address_id: UUID | None,
    now: datetime,
) -> None:
    """Keep the residence, the bed and the door in step, in the caller's transaction.

    From now on the ledger alone says them: `register` refuses another residence or bed. The house
    that is left loses its tie, the new one gains it; the same again changes nothing.
    """
    before = await row(HOLD, person_id)
    assert before is not None
    if await row(SETTLE, person_id, residence_id, bed_no, address_id) is None:
        return
    left = before["residence"]
    if left is not None and left != residence_id:
        await leave_care_team(person_id=person_id, member_id=left, because_id=left, now=now)
    if residence_id is not None and left != residence_id:
        await join_care_team(
            person_id=person_id,
            member_id=residence_id,
            member_kind=MemberKind.ORGANIZATION,
            why=Tie.RESIDENCE,
            because_id=residence_id,
            now=now,
        )
    publish(PersonChanged(person_id=person_id))
