"""One plan with all its versions, the plans of a person, and those that are open."""

from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.careplans import policies
from backend.careplans.lifecycle import PlanMove
from backend.core import audit, pages
from backend.core.access import Actor
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.people import queries as people
from backend.people.lifecycle import Scope

PLAN = """
SELECT c.*, p.residence, p.address, p.died_on,
       (SELECT coalesce(array_agg(DISTINCT item), '{}') FROM consents g, unnest(g.items) AS item
         WHERE g.person = c.person AND g.withdrawn_at IS NULL) AS consented
  FROM care_plans c JOIN persons p ON p.id = c.person
 WHERE c.id = $1
"""
HELD = f"{PLAN} FOR NO KEY UPDATE OF c"

MOVE = "SELECT * FROM care_plan_moves WHERE plan = $1 AND move = $2 AND number = $3"
VERSIONS = "SELECT * FROM care_plan_versions WHERE plan = $1 ORDER BY number"
REVISION = "SELECT * FROM care_plan_versions WHERE plan = $1 AND number = $2"

AHEAD = """
SELECT c.intervention, c.item_code, c.day, c.visit,
       coalesce(v.needs_two AND v.status = 'PLANNED' AND $3 > (
         SELECT count(*) FROM visit_assignments a WHERE a.visit = v.id AND a.until_at IS NULL),
         false) AS needs_second
  FROM care_plan_visits c LEFT JOIN visits v ON v.id = c.visit
 WHERE c.plan = $1 AND c.called_off_at IS NULL AND c.day >= $2 ORDER BY c.day, c.intervention
"""

PLANS = """
SELECT * FROM care_plans
 WHERE person = $1 AND ($2 OR status <> 'DRAFT')
   AND ($3::timestamptz IS NULL OR (recorded_at, id) < ($3, $4::uuid))
 ORDER BY recorded_at DESC, id DESC LIMIT $5
"""

OPEN = """
SELECT id, person, organization, doctor, because_id, status, number, review_at, paused_at
  FROM care_plans WHERE person = $1 AND status <> 'ENDED' ORDER BY recorded_at, id
"""

ACTIVE = "SELECT id FROM care_plans WHERE status = 'ACTIVE' AND paused_at IS NULL ORDER BY id"

TO_CALL_OFF = """
SELECT DISTINCT c.visit FROM care_plan_visits c JOIN visits v ON v.id = c.visit
 WHERE c.plan = $1 AND c.called_off_at IS NULL AND NOT c.is_by_hand
   AND v.status = 'PLANNED' AND v.planned_start > $2
"""


async def hold_person(person_id: UUID) -> Record:
    """Lock the person until the transaction ends: the first lock of all.

    :raises Missing:
    """
    found = await people.hold_person(person_id)
    if found is None:
        raise Missing
    return found


async def hold_plan(plan_id: UUID) -> Record:
    """Lock a plan, and before it the person it is about, until the transaction ends.

    :raises Missing:
    """
    person_id = await value("SELECT person FROM care_plans WHERE id = $1", plan_id)
    if person_id is None:
        raise Missing
    await hold_person(person_id)
    found = await row(HELD, plan_id)
    assert found is not None, "a plan is never deleted"
    return found


async def find_plan(plan_id: UUID) -> Record | None:
    """The row as it is, for an action that has asked whose it is."""
    return await row(PLAN, plan_id)


async def move(plan_id: UUID, *, move: PlanMove, number: int) -> Record | None:
    return await row(MOVE, plan_id, move.value, number)


async def revision(plan_id: UUID, *, number: int) -> Record | None:
    return await row(REVISION, plan_id, number)


async def plan(
    *, plan_id: UUID, actor: Actor, today: date, now: datetime
) -> tuple[Record, list[Record], list[Record]]:
    """A plan, all its versions, and what it becomes from today on. The read is noted.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    found = await find_plan(plan_id)
    if found is None:
        raise Missing
    person_id = found["person"]
    tie = await people.tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_FULL)
    if not policies.may_see(actor, found):
        raise Missing
    versions = await rows(VERSIONS, plan_id)
    two = policy.whole(now, "hc.two_person_staff_min")
    ahead = await rows(AHEAD, plan_id, today, two)
    await audit.seen(actor, "careplans.plan", persons=[person_id], ties=[tie], subject_id=plan_id)
    return found, versions, ahead


async def plans(
    *, person_id: UUID, actor: Actor, limit: int, after: str | None, now: datetime
) -> pages.Cut:
    """A person's plans, newest first; drafts for staff alone. The read is noted.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    tie = await people.tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_FULL)
    recorded_at, last_id = pages.read("care_plans", after, datetime, UUID)
    sees_drafts = policies.may_see_drafts(actor)
    found = await rows(PLANS, person_id, sees_drafts, recorded_at, last_id, limit + 1)
    page = pages.cut(
        found,
        limit=limit,
        listing="care_plans",
        key=lambda each: (each["recorded_at"], each["id"]),
    )
    await audit.seen(actor, "careplans.plans", persons=[person_id], ties=[tie])
    return page


async def open_plans(*, person_id: UUID) -> list[Record]:
    """The drafts and active plans of a person, for an action of an upper slice."""
    return await rows(OPEN, person_id)


async def active_plans() -> list[UUID]:
    """Every plan that sends somebody."""
    return [each["id"] for each in await rows(ACTIVE)]


async def to_call_off(plan_id: UUID, *, now: datetime) -> list[UUID]:
    """The plan's own visits that are still only planned, and lie ahead."""
    return [each["visit"] for each in await rows(TO_CALL_OFF, plan_id, now)]
