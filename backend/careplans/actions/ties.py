"""Who sees an elder because they answer for a plan that was handed over to them."""

from collections.abc import Container
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core.db import rows
from backend.people import actions as care_team
from backend.people.lifecycle import MemberKind, Tie

TIED = "SELECT member_id FROM care_team WHERE person = $1 AND because_id = $2"


async def tie(plan: Record, *, now: datetime) -> None:
    """The plan's doctor and organization as they stand; whoever had it before has it no more."""
    members = {
        plan["organization"]: MemberKind.ORGANIZATION,
        plan["doctor"]: MemberKind.STAFF,
    }
    await untie(plan, now=now, but=members)
    for member_id, kind in members.items():
        await care_team.join_care_team(
            person_id=plan["person"],
            member_id=member_id,
            member_kind=kind,
            why=Tie.CARE_PLAN,
            because_id=plan["id"],
            now=now,
        )


async def untie(plan: Record, *, now: datetime, but: Container[UUID] = ()) -> None:
    """The plan is no reason to look any more. Twice is once."""
    for each in await rows(TIED, plan["person"], plan["id"]):
        if each["member_id"] not in but:
            await care_team.leave_care_team(
                person_id=plan["person"],
                member_id=each["member_id"],
                because_id=plan["id"],
                now=now,
            )
