"""Whether the agreed visits were made, week by week: from check-ins, never from plans."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend import policy
from backend.contracts.lifecycle import Came, Limits, Stay, Week
from backend.contracts.lifecycle.said import AgreedVisit
from backend.contracts.lifecycle.weeks import InForce, fulfilment, rounds_that_count
from backend.contracts.queries.institution import see_institution_contract
from backend.core import calendar, pages
from backend.core.access import DOCTORS, Actor, Role
from backend.core.db import row, rows

# IC-03: a doctor or a nurse.
COUNTED = frozenset(str(role) for role in DOCTORS | {Role.TCM_DOCTOR, Role.NURSE})

STAYS = """
SELECT v.id AS round_id, i.role, i.happened_at AS came_at, o.happened_at AS left_at,
       NOT EXISTS (SELECT FROM visit_exceptions e
                    WHERE e.visit = v.id AND e.author = i.made_by
                      AND e.status NOT IN ('approved', 'cleared')) AS is_verified
  FROM visits v
  JOIN visit_moves i ON i.visit = v.id AND i.move = 'check_in'
  JOIN visit_moves o ON o.visit = v.id AND o.move = 'check_out' AND o.made_by = i.made_by
 WHERE v.kind = 'WARD_ROUND' AND v.institution = $1 AND v.organization = $2
   AND i.happened_at >= $3 AND i.happened_at < $4
"""


class Suspended(msgspec.Struct, frozen=True):
    id: UUID
    from_on: date
    until_on: date | None


def limits(moment: date) -> Limits:
    """The numbers in force on that day."""
    return Limits(
        shortest=policy.span(moment, "ic.visit_min_minutes"),
        staff_min=policy.whole(moment, "ic.visit_min_staff"),
        make_up_within=policy.span(moment, "ic.makeup_within_days"),
        long_holiday_days=policy.whole(moment, "ic.long_holiday_days"),
    )


def agreed_visits(contract: Record) -> list[AgreedVisit]:
    return msgspec.json.decode(contract["visits"], type=list[AgreedVisit])


def suspensions(contract: Record) -> list[Suspended]:
    return msgspec.json.decode(contract["suspensions"], type=list[Suspended])


def in_force(contract: Record) -> InForce:
    """Of a signed contract: whether somebody is expected to come on a day."""
    pauses = suspensions(contract)

    def is_in_force(day: date) -> bool:
        is_paused = any(
            pause.from_on <= day and (pause.until_on is None or day < pause.until_on)
            for pause in pauses
        )
        return contract["valid_from"] <= day < contract["until_on"] and not is_paused

    return is_in_force


async def weeks_of(contract: Record, *, now: datetime) -> list[Week]:
    """Every week of a signed contract up to this one, oldest first."""
    on = calendar.on(now)
    last = min(on, contract["until_on"] - date.resolution)
    first, _ = calendar.week_of(contract["valid_from"])
    mondays, monday = [], first
    while monday <= last:
        mondays.append(monday)
        _, monday = calendar.week_of(monday)
    if contract["signed_at"] is None or not mondays:
        return []
    reasons = await rows(
        "SELECT iso_week, reason FROM missed_weeks WHERE contract = $1", contract["id"]
    )
    return fulfilment(
        mondays,
        came=await rounds_made(contract, first=first, end=on + date.resolution),
        reasons={each["iso_week"]: each["reason"] for each in reasons},
        weekdays=[each.weekday for each in agreed_visits(contract)],
        visits_min=contract["visits_min"],
        is_in_force=in_force(contract),
        limits=limits(on),
        on=on,
    )


async def rounds_made(contract: Record, *, first: date, end: date) -> list[Came]:
    """The rounds that count on these days; the end is not one of them."""
    stays = await rows(
        STAYS,
        contract["institution"],
        contract["provider"],
        calendar.day(first)[0],
        calendar.day(end)[0],
    )
    return rounds_that_count(
        [Stay(**each) for each in stays], counted_roles=COUNTED, limits=limits(end)
    )


async def see_fulfilment(
    *, contract_id: UUID, actor: Actor, limit: int, after: str | None, now: datetime
) -> pages.Cut:
    """Its weeks, newest first, to both sides and the regulators.

    :raises Missing:
    """
    contract = await see_institution_contract(contract_id=contract_id, actor=actor)
    (last,) = pages.read("contracts.fulfilment", after, date)
    found = [
        week
        for week in reversed(await weeks_of(contract, now=now))
        if last is None or week.monday < last
    ]
    return pages.cut(
        found[: limit + 1],
        limit=limit,
        listing="contracts.fulfilment",
        key=lambda each: (each.monday,),
    )


async def missed_week(contract_id: UUID, *, week: str) -> Record | None:
    """The reason that was stated for a week, if one was."""
    return await row(
        "SELECT * FROM missed_weeks WHERE contract = $1 AND iso_week = $2", contract_id, week
    )
