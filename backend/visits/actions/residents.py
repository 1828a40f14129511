"""Where a resident is now, on the rounds still to come: expected, away, or not there any more."""

from datetime import datetime
from uuid import UUID

from backend.core.db import action, rows
from backend.visits.actions import staffing
from backend.visits.lifecycle import EntryStatus
from backend.visits.lifecycle.staffing import Errand

# Said by nobody at the bedside, so that whoever comes may still say something else.
UNSAID = """
visits v, persons p
 WHERE v.id = e.visit AND p.id = e.person AND e.person = $1 AND e.fingerprint IS NULL
   AND v.status IN ('PLANNED', 'ON_THE_WAY')
"""

STANDS = f"UPDATE round_entries e SET status = $2 FROM {UNSAID} AND e.status <> $2"  # noqa: S608

GONE = f"""
DELETE FROM round_entries e USING {UNSAID}
   AND (v.institution IS DISTINCT FROM p.residence OR p.died_on IS NOT NULL)
RETURNING v.id, v.organization, v.planned_start, v.planned_end
"""  # noqa: S608


@action
async def follow_resident(*, person_id: UUID, is_inpatient: bool, now: datetime) -> None:
    """Keep the rounds still to come in step with where somebody is. Twice is once.

    Who lies in hospital is away, and expected again when they are back; who lives elsewhere, or
    lives no more, leaves the list. What was said at the bedside stays.
    """
    for each in await rows(GONE, person_id):
        errand = Errand(
            visit_id=each["id"],
            person_id=None,
            organization_id=each["organization"],
            start=each["planned_start"],
            end=each["planned_end"],
        )
        await staffing.untie(errand, [person_id], now=now)
    status = EntryStatus.AWAY if is_inpatient else EntryStatus.EXPECTED
    await rows(STANDS, person_id, status.value)
