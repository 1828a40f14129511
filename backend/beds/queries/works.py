"""What a center's beds owe, the most overdue first."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from backend.beds.lifecycle import Status, What
from backend.beds.lifecycle.limits import limits
from backend.beds.queries.episodes import FACTS, due_of, facts_of
from backend.core import audit, calendar, pages
from backend.core.access import Actor, Role
from backend.core.db import rows
from backend.people.lifecycle import Tie

# What still owes something: a contact is owed after the bed is closed.
OF_MY_CENTER = f"""{FACTS}
 WHERE h.center = $1 AND (h.status IN ('APPLIED', 'ASSESSING', 'APPROVED', 'OPEN', 'SUSPENDED',
                                       'CLOSING')
                          OR h.status = 'CLOSED' AND h.closed_at >= $2)
   AND ($3::text IS NULL OR h.status = $3) AND ($4::uuid IS NULL OR h.doctor = $4)
"""

OF_A_DOCTOR = f"{FACTS} WHERE h.doctor = $1 AND h.status IN ('OPEN', 'SUSPENDED')"
OF_A_CENTER = f"{FACTS} WHERE h.center = $1 AND h.status IN ('OPEN', 'SUSPENDED')"

# HB-07, HB-12: the responsible doctor's; a superior round (HB-08) is any senior's of the center.
THEIRS = frozenset({What.ROUND, What.EXTRA_ROUND, What.RETURN})


class Owed(NamedTuple):
    """What somebody owes one of the open beds."""

    home_sickbed_id: UUID
    person_id: UUID
    what: What
    at: datetime


async def owed(*, actor: Actor, now: datetime) -> list[Owed]:
    """Rounds of one's own beds, and whose elder is away too long; superior rounds for a senior.

    Due by the end of this day, and after a change of condition at once. A doctor has some thirty
    open beds and a center some hundreds, each found by index; the caller notes who is shown.
    """
    _, end = calendar.day(calendar.on(now))
    is_superior = actor.role is Role.SENIOR_GP
    found = await (
        rows(OF_A_CENTER, actor.organization_id)
        if is_superior
        else rows(OF_A_DOCTOR, actor.person_id)
    )
    return [
        Owed(each["id"], each["person"], due.what, due.at)
        for each in found
        for due in due_of(facts_of(each), now=now)
        if (due.what in THEIRS and each["doctor"] == actor.person_id)
        or (due.what is What.SUPERIOR_ROUND and is_superior)
        if due.at <= (now if due.what is What.RETURN else end) or due.what is What.EXTRA_ROUND
    ]


LISTING = "home_sickbeds"
NEVER = float(2**53)  # not policy: behind every moment


async def works(
    *,
    actor: Actor,
    status: Status | None,
    doctor_id: UUID | None,
    limit: int,
    after: str | None,
    now: datetime,
) -> pages.Cut:
    """The center's beds with what is due, the most overdue first. One statement.

    A center has some hundreds: what is due is counted from facts, so the order is ours, not SQL's.
    """
    since = now - limits(now).contact_within * 2
    found = await rows(OF_MY_CENTER, actor.organization_id, since, status, doctor_id)
    lines = [{**each, "due": due_of(facts_of(each), now=now)} for each in found]
    lines = [each for each in lines if each["due"] or each["status"] != Status.CLOSED]
    lines.sort(key=_order)
    moment, last = pages.read(LISTING, after, float, UUID)
    if last is not None:
        lines = [each for each in lines if _order(each) > (moment, last)]
    page = pages.cut(lines[: limit + 1], limit=limit, listing=LISTING, key=_order)
    await audit.seen(
        actor,
        "beds.home_sickbeds",
        persons=[each["person"] for each in page.items],
        ties=[Tie.HOME_SICKBED] * len(page.items),
    )
    return page


def _order(line: Any) -> tuple[float, UUID]:
    """What owes nothing comes last."""
    soonest = line["due"][0].at.timestamp() if line["due"] else NEVER
    return soonest, line["id"]
