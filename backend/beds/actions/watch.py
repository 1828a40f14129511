"""What runs by itself around a home-sickbed: what is due is said, and a cycle's end closes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend import policy
from backend.beds import queries
from backend.beds.actions import following, ledger, moments
from backend.beds.actions.moving import Moving
from backend.beds.events import (
    HomeSickbedAwayTooLong,
    HomeSickbedCycleEnding,
    HomeSickbedRecordLate,
    HomeSickbedWorkDue,
    HomeSickbedWorkLate,
)
from backend.beds.lifecycle import (
    FINAL,
    IN_BED,
    CloseReason,
    Reminder,
    Stage,
    What,
    reminders,
)
from backend.beds.lifecycle.due import RECORDS
from backend.beds.lifecycle.held import Episode
from backend.core import calendar
from backend.core.access import SYSTEM
from backend.core.db import action, row
from backend.core.ids import uuid7
from backend.core.journal import Event, publish
from backend.core.problems import Missing
from backend.core.times import Times

ONCE = """
INSERT INTO home_sickbed_reminders (id, home_sickbed, what, due_at, stage, before_days, said_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id
"""


@action
async def look(*, home_sickbed_id: UUID, now: datetime) -> int:
    """Say what is due and was not said, and plan the next look. How many were said.

    It acts on what is true now: late, twice, or for a bed that is closed it does no harm.
    """
    try:
        episode = await queries.hold(home_sickbed_id)
    except Missing:
        return 0
    planned = await _planned(episode, now=now)
    said = 0
    for each in planned:
        if each.at <= now and await _is_first(episode, each, now=now):
            said += 1
            await _say(episode, each, now=now)
    coming = [each.at for each in planned if each.at > now]
    if coming or episode.status not in FINAL:
        moments.watch(episode.id, at=min([*coming, _next_morning(now)]))
    return said


async def _planned(episode: Episode, *, now: datetime) -> list[Reminder]:
    (hour,) = policy.times(now, "bg.rounds_due_at")
    found = await queries.facts(episode.id)
    return sorted(
        reminder
        for due in queries.due_of(found, now=now)
        for reminder in reminders(
            due,
            hour=hour,
            escalate=policy.span(now, "bg.round_escalate_days"),
            cycle_before=policy.spans(now, "bg.cycle_end_days_before"),
        )
    )


def _next_morning(now: datetime) -> datetime:
    """BG-03: every day at half past six, whatever else there is."""
    (hour,) = policy.times(now, "bg.rounds_due_at")
    today = datetime.combine(calendar.on(now), hour, calendar.SHANGHAI)
    _, tomorrow = calendar.day(calendar.on(now))
    return (
        today if today > now else datetime.combine(calendar.on(tomorrow), hour, calendar.SHANGHAI)
    )


async def _is_first(episode: Episode, said: Reminder, *, now: datetime) -> bool:
    made = await row(
        ONCE,
        uuid7(),
        episode.id,
        said.what.value,
        said.due_at,
        said.stage.value,
        said.before.days,
        now,
    )
    return made is not None


async def _say(episode: Episode, said: Reminder, *, now: datetime) -> None:
    about: dict[str, Any] = {"subject_id": episode.id, "person_id": episode.person}
    theirs = {**about, "staff_id": episode.doctor, "due_at": said.due_at}
    event: Event
    match said.what, said.stage:
        case What.CYCLE_END, _ if said.before == timedelta():
            await _end_cycle(episode, at=said.due_at, now=now)
            return
        case What.CYCLE_END, _:
            event = HomeSickbedCycleEnding(**theirs)
        case What.RETURN, _:
            event = HomeSickbedAwayTooLong(**theirs)
        case what, _ if what in RECORDS:
            event = HomeSickbedRecordLate(**theirs, organization_id=episode.center)
        case what, Stage.DUE:
            who = episode.assessor if what is What.ASSESSMENT else episode.doctor
            event = HomeSickbedWorkDue(**{**theirs, "staff_id": who})
        case _:
            event = HomeSickbedWorkLate(**about, organization_id=episode.center, due_at=said.due_at)
    publish(event)


async def _end_cycle(episode: Episode, *, at: datetime, now: datetime) -> None:
    """BG-05: closing begins; nothing closes by itself."""
    if episode.status in IN_BED:
        step = Moving(episode, SYSTEM, "system", Times(at, at, now))
        reason = CloseReason.CYCLE_END
        await following.start_closing(step, reason=reason, said=following.ByItself(reason=reason))


@action
async def end_of_dead(*, person_id: UUID, now: datetime) -> None:
    """RC-08: the beds of who has died end with the day of their death. Twice is once."""
    person = await queries.hold_person(person_id)
    if person["died_on"] is None:
        return
    _, end = calendar.day(person["died_on"])
    await ledger.end_all(person_id=person_id, at=min(end, now), actor=SYSTEM, now=now)
