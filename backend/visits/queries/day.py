"""The day list: the hottest read of all, one statement and one audit row."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from backend.core import audit, calendar, pages
from backend.core.access import FAMILY, Actor
from backend.core.db import rows
from backend.core.problems import Malformed
from backend.people import queries as people
from backend.people.lifecycle import Scope
from backend.visits import policies

CARD = """
v.id, v.kind, v.status, v.planned_start, v.planned_end, v.place_kind, v.institution,
v.person, v.needs_two, v.version, p.name, p.sex, p.street_code, house.name AS institution_name
"""

FROM = """
  LEFT JOIN persons p ON p.id = v.person
  LEFT JOIN organizations house ON house.id = v.institution
"""

PAGE = """
   AND ($4::timestamptz IS NULL OR (v.planned_start, v.id) > ($4, $5::uuid))
 ORDER BY v.planned_start, v.id LIMIT $6
"""

MINE = f"""
SELECT {CARD}, 'visit' AS tie
  FROM visit_assignments a JOIN visits v ON v.id = a.visit {FROM}
 WHERE a.staff = $1 AND a.until_at IS NULL
   AND a.planned_start >= $2 AND a.planned_start < $3
   AND v.planned_start >= $2 AND v.planned_start < $3 {PAGE}
"""  # noqa: S608 - text of our own

OF_MY_CENTER = f"""
SELECT {CARD}, 'visit' AS tie
  FROM visits v {FROM}
 WHERE v.organization = $1 AND v.planned_start >= $2 AND v.planned_start < $3 {PAGE}
"""  # noqa: S608

OF_MY_INSTITUTION = f"""
SELECT {CARD}, 'residence' AS tie
  FROM visits v {FROM}
 WHERE v.institution = $1 AND v.planned_start >= $2 AND v.planned_start < $3 {PAGE}
"""  # noqa: S608

TIE = people.tie_of(person="v.person", at=7)  # not policy: behind the six parameters of a page

OF_MY_FAMILY = f"""
SELECT * FROM (
  SELECT {CARD}, {TIE} AS tie
    FROM visits v {FROM}
   WHERE v.planned_start >= $2 AND v.planned_start < $3
     AND v.person IN (SELECT $1::uuid UNION SELECT person FROM delegations WHERE delegate = $1
                      UNION SELECT person FROM guardianships WHERE guardian = $1)
) v WHERE tie IS NOT NULL {PAGE}
"""  # noqa: S608


async def on(
    *,
    day: date,
    actor: Actor,
    mine: bool,
    limit: int,
    after: str | None,
    now: datetime,
) -> pages.Cut:
    """The visits of one day in Shanghai that the actor may know, in order of their start.

    Carers see their own (`mine`) or their center's, the institution's nurse those in the house,
    the elder's side those of the elder. The names shown are noted in the audit.

    :raises Malformed:
    """
    try:
        begins, ends = calendar.day(day)
    except OverflowError:
        raise Malformed(field="on") from None
    start, last_id = pages.read("visits", after, datetime, UUID)
    page = (begins, ends, start, last_id, limit + 1)
    if actor.role in FAMILY:
        asker = people.asker(actor=actor, now=now, scope=Scope.VIEW_SUMMARY)
        found = await rows(OF_MY_FAMILY, actor.person_id, *page, *asker)
    elif mine:
        found = await rows(MINE, actor.person_id, *page)
    elif policies.sees_whole_center(actor):
        found = await rows(OF_MY_CENTER, actor.organization_id, *page)
    else:
        found = await rows(OF_MY_INSTITUTION, actor.organization_id, *page)
    cut = pages.cut(
        found, limit=limit, listing="visits", key=lambda each: (each["planned_start"], each["id"])
    )
    await _seen(actor, cut.items)
    return cut


async def _seen(actor: Actor, found: list[Any]) -> None:
    shown = [each for each in found if each["person"] is not None]
    await audit.seen(
        actor,
        "visits.list",
        persons=[each["person"] for each in shown],
        ties=[each["tie"] for each in shown],
    )
