"""What a home-sickbed owes, and by when: pure functions of facts (HB-04 to HB-13).

A limit in days ends with its last day in Shanghai; a limit in hours ends to the minute.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum

import msgspec

from backend.beds.lifecycle.episodes import IN_BED, Outcome, Status
from backend.core import calendar


class What(StrEnum):
    ASSESSMENT = "ASSESSMENT"
    OPENING_RECORD = "OPENING_RECORD"
    ROUND = "ROUND"
    EXTRA_ROUND = "EXTRA_ROUND"
    SUPERIOR_ROUND = "SUPERIOR_ROUND"
    STAGE_SUMMARY = "STAGE_SUMMARY"
    CYCLE_END = "CYCLE_END"
    RETURN = "RETURN"
    DISCHARGE_RECORD = "DISCHARGE_RECORD"
    CONTACT = "CONTACT"


RECORDS = frozenset({What.OPENING_RECORD, What.STAGE_SUMMARY, What.DISCHARGE_RECORD})


class Due(msgspec.Struct, frozen=True, order=True):
    at: datetime
    what: What


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to one episode, and when it last did."""

    status: Status
    applied_at: datetime
    assessed_at: datetime | None = None
    opened_at: datetime | None = None
    recorded_at: datetime | None = None  # the opening record
    round_at: datetime | None = None
    superior_round_at: datetime | None = None
    changed_at: datetime | None = None  # of condition
    stable_at: datetime | None = None  # the order that still stands
    summary_at: datetime | None = None
    suspended_at: datetime | None = None
    resumed_at: datetime | None = None
    closing_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    contacted_at: datetime | None = None


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of the policy in force."""

    assess_workdays: int
    record_within: timedelta
    first_round_within: timedelta
    round_every: timedelta
    round_every_stable: timedelta
    extra_round_within: timedelta
    superior_first_within: timedelta
    superior_every: timedelta
    summary_every: timedelta
    cycle: timedelta
    away_max: timedelta
    discharge_within: timedelta
    contact_within: timedelta


def dues(facts: Facts, limits: Limits) -> list[Due]:
    """What is still owed, the soonest first."""
    return sorted(_dues(facts, limits))


def _dues(facts: Facts, limits: Limits) -> Iterator[Due]:
    if facts.status in (Status.APPLIED, Status.ASSESSING) and facts.assessed_at is None:
        yield Due(assess_by(facts.applied_at, workdays=limits.assess_workdays), What.ASSESSMENT)
    if facts.opened_at is None:
        return
    in_bed = facts.status in IN_BED
    if facts.recorded_at is None and (in_bed or facts.status is Status.CLOSING):
        yield Due(facts.opened_at + limits.record_within, What.OPENING_RECORD)
    if facts.status is Status.OPEN:
        yield from _rounds(facts, facts.opened_at, limits)
    if in_bed:
        yield Due(cycle_end(facts.opened_at, cycle=limits.cycle), What.CYCLE_END)
    if facts.status is Status.SUSPENDED and facts.suspended_at is not None:
        yield Due(back_by(facts.suspended_at, away_max=limits.away_max), What.RETURN)
    if facts.status is Status.CLOSING and facts.closing_at is not None:
        yield Due(facts.closing_at + limits.discharge_within, What.DISCHARGE_RECORD)
    is_alive = facts.outcome is not Outcome.DIED
    if facts.closed_at is not None and facts.contacted_at is None and is_alive:
        yield Due(contact_by(facts.closed_at, within=limits.contact_within), What.CONTACT)


def _rounds(facts: Facts, opened_at: datetime, limits: Limits) -> Iterator[Due]:
    back_at = facts.resumed_at or opened_at
    if facts.round_at is None:
        yield Due(opened_at + limits.first_round_within, What.ROUND)
    else:
        is_stable = facts.stable_at is not None and not _is_after(facts.changed_at, facts.stable_at)
        every = limits.round_every_stable if is_stable else limits.round_every
        yield Due(_by_day(max(facts.round_at, back_at), every), What.ROUND)
    # HB-07: any change of condition asks for a round of its own.
    if facts.changed_at is not None and not _is_after(facts.round_at, facts.changed_at):
        yield Due(facts.changed_at + limits.extra_round_within, What.EXTRA_ROUND)
    yield Due(_superior_round_by(facts, opened_at, back_at, limits), What.SUPERIOR_ROUND)
    yield Due(_by_day(facts.summary_at or opened_at, limits.summary_every), What.STAGE_SUMMARY)


def _superior_round_by(
    facts: Facts, opened_at: datetime, back_at: datetime, limits: Limits
) -> datetime:
    """HB-08: soon after the opening, then monthly; as soon again after a change of condition."""
    if facts.superior_round_at is None:
        by = _by_day(opened_at, limits.superior_first_within)
    else:
        by = _by_day(max(facts.superior_round_at, back_at), limits.superior_every)
    if facts.changed_at is None or _is_after(facts.superior_round_at, facts.changed_at):
        return by
    return min(by, _by_day(max(facts.changed_at, back_at), limits.superior_first_within))


def assess_by(applied_at: datetime, *, workdays: int) -> datetime:
    """HB-04: the end of the last of so many working days after the application."""
    _, end = calendar.day(calendar.add_working_days(calendar.on(applied_at), workdays))
    return end


def cycle_end_on(opened_at: datetime, *, cycle: timedelta) -> date:
    """HB-11: the day after the cycle's last."""
    return calendar.on(opened_at) + cycle


def cycle_end(opened_at: datetime, *, cycle: timedelta) -> datetime:
    begins, _ = calendar.day(cycle_end_on(opened_at, cycle=cycle))
    return begins


def back_by(suspended_at: datetime, *, away_max: timedelta) -> datetime:
    """BG-06: from this moment on somebody was away too long."""
    return _by_day(suspended_at, away_max)


def contact_by(closed_at: datetime, *, within: timedelta) -> datetime:
    """HB-13: the end of the last day for the contact that follows."""
    return _by_day(closed_at, within)


def _by_day(since: datetime, within: timedelta) -> datetime:
    _, end = calendar.day(calendar.on(since) + within)
    return end


def _is_after(one: datetime | None, other: datetime) -> bool:
    return one is not None and one >= other


class Stage(StrEnum):
    """What is said of something due: that its day has come, or that it is late."""

    DUE = "due"
    LATE = "late"


class Reminder(msgspec.Struct, frozen=True, order=True):
    """One thing to say, once. `before`: how long before the end of a cycle."""

    at: datetime
    what: What
    due_at: datetime
    stage: Stage
    before: timedelta = timedelta()


def reminders(
    due: Due, *, hour: time, escalate: timedelta, cycle_before: tuple[timedelta, ...]
) -> list[Reminder]:
    """When something is said about this: BG-03 in the morning and a day after, BG-04 when late."""
    if due.what is What.CYCLE_END:
        begins = _morning(calendar.on(due.at), hour)
        return sorted(
            Reminder(begins - before if before else due.at, due.what, due.at, Stage.DUE, before)
            for before in cycle_before
        )
    late = Reminder(due.at, due.what, due.at, Stage.LATE)
    if due.what in RECORDS or due.what is What.RETURN:
        return [late]
    last_day = calendar.on(due.at - timedelta.resolution)
    return [
        Reminder(min(_morning(last_day, hour), due.at), due.what, due.at, Stage.DUE),
        msgspec.structs.replace(late, at=due.at + escalate),
    ]


def _morning(on: date, hour: time) -> datetime:
    return datetime.combine(on, hour, calendar.SHANGHAI)
