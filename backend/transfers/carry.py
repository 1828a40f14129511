"""What becomes of open work when an elder moves, and when an elder dies: a line for each slice.

A line says what it is, how the open things of a person are found, what becomes of them by the kind
of journey, and what makes it so. All lines run in the transaction of the arrival, after the bed.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from backend.beds import actions as beds
from backend.beds import queries as in_bed
from backend.beds.lifecycle import Status as BedStatus
from backend.careplans import actions as careplans
from backend.careplans import queries as planned
from backend.contracts import actions as contracts
from backend.core.access import Actor
from backend.core.db import row, rows
from backend.payments import queries as paid
from backend.transfers import queries
from backend.transfers.lifecycle import Journey, Outcome
from backend.transfers.lifecycle.held import Carried
from backend.visits import actions as visits
from backend.visits.lifecycle import EntryStatus


class Moved(NamedTuple):
    """Who moved, and how. `is_elsewhere`: visits find them at another door than before.

    `run_by`: who runs the care of the bed they are in now, where care goes on and that is known.
    """

    person_id: UUID
    journey: Journey
    is_elsewhere: bool
    run_by: UUID | None
    actor: Actor
    now: datetime


Find = Callable[[UUID, datetime], Awaitable[list[UUID]]]
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

# Who is on the way or at the door decides there: such a visit stands, and is said to.
NOT_OVER = """
SELECT id FROM visits
 WHERE person = $1 AND status IN ('PLANNED', 'ON_THE_WAY', 'CHECKED_IN') ORDER BY id
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


async def _visits(person_id: UUID, _now: datetime) -> list[UUID]:
    return [each["id"] for each in await rows(NOT_OVER, person_id)]


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


# One entry of a round is found by its round. Who is away was put there by the ledger.
ENTRIES = """
SELECT v.id, e.status FROM round_entries e JOIN visits v ON v.id = e.visit
 WHERE e.person = $1 AND e.fingerprint IS NULL AND v.status IN ('PLANNED', 'ON_THE_WAY')
 ORDER BY v.id
"""
EXPECTED_OR_AWAY = {
    EntryStatus.EXPECTED: Outcome.CONTINUE,
    EntryStatus.AWAY: Outcome.SUSPEND,
}


async def _rounds(person_id: UUID, _now: datetime) -> list[UUID]:
    return [each["id"] for each in await rows(ENTRIES, person_id)]


async def _carry_rounds(
    ids: Sequence[UUID], _outcome: Outcome, move: Moved
) -> Mapping[UUID, Outcome]:
    """The ledger keeps the rounds of a house in step: away, expected again, or off the list."""
    stand = {each["id"]: each["status"] for each in await rows(ENTRIES, move.person_id)}
    return {
        each: EXPECTED_OR_AWAY[EntryStatus(stand[each])] if each in stand else Outcome.CANCEL
        for each in ids
    }


async def _plans(person_id: UUID, _now: datetime) -> list[UUID]:
    return [each["id"] for each in await planned.open_plans(person_id=person_id)]


async def _carry_plans(
    ids: Sequence[UUID], outcome: Outcome, move: Moved
) -> Mapping[UUID, Outcome]:
    """Plans rest during an inpatient stay, and send somebody to where the elder is now."""
    if outcome is Outcome.SUSPEND or move.is_elsewhere:
        await careplans.pause_plans(person_id=move.person_id, actor=move.actor, now=move.now)
    if outcome is Outcome.CONTINUE:
        await careplans.resume_plans(person_id=move.person_id, actor=move.actor, now=move.now)
        # HB-23: after any referral.
        await careplans.review_plans(person_id=move.person_id, actor=move.actor, now=move.now)
    return dict.fromkeys(ids, outcome)


async def _home_sickbed(person_id: UUID, _now: datetime) -> list[UUID]:
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


async def _doctors(person_id: UUID, now: datetime) -> list[UUID]:
    plans = await planned.open_plans(person_id=person_id)
    return sorted(
        {*await queries.tied_doctors(person_id, now=now), *(each["doctor"] for each in plans)}
    )


async def _as_meant(ids: Sequence[UUID], outcome: Outcome, _move: Moved) -> Mapping[UUID, Outcome]:
    """The ward's doctors answer during an inpatient stay; the family doctor stays tied."""
    return dict.fromkeys(ids, outcome)


async def _bills(person_id: UUID, _now: datetime) -> list[UUID]:
    return await paid.owed_by(person_id)


# In this order: a plan plans anew after what was planned is called off.
LINES = (
    Line("visits", "visit", _visits, GOES_ON | ENDS, _carry_visits),
    Line("visits", "round", _rounds, GOES_ON | RESTS, _carry_rounds),
    Line("beds", "home_sickbed", _home_sickbed, GOES_ON | RESTS, _carry_home_sickbed),
    Line("careplans", "care_plan", _plans, GOES_ON | RESTS, _carry_plans),
    # What was done stays owed, wherever they lie and whoever pays it.
    Line("payments", "bill", _bills, GOES_ON, _as_meant),
    Line("people", "doctor", _doctors, GOES_ON | RESTS, _as_meant),
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


async def open_work(person_id: UUID, *, now: datetime) -> Open:
    """Everything open of a person, before they move."""
    return [(line, await line.find(person_id, now)) for line in LINES]


async def carry(found: Open, move: Moved) -> tuple[Carried, ...]:
    """Let everything that was open become what the journey means for it."""
    handed: Collection[UUID] = ()
    if move.run_by is not None:
        if move.is_elsewhere:
            # What was planned for the old door is called off, and nobody else goes there either.
            await careplans.pause_plans(person_id=move.person_id, actor=move.actor, now=move.now)
        handed = await _hand_over(move, to=move.run_by)
    carried: list[Carried] = []
    for line, ids in found:
        became = await line.become(ids, line.by[move.journey], move) if ids else {}
        carried += [
            Carried(
                slice=line.slice,
                what=line.what,
                thing_id=each,
                outcome=Outcome.HAND_OVER if each in handed else became[each],
            )
            for each in ids
        ]
    return tuple(carried)


# To come, at the right door, and somebody else's. A family doctor's own stay theirs: a contract is
# with a person, wherever they lie. A plan hands over its own.
OF_OTHERS = """
SELECT v.id FROM visits v JOIN persons p ON p.id = v.person
 WHERE v.person = $1 AND v.status = 'PLANNED' AND v.organization <> $2
   AND CASE v.place_kind WHEN 'home' THEN v.address = p.address AND p.residence IS NULL
                         ELSE v.institution = p.residence END
   AND NOT EXISTS (SELECT FROM doctor_contracts d WHERE d.id = v.because_id)
   AND NOT EXISTS (SELECT FROM care_plan_visits c WHERE c.visit = v.id AND NOT c.is_by_hand)
 ORDER BY v.id
"""


async def _hand_over(move: Moved, *, to: UUID) -> frozenset[UUID]:
    """They go from now on, and know of the elder. What went over: plans, visits, doctors.

    A doctor of theirs who answers for the elder already gets the plans; else they wait on their
    work list, and the former doctor answers until one of theirs has taken them.
    """
    person_id, now = move.person_id, move.now
    tied = await queries.tied_doctors(person_id, now=now)
    before = {each["id"]: each["doctor"] for each in await planned.open_plans(person_id=person_id)}
    plans = await careplans.hand_over_plans(
        person_id=person_id,
        to_organization_id=to,
        to_doctor_id=next((who for who, where in tied.items() if where == to), None),
        actor=move.actor,
        now=now,
    )
    others = [each["id"] for each in await rows(OF_OTHERS, person_id, to)]
    by_hand = await visits.hand_over_visits(
        visit_ids=others, to_organization_id=to, actor=move.actor, now=now
    )
    called_off = (visit_id for plan in plans for visit_id in plan.called_off)
    former = {before[plan.plan_id] for plan in plans} - tied.keys()
    return frozenset({*(plan.plan_id for plan in plans), *called_off, *by_hand, *former})


async def end(person_id: UUID, *, now: datetime) -> None:
    """RC-08: somebody has died, and everything that must end ends with them. Twice is once."""
    person = await row("SELECT died_on FROM persons WHERE id = $1", person_id)
    if person is None or person["died_on"] is None:
        return
    await visits.call_off(person_id=person_id, now=now)
    await careplans.end_for_the_dead(person_id=person_id, now=now)
    await beds.end_of_dead(person_id=person_id, now=now)
    await contracts.end_after_death(person_id=person_id, now=now)
