"""申请: somebody asks for a home-sickbed, or takes it back."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend import policy
from backend.beds import policies, queries
from backend.beds.actions import moments, moving
from backend.beds.actions.moving import Moving
from backend.beds.events import HomeSickbedApplied, HomeSickbedWithdrawn
from backend.beds.lifecycle import Move, Status
from backend.beds.lifecycle.held import Episode, Made
from backend.beds.lifecycle.said import Application, Withdrawal
from backend.beds.problems import Deceased, NotAProvider, WrongPrevious, YearIsFull
from backend.core import audit, crypto
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Missing
from backend.core.wire import Kept, check_version, fingerprint
from backend.people import queries as people
from backend.people.lifecycle import MemberKind, Scope

DRAFT = """
INSERT INTO home_sickbeds (id, person, center, status, application, previous_episode_id,
                           consent_ids, applied_by, policy_version, version, fingerprint,
                           recorded_at)
VALUES ($1, $2, $3, 'DRAFT', $4, $5, '{}', $6, $7, 1, $8, $9)
"""

EDIT = """
UPDATE home_sickbeds SET center = $2, application = $3, previous_episode_id = $4,
       fingerprint = $5, version = version + 1 WHERE id = $1
"""

APPLIED = """
UPDATE home_sickbeds SET applied_at = $2, place_kind = $3, place_organization = $4,
       place_address = $5 WHERE id = $1
"""


@action
async def apply(
    *,
    home_sickbed_id: UUID,
    actor: Actor,
    said: Application,
    if_match: str | None,
    now: datetime,
) -> Kept[UUID]:
    """Write a draft, edit it (with `If-Match`), or apply; the same body again changes nothing.

    An application is never edited: withdraw it and write another.

    :raises Missing: :raises ScopeMissing: :raises AlreadyDifferent: :raises NeedsVersion:
    :raises Stale: :raises NotAProvider: :raises WrongPrevious: :raises YearIsFull:
    """
    person = await queries.hold_person(said.person_id)
    stored = await queries.find_episode(home_sickbed_id)
    digest = fingerprint(said)
    if stored is not None and stored.applied_by == actor.person_id and stored.fingerprint == digest:
        return Kept(home_sickbed_id, first=False)
    tie = await people.tie(
        actor=actor, person_id=said.person_id, now=now, scope=Scope.REQUEST_SERVICE
    )
    if stored is not None:
        _check_edit(stored, actor, said, digest=digest, if_match=if_match)
    if stored is not None and stored.fingerprint == digest:
        return Kept(home_sickbed_id, first=False)
    if person["died_on"] is not None:
        raise Deceased
    center = said.center_id or person["center"]
    if center is None or not await queries.provides(center):
        raise NotAProvider(center_id=center)
    await _check_renewal(said, now=now)
    sealed = crypto.seal(msgspec.json.encode(said).decode(), "home_sickbeds.application")
    if stored is None:
        await rows(
            DRAFT,
            home_sickbed_id,
            said.person_id,
            center,
            sealed,
            said.previous_episode_id,
            actor.person_id,
            policy.version(now),
            digest,
            now,
        )
        audit.wrote(
            actor, "beds.draft", person_id=said.person_id, subject_id=home_sickbed_id, tie=tie
        )
    else:
        await rows(EDIT, home_sickbed_id, center, sealed, said.previous_episode_id, digest)
        audit.wrote(
            actor, "beds.edit_draft", person_id=said.person_id, subject_id=home_sickbed_id, tie=tie
        )
    if not said.is_draft:
        await _submit(home_sickbed_id, actor, said, tie=tie, now=now)
    return Kept(home_sickbed_id, first=stored is None)


def _check_edit(
    stored: Episode, actor: Actor, said: Application, *, digest: bytes, if_match: str | None
) -> None:
    """:raises AlreadyDifferent: :raises Missing: :raises NeedsVersion: :raises Stale:"""
    if stored.person != said.person_id:
        raise AlreadyDifferent
    if stored.fingerprint == digest and stored.status is not Status.DRAFT:
        return
    if stored.status is not Status.DRAFT:
        raise AlreadyDifferent
    if not policies.may_edit(actor, stored):
        raise Missing
    check_version(if_match, stored.version)


async def _submit(
    home_sickbed_id: UUID, actor: Actor, said: Application, *, tie: str, now: datetime
) -> None:
    episode = await queries.hold(home_sickbed_id)
    when = await moving.times_of(said, actor=actor, now=now)
    place = await queries.place_of(episode.person)
    await rows(APPLIED, episode.id, when.happened_at, *place)
    await moving.write(Moving(episode, actor, tie, when), Move.SUBMIT, said=said)
    # The center that is asked may look, before anybody is named.
    await moments.tie(
        episode.id,
        episode.center,
        person_id=episode.person,
        now=now,
        kind=MemberKind.ORGANIZATION,
    )
    moments.watch(episode.id, at=now)
    publish(
        HomeSickbedApplied(
            subject_id=episode.id, person_id=episode.person, organization_id=episode.center
        )
    )


async def _check_renewal(said: Application, *, now: datetime) -> None:
    """HB-11: a renewal follows a bed of the same person; some cities cap the year.

    :raises WrongPrevious: :raises YearIsFull:
    """
    if said.previous_episode_id is not None:
        previous = await queries.find_episode(said.previous_episode_id)
        if previous is None or previous.person != said.person_id:
            raise WrongPrevious(why="person")
        if previous.opened_at is None:
            raise WrongPrevious(why="status")
    if policy.flag(now, "hb.year_caps_apply"):
        episodes, days = await queries.opened_in_a_year(said.person_id, now=now)
        if episodes >= policy.whole(now, "hb.year_episode_cap"):
            raise YearIsFull(episodes=episodes)
        if days >= policy.whole(now, "hb.year_days_cap"):
            raise YearIsFull(days=round(days))


@action
async def withdraw(
    *, home_sickbed_id: UUID, actor: Actor, said: Withdrawal, now: datetime
) -> Kept[Made]:
    """Take the application back, at any time before the bed is open. Twice is once.

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    """
    step = await moving.enter(
        home_sickbed_id,
        Move.WITHDRAW,
        may=policies.may_withdraw,
        actor=actor,
        said=said,
        now=now,
        scope=Scope.REQUEST_SERVICE,
    )
    if isinstance(step, Kept):
        return step
    episode = step.episode
    if episode.status is Status.DRAFT and not policies.may_edit(actor, episode):
        raise Missing
    made = await moving.write(step, Move.WITHDRAW, said=said)
    await moments.untie_all(episode, now=now)
    publish(
        HomeSickbedWithdrawn(
            subject_id=episode.id, person_id=episode.person, organization_id=episode.center
        )
    )
    return Kept(made, first=True)
