"""What was odd, and what became of it: one's own, or, for who decides, a center's."""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.core import audit, pages
from backend.core.access import Actor
from backend.core.db import row, rows
from backend.core.problems import Missing
from backend.visits import policies

EXCEPTION = """
SELECT e.id, e.visit, e.code, e.evidence, e.author, e.organization, e.status, e.due_at,
       e.recorded_at, e.appeal_until, v.person, v.planned_start, m.move, m.happened_at,
       m.said ->> 'reason_code' AS said_because, m.reason AS said_reason, p.name,
       (SELECT d.reason_code FROM visit_exception_decisions d WHERE d.exception = e.id
         ORDER BY d.recorded_at DESC LIMIT 1) AS decided_because
  FROM visit_exceptions e JOIN visits v ON v.id = e.visit JOIN visit_moves m ON m.id = e.move
  LEFT JOIN persons p ON p.id = v.person
"""

PAGE = """
   AND ($2::text IS NULL OR e.status = $2)
   AND ($3::timestamptz IS NULL OR (e.due_at, e.id) > ($3, $4::uuid))
 ORDER BY e.due_at, e.id LIMIT $5
"""
# Two texts, each with its index: one that asks which of them it is would read every exception.
OF_MY_CENTER = f"{EXCEPTION} WHERE e.organization = $1 {PAGE}"
MINE = f"{EXCEPTION} WHERE e.author = $1 {PAGE}"

DECISIONS = """
SELECT id, exception AS exception_id, decision, reason_code, reason, decided_by, recorded_at
  FROM visit_exception_decisions WHERE exception = $1 ORDER BY recorded_at, id
"""

APPEAL = """
SELECT exception AS exception_id, reason, appealed_by, recorded_at
  FROM visit_exception_appeals WHERE exception = $1
"""


async def exceptions(
    *,
    actor: Actor,
    status: str | None,
    limit: int,
    after: str | None,
) -> pages.Cut:
    """The most urgent first. The persons shown are noted in the audit."""
    decides = actor.role in policies.DECIDERS
    text, whose = (OF_MY_CENTER, actor.organization_id) if decides else (MINE, actor.person_id)
    due_at, last_id = pages.read("visit_exceptions", after, datetime, UUID)
    found = await rows(text, whose, status, due_at, last_id, limit + 1)
    cut = pages.cut(
        found,
        limit=limit,
        listing="visit_exceptions",
        key=lambda each: (each["due_at"], each["id"]),
    )
    shown = [each["person"] for each in cut.items if each["person"] is not None]
    await audit.seen(actor, "visits.exceptions", persons=shown, ties=["visit"] * len(shown))
    return cut


async def see_exception(*, exception_id: UUID, actor: Actor) -> tuple[Any, list[Any], Any | None]:
    """One exception, its decisions in their order, and its appeal. The read is noted.

    :raises Missing:
    """
    found = await row(f"{EXCEPTION} WHERE e.id = $1", exception_id)
    if found is None or not policies.may_see_exception(actor, found):
        raise Missing
    persons = [found["person"]] if found["person"] else []
    await audit.seen(
        actor, "visits.exception", persons=persons, ties=["visit"], subject_id=exception_id
    )
    return found, await rows(DECISIONS, exception_id), await row(APPEAL, exception_id)
