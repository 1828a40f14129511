"""How a move of a plan is written, and how a version of it is kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from asyncpg import Record

from backend import policy
from backend.careplans import queries
from backend.careplans.lifecycle import PlanContent, PlanMove, PlanStatus, after, encode
from backend.careplans.schemas import SEALED, CarePlanMoveDetail
from backend.core import audit, calendar, crypto, jobs
from backend.core.access import Actor
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.wire import Kept, check_same, fingerprint

MOVED = """
INSERT INTO care_plan_moves (id, plan, move, number, made_by, role, from_status, to_status, said,
                             reason, recorded_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12)
"""

STANDS = """
UPDATE care_plans SET status = $2::varchar, version = version + $3,
       ended_at = CASE WHEN $2::varchar = 'ENDED' THEN $4::timestamptz END WHERE id = $1
"""

KEPT = """
INSERT INTO care_plan_versions (id, plan, number, content, reason, made_by, policy_version,
                                recorded_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def write_down(
    *,
    plan: Record,
    move: PlanMove,
    actor: Actor,
    number: int,
    body: object,
    tie: str,
    now: datetime,
    said: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> Record:
    """Write a move of a held plan, and where the plan stands then.

    :raises CannotMove:
    """
    status = after(PlanStatus(plan["status"]), move)
    await rows(
        MOVED,
        uuid7(),
        plan["id"],
        move.value,
        number,
        actor.person_id,
        actor.role.value,
        plan["status"],
        status.value,
        msgspec.json.encode(msgspec.to_builtins(dict(said or {}))).decode(),
        crypto.seal(reason, "care_plan_moves.reason") if reason else None,
        now,
        fingerprint(body),
    )
    # What a senior doctor read stays the version that they read.
    await rows(STANDS, plan["id"], status.value, int(move is not PlanMove.COUNTERSIGN), now)
    audit.wrote(
        actor,
        f"careplans.{move.value}",
        person_id=plan["person"],
        subject_id=plan["id"],
        tie=tie,
    )
    made = await queries.move(plan["id"], move=move, number=number)
    assert made is not None
    return made


async def again(plan: Record, move: PlanMove, *, number: int, body: object) -> Kept[Record] | None:
    """The move as it was made before, if it was.

    :raises AlreadyDifferent: with the stored one, when it was said differently
    """
    made = await queries.move(plan["id"], move=move, number=number)
    if made is None:
        return None
    check_same(fingerprint(body), made["fingerprint"], lambda: CarePlanMoveDetail.of(made))
    return Kept(made, first=False)


async def keep_version(
    plan: Record,
    content: PlanContent,
    *,
    number: int,
    actor: Actor,
    body: object,
    now: datetime,
    reason: str | None = None,
) -> None:
    await rows(
        KEPT,
        uuid7(),
        plan["id"],
        number,
        crypto.seal(encode(content), SEALED),
        crypto.seal(reason, "care_plan_versions.reason") if reason else None,
        actor.person_id,
        policy.version(now),
        now,
        fingerprint(body),
    )


async def owe_review(plan: Record, at: datetime, *, now: datetime) -> None:
    """HB-23: set when the plan is looked at again, and owe telling its doctor then."""
    await rows("UPDATE care_plans SET review_at = $2 WHERE id = $1", plan["id"], at)
    jobs.enqueue(
        "look_for_plan_review",
        key=f"{plan['id']}:{at:%Y%m%d%H%M%S%f}",
        due_at=max(at, now),
        plan_id=plan["id"],
        review_at=at.isoformat(),
    )


def review_of(content: PlanContent, now: datetime) -> datetime:
    """The morning of the day named, or with the next stage summary."""
    if content.review_on is not None:
        return max(calendar.day(content.review_on)[0], now)
    return now + policy.span(now, "hb.stage_summary_interval_days")
