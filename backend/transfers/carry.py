"""What becomes of open work when an elder moves, and when an elder dies: a line for each slice.

A line says what it is, how the open things of a person are found, what becomes of them by the kind
of journey, and what makes it so. All lines run in the transaction of the arrival, after the bed.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from backend.beds import actions as beds
from backend.beds import queries as in_bed
from backend.beds.lifecycle import Status as BedStatus
from backend.careplans import actions as careplans
from backend.careplans import queries as planned
from backend.contracts import actions as contracts
from backend.core.access import DOCTORS, Actor
from backend.core.db import row, rows
from backend.payments import queries as paid
from backend.transfers.lifecycle import Journey, Outcome
from backend.transfers.lifecycle.held import Carried
from backend.visits import actions as visits


class Moved(NamedTuple):
    """Who moved, and how. `is_elsewhere`: visits find them at another door than before."""

    person_id: UUID
    journey: Journey
    is_elsewhere: bool
    actor: Actor
    now: datetime


Find = Callable[[UUID], Awaitable[list[UUID]]]
Become = Callable[[Sequence[UUID], Outcome, Moved], Awaitable[Mapping[UUID, Outcome]]]


class Line(NamedTuple):
    """One kind of open work.

    `by` says what is meant for it; `become` makes it so, and says what it came to.
    """

    slice: str
    what: str
    find: Find
    by: Mapping[Journey, Outcome]
    become: Become


GOES_ON = dict.fromkeys(Journey, Outcome.CONTINUE)
RESTS = {Journey.ADMITTED: Outcome.SUSPEND, Journey.ONWARD: Outcome.SUSPEND}
ENDS = {Journey.ADMITTED: Outcome.CANCEL, Journey.ONWARD: Outcome.CANCEL}

TO_COME = """
SELECT id FROM visits WHERE person = $1 AND status = 'PLANNED' ORDER BY id
"""

# Planned for a door or a house that is not theirs any more.
ASTRAY = """
SELECT v.id FROM visits v JOIN persons p ON p.id = v.person
 WHERE v.id = ANY ($1::uuid[])
   AND CASE v.place_kind WHEN 'home' THEN v.address IS DISTINCT FROM p.address
                                          OR p.residence IS NOT NULL
                         ELSE v.institution IS DISTINCT FROM p.residence END
"""


CALLED_OFF = "SELECT id FROM visits WHERE id = ANY ($1::uuid[]) AND status = 'CANCELLED'"


async def _visits(person_id: UUID) -> list[UUID]:
    return [each["id"] for each in await rows(TO_COME, person_id)]


async def _carry_visits(
    ids: Sequence[UUID], outcome: Outcome, move: Moved
) -> Mapping[UUID, Outcome]:
    """Nobody is sent to an empty bed, or to a door that is not theirs any more."""
    to_call_off = list(ids)
    if outcome is Outcome.CANCEL or move.is_elsewhere:
        # A plan calls off its own and remembers that it did; it goes on in its own line.
        await careplans.pause_plans(person_id=move.person_id, actor=move.actor, now=move.now)
    if outcome is Outcome.CONTINUE:
        to_call_off = [each["id"] for each in await rows(ASTRAY, list(ids))]
    await visits.call_off_visits(visit_ids=to_call_off, actor=move.actor, now=move.now)
    off = {each["id"] for each in await rows(CALLED_OFF, list(ids))}
    return {each: Outcome.CANCEL if each in off else Outcome.CONTINUE for each in ids}


async def _plans(person_id: UUID) -> list[UUID]:
    return [each["id"] for each in await planned.open_plans(person_id=person_id)]


async def _carry_plans(
    ids: Sequence[UUID], outcome: Outcome, move: Moved
) -> Mapping[UUID, Outcome]:
    """Plans rest during an inpatient stay, and send somebody to where the elder is now."""
    if outcome is Outcome.SUSPEND or move.is_elsewhere:
        await careplans.pause_plans(person_id=move.person_id, actor=move.actor, now=move.now)
    if outcome is Outcome.CONTINUE:
        await careplans.resume_plans(person_id=move.person_id, actor=move.actor, now=move.now)
    return dict.fromkeys(ids, outcome)


async def _home_sickbed(person_id: UUID) -> list[UUID]:
    episode = await in_bed.open_home_sickbed(person_id)
    return [episode.id] if episode else []


# HB-14: the ledger has suspended it or taken it up again; a bed that waited too long closes.
CAME_TO = {
    BedStatus.OPEN: Outcome.CONTINUE,
    BedStatus.SUSPENDED: Outcome.SUSPEND,
    BedStatus.CLOSING: Outcome.CANCEL,
    BedStatus.CLOSED: Outcome.CANCEL,
}


async def _carry_home_sickbed(
    ids: Sequence[UUID], _outcome: Outcome, _move: Moved
) -> Mapping[UUID, Outcome]:
    found = await rows("SELECT id, status FROM home_sickbeds WHERE id = ANY ($1::uuid[])", [*ids])
    return {each["id"]: CAME_TO[BedStatus(each["status"])] for each in found}


RESPONSIBLE = """
SELECT DISTINCT c.member_id FROM care_team c JOIN staff s ON s.person = c.member_id
 WHERE c.person = $1 AND c.member_kind = 'staff' AND c.why IN ('contract', 'home_sickbed')
   AND c.until_at IS NULL AND s.roles::text[] && $2::text[] ORDER BY c.member_id
"""


async def _responsible_doctors(person_id: UUID) -> list[UUID]:
    found = await rows(RESPONSIBLE, person_id, sorted(map(str, DOCTORS)))
    return [each["member_id"] for each in found]


async def _as_meant(ids: Sequence[UUID], outcome: Outcome, _move: Moved) -> Mapping[UUID, Outcome]:
    """The ward's doctors answer during an inpatient stay; the family doctor stays tied."""
    return dict.fromkeys(ids, outcome)


async def _bills(person_id: UUID) -> list[UUID]:
    return await paid.owed_by(person_id)


# In this order: a plan plans anew after what was planned is called off.
LINES = (
    Line("visits", "visit", _visits, GOES_ON | ENDS, _carry_visits),
    Line("beds", "home_sickbed", _home_sickbed, GOES_ON | RESTS, _carry_home_sickbed),
    Line("careplans", "care_plan", _plans, GOES_ON | RESTS, _carry_plans),
    # What was done stays owed, wherever they lie and whoever pays it.
    Line("payments", "bill", _bills, GOES_ON, _as_meant),
    Line("people", "doctor", _responsible_doctors, GOES_ON | RESTS, _as_meant),
)

# Slices that keep a status of something, and why no move of an elder changes it.
EXEMPT = {
    "core": "jobs look at what is true when they run",
    "contracts": "a contract is with a person, and goes on wherever they lie",
    "files": "a file is what it is",
    "notifications": "what was told was told",
    "records": "a record stays as it was written",
    "transfers": "it is the move itself",
}

Open = list[tuple[Line, list[UUID]]]


async def open_work(person_id: UUID) -> Open:
    """Everything open of a person, before they move."""
    return [(line, await line.find(person_id)) for line in LINES]


async def carry(found: Open, move: Moved) -> tuple[Carried, ...]:
    """Let everything that was open become what the journey means for it."""
    carried: list[Carried] = []
    for line, ids in found:
        became = await line.become(ids, line.by[move.journey], move) if ids else {}
        carried += [
            Carried(slice=line.slice, what=line.what, thing_id=each, outcome=became[each])
            for each in ids
        ]
    return tuple(carried)


async def end(person_id: UUID, *, now: datetime) -> None:
    """RC-08: somebody has died, and everything that must end ends with them. Twice is once."""
    person = await row("SELECT died_on FROM persons WHERE id = $1", person_id)
    if person is None or person["died_on"] is None:
        return
    await visits.call_off(person_id=person_id, now=now)
    await careplans.end_for_the_dead(person_id=person_id, now=now)
    await beds.end_of_dead(person_id=person_id, now=now)
    await contracts.end_after_death(person_id=person_id, now=now)
