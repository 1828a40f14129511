"""建床: the home-sickbed is opened."""

from datetime import datetime
from uuid import UUID

from backend import policy
from backend.beds import policies, queries
from backend.beds.actions import elsewhere, ledger, moments, moving
from backend.beds.actions.assign import load_with
from backend.beds.lifecycle import BedKind, Move, after
from backend.beds.lifecycle.held import Episode, Made
from backend.beds.lifecycle.said import Opening
from backend.beds.problems import (
    ConsentsMissing,
    EpisodeOpen,
    InpatientOpen,
    RoundMissing,
    TeamMissing,
)
from backend.core import calendar
from backend.core.access import SYSTEM, Actor
from backend.core.db import action, rows, value
from backend.core.times import Times
from backend.core.wire import Kept
from backend.payments import actions as payments
from backend.payments import queries as paid
from backend.payments.lifecycle.billing import Done
from backend.payments.lifecycle.statuses import Kind as PayableKind
from backend.payments.lifecycle.tariffs import Fee
from backend.people.lifecycle import MemberKind

# 建床告知书、费用告知、应急预案、信息使用: one consent a purpose (RC-02).
PURPOSES = (
    "home_sickbed_notice",
    "home_sickbed_fees",
    "home_sickbed_emergency",
    "home_sickbed_data",
)

NEXT_NO = """
INSERT INTO home_sickbed_numbers (center, year, last) VALUES ($1, $2, 1)
ON CONFLICT (center, year) DO UPDATE SET last = home_sickbed_numbers.last + 1 RETURNING last
"""

OPENED = """
UPDATE home_sickbeds SET episode_no = $2, opened_at = $3, stay_id = $4, consent_ids = $5,
       insurance = $6, policy_version = $7, place_kind = $8, place_organization = $9,
       place_address = $10
 WHERE id = $1
"""


async def open_bed(
    *, home_sickbed_id: UUID, actor: Actor, said: Opening, now: datetime
) -> Kept[Made]:
    """Open the bed: consents given, team named, first round done or planned, nobody in hospital.

    The overlay begins in the ledger; center, doctor and nurse are in the care team. Twice is once.
    Not an action: the insurance is asked outside whether it knows of a stay in a hospital. When it
    does, the bed stays approved, and it is asked again each day.

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    :raises TeamMissing: :raises DoctorIsFull: :raises ConsentsMissing: :raises RoundMissing:
    :raises EpisodeOpen: :raises InpatientOpen: :raises BedTaken:
    """
    hospital = await elsewhere.hospital_of(home_sickbed_id, actor=actor)
    try:
        return await _open(
            home_sickbed_id=home_sickbed_id, actor=actor, said=said, hospital=hospital, now=now
        )
    except InpatientOpen:
        if hospital is not None:
            await elsewhere.ask_tomorrow(home_sickbed_id=home_sickbed_id, now=now)
        raise


@action
async def _open(
    *, home_sickbed_id: UUID, actor: Actor, said: Opening, hospital: str | None, now: datetime
) -> Kept[Made]:
    step = await moving.enter(
        home_sickbed_id, Move.OPEN, may=policies.may_treat, actor=actor, said=said, now=now
    )
    if isinstance(step, Kept):
        return step
    episode, when = step.episode, step.times
    after(episode.status, Move.OPEN)
    consents = await _check(episode, when)
    if hospital is not None:
        raise InpatientOpen(organization=hospital)
    changes = await ledger.admit(
        person_id=episode.person,
        kind=BedKind.HOME_SICK,
        organization_id=episode.center,
        address_id=None,
        bed_no=said.bed_no,
        at=when.happened_at,
        because_id=episode.id,
        actor=actor,
        now=now,
    )
    await rows(
        OPENED,
        episode.id,
        await _number(episode.center, when.happened_at),
        when.happened_at,
        changes.opened[0].id,
        consents,
        said.insurance,
        policy.version(when.happened_at),
        *await queries.place_of(episode.person),
    )
    made = await moving.write(step, Move.OPEN, said=said)
    for member in (episode.doctor, episode.nurse):
        assert member is not None
        await moments.tie(episode.id, member, person_id=episode.person, now=now)
    await moments.tie(
        episode.id,
        episode.center,
        person_id=episode.person,
        now=now,
        kind=MemberKind.ORGANIZATION,
    )
    await moments.at_opening(episode, actor=actor, now=now)
    await _bill(episode, opened_at=when.happened_at, actor=actor, now=now)
    return Kept(made, first=True)


async def bill_what_waited(*, tariff_id: UUID, now: datetime) -> int:
    """The price of an opening was missed and now stands: bill what waited for it. How many.

    Each in a transaction of its own, as each holds its person.
    """
    waiting = await paid.waiting_for(tariff_id=tariff_id, kind=PayableKind.HOME_SICKBED)
    for each in waiting:
        await bill_opening(home_sickbed_id=each, now=now)
    return len(waiting)


@action
async def bill_opening(*, home_sickbed_id: UUID, now: datetime) -> None:
    """Bill an opening again, now that it has a price. Twice is once.

    :raises Missing:
    """
    episode = await queries.hold(home_sickbed_id)
    assert episode.opened_at is not None
    await _bill(episode, opened_at=episode.opened_at, actor=SYSTEM, now=now)


async def _bill(episode: Episode, *, opened_at: datetime, actor: Actor, now: datetime) -> None:
    """HB-15: 建床费, once an episode."""
    _, house, _ = await queries.place_of(episode.person)
    await payments.bill(
        kind=PayableKind.HOME_SICKBED,
        subject_id=episode.id,
        person_id=episode.person,
        organization_id=episode.center,
        institution_id=house,
        is_outpatient=False,
        done=[Done(item=Fee.OPENING, from_at=opened_at, done_by=episode.doctor)],
        actor=actor,
        now=now,
    )


async def _check(episode: Episode, when: Times) -> list[UUID]:
    """What must be there before a bed is open; answers the consents it stands on.

    :raises EpisodeOpen: :raises TeamMissing: :raises DoctorIsFull: :raises ConsentsMissing:
    :raises RoundMissing:
    """
    at = when.happened_at
    elsewhere = await queries.other_open_center(episode.person, but=episode.id)
    if elsewhere is not None:
        raise EpisodeOpen(organization=await queries.masked_name(elsewhere))
    parts = {"DOCTOR": episode.doctor, "NURSE": episode.nurse}
    if missing := [part for part, staff_id in parts.items() if staff_id is None]:
        raise TeamMissing(missing=missing)
    assert episode.doctor is not None
    await load_with(episode.doctor, one_more=episode.id, now=when.recorded_at)
    assert episode.applied_at is not None
    given = await queries.consents_given(
        person_id=episode.person,
        purposes=PURPOSES,
        since=episode.applied_at,
        now=when.recorded_at,
    )
    if lacking := [purpose for purpose in PURPOSES if purpose not in given]:
        raise ConsentsMissing(missing=lacking)
    until = at + policy.span(at, "hb.first_round_within_hours")
    if not await queries.has_first_round(episode.person, since=episode.applied_at, until=until):
        raise RoundMissing(until=until)
    return [given[purpose] for purpose in PURPOSES]


async def _number(center: UUID, opened_at: datetime) -> str:
    """The next number of this center's year; holds the year until the transaction ends."""
    year = calendar.on(opened_at).year
    return f"{year}-{await value(NEXT_NO, center, year):04}"
