"""What an episode's moments do to the care around it: one function a moment.

Whatever else must be true at that moment joins here, in the same transaction: the care plans rest
while the bed is suspended, go on when the elder is back, and end with the bed.
"""

from datetime import datetime
from uuid import UUID

from backend.beds.events import (
    HomeSickbedClosed,
    HomeSickbedClosing,
    HomeSickbedOpened,
    HomeSickbedResumed,
    HomeSickbedSuspended,
)
from backend.beds.lifecycle.due import contact_by
from backend.beds.lifecycle.held import Episode
from backend.beds.lifecycle.limits import limits
from backend.careplans import actions as careplans
from backend.core import jobs
from backend.core.access import Actor
from backend.core.db import rows
from backend.core.journal import publish
from backend.people import actions as care_team
from backend.people.lifecycle import MemberKind, Tie


async def at_opening(episode: Episode, *, actor: Actor, now: datetime) -> None:
    """The bed is open: from now on it is watched."""
    del actor
    watch(episode.id, at=now)
    publish(HomeSickbedOpened(subject_id=episode.id, person_id=episode.person))


async def at_suspension(episode: Episode, *, actor: Actor, now: datetime) -> None:
    """The elder is away: rounds are not owed until they are back."""
    await careplans.pause_plans(person_id=episode.person, actor=_by(actor), now=now)
    watch(episode.id, at=now)
    publish(
        HomeSickbedSuspended(
            subject_id=episode.id, person_id=episode.person, staff_id=episode.doctor
        )
    )


async def at_return(episode: Episode, *, actor: Actor, now: datetime) -> None:
    """The elder is back within the limit: what was owed is owed again."""
    await careplans.resume_plans(person_id=episode.person, actor=_by(actor), now=now)
    watch(episode.id, at=now)
    publish(
        HomeSickbedResumed(subject_id=episode.id, person_id=episode.person, staff_id=episode.doctor)
    )


async def at_summary(episode: Episode, *, actor: Actor, now: datetime) -> None:
    """HB-23: with each stage summary the plans are looked at again."""
    await careplans.review_plans(person_id=episode.person, actor=_by(actor), now=now)


async def at_closing(episode: Episode, *, actor: Actor, now: datetime) -> None:
    """A criterion is met: no more rounds; a discharge record is owed."""
    del actor
    watch(episode.id, at=now)
    publish(
        HomeSickbedClosing(subject_id=episode.id, person_id=episode.person, staff_id=episode.doctor)
    )


async def at_closure(
    episode: Episode, *, is_contact_owed: bool, actor: Actor, now: datetime
) -> None:
    """The discharge record is signed: whoever was tied by this bed is so no longer.

    Except who owes the contact that follows (HB-13): center and doctor, until its last day.
    """
    await careplans.end_plans(
        person_id=episode.person, actor=_by(actor), reason="home_sickbed_closed", now=now
    )
    await untie_all(episode, now=now)
    until = contact_by(now, within=limits(now).contact_within)
    if is_contact_owed:
        await tie(
            episode.id,
            episode.center,
            person_id=episode.person,
            now=now,
            kind=MemberKind.ORGANIZATION,
            until=until,
        )
        if episode.doctor is not None:
            await tie(episode.id, episode.doctor, person_id=episode.person, now=now, until=until)
    watch(episode.id, at=now)
    publish(HomeSickbedClosed(subject_id=episode.id, person_id=episode.person))


async def tie(
    episode_id: UUID,
    member_id: UUID,
    *,
    person_id: UUID,
    now: datetime,
    kind: MemberKind = MemberKind.STAFF,
    until: datetime | None = None,
) -> None:
    """Let them see the elder because of this bed."""
    await care_team.join_care_team(
        person_id=person_id,
        member_id=member_id,
        member_kind=kind,
        why=Tie.HOME_SICKBED,
        because_id=episode_id,
        now=now,
        until=until,
    )


async def untie(episode: Episode, member_id: UUID, *, now: datetime) -> None:
    await care_team.leave_care_team(
        person_id=episode.person, member_id=member_id, because_id=episode.id, now=now
    )


TIED = "SELECT member_id FROM care_team WHERE person = $1 AND because_id = $2"


async def untie_all(episode: Episode, *, now: datetime) -> None:
    for tied in await rows(TIED, episode.person, episode.id):
        await untie(episode, tied["member_id"], now=now)


def _by(actor: Actor) -> Actor:
    return actor.on_behalf(Tie.HOME_SICKBED)


def watch(home_sickbed_id: UUID, *, at: datetime) -> None:
    """Look at what is due, at that moment; each look plans the next."""
    jobs.enqueue(
        "watch_home_sickbed",
        key=f"{home_sickbed_id}:{at:%Y%m%d%H%M%S%f}",  # two moments of one second are two
        due_at=at,
        home_sickbed_id=home_sickbed_id,
    )
