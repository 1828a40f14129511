"""What an elder lets a relative see and do (RC-03)."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import audit, calendar, wire
from backend.core.access import Actor, Role
from backend.core.db import action, row, rows
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, CannotMove, Malformed, Missing
from backend.core.wire import Kept
from backend.people import queries
from backend.people.actions.facts import DelegationFacts, ScopesAsked
from backend.people.events import (
    DelegationChanged,
    DelegationGiven,
    DelegationRevoked,
    ScopesWereAsked,
)
from backend.people.lifecycle import months_later
from backend.people.problems import (
    Deceased,
    DelegationEnded,
    DelegationOver,
    DelegationTooLong,
    NeedsGuardian,
)
from backend.people.queries.existence import check_persons
from backend.people.schemas.delegations import ScopeRequestDetail

GIVE = """
INSERT INTO delegations (id, person, delegate, scopes, sensitive_chapters, valid_from, valid_to,
                         granted_by, granted_at, version, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10)
"""

CHANGE = """
UPDATE delegations SET scopes = $2, sensitive_chapters = $3, valid_from = $4, valid_to = $5,
       granted_by = $6, granted_at = $7, version = version + 1, fingerprint = $8
 WHERE id = $1
"""

REVOKE = "UPDATE delegations SET revoked_at = $2, revoked_by = $3 WHERE id = $1"

END_ALL = """
UPDATE delegations SET revoked_at = $2, revoked_by = $3
 WHERE person = $1 AND revoked_at IS NULL AND valid_to >= $4 RETURNING id, delegate
"""

END_GUARDIANS = """
UPDATE guardianships SET valid_to = greatest($2::date - 1, valid_from), version = version + 1
 WHERE person = $1 AND (valid_to IS NULL OR valid_to >= $2::date)
"""

ASK = """
INSERT INTO scope_requests (id, delegation, scopes, asked_by, asked_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6)
"""


@action
async def delegate(
    *,
    delegation_id: UUID,
    actor: Actor,
    said: DelegationFacts,
    if_match: str | None = None,
    now: datetime,
) -> Kept[Record]:
    """Let a relative in, or change what one may. Only the elder or a guardian says so.

    :raises Missing: :raises TieEnded: :raises NeedsVersion: :raises Stale: :raises CannotMove:
    :raises AlreadyDifferent: :raises NeedsGuardian: :raises Deceased: :raises DelegationTooLong:
    """
    person = await queries.hold_person(said.person_id)
    tie = await queries.speaks_for(actor=actor, person_id=said.person_id, now=now)
    stored = await queries.hold_delegation(delegation_id)
    if stored is not None:
        if (stored["person"], stored["delegate"]) != (said.person_id, said.delegate_id):
            raise AlreadyDifferent
        if wire.fingerprint(said) == stored["fingerprint"]:
            return Kept(stored, first=False)
        wire.check_version(if_match, stored["version"])
        if stored["revoked_at"] is not None:
            raise CannotMove(status="revoked")
    elif not is_uuid7(delegation_id):
        raise Malformed(field="delegation_id")

    assert person is not None
    _check(said, person, actor, now)
    await check_persons(delegate_id=said.delegate_id)
    if stored is None:
        await _give(delegation_id, actor, said, now)
    else:
        await _change(delegation_id, actor, said, now)
    audit.wrote(
        actor, "people.delegate", person_id=said.person_id, subject_id=delegation_id, tie=tie
    )
    return Kept(await _delegation(delegation_id), first=stored is None)


@action
async def revoke(*, delegation_id: UUID, actor: Actor, now: datetime) -> Kept[Record]:
    """End a delegation: the relative's next request is refused. Twice is once.

    :raises Missing: :raises TieEnded:
    """
    stored = await queries.hold_delegation(delegation_id)
    if stored is None:
        raise Missing
    tie = await queries.speaks_for(actor=actor, person_id=stored["person"], now=now)
    if stored["revoked_at"] is not None:
        return Kept(stored, first=False)
    await rows(REVOKE, delegation_id, now, actor.person_id)
    _tell_revoked(delegation_id, stored["person"], stored["delegate"])
    audit.wrote(
        actor, "people.revoke", person_id=stored["person"], subject_id=delegation_id, tie=tie
    )
    return Kept(await _delegation(delegation_id), first=True)


@action
async def ask_scopes(
    *, delegation_id: UUID, request_id: UUID, actor: Actor, said: ScopesAsked, now: datetime
) -> Kept[Record]:
    """Ask the elder for more; they answer by changing the delegation, or do not.

    :raises Missing: :raises DelegationEnded: :raises AlreadyDifferent:
    """
    delegation = await queries.hold_delegation(delegation_id)
    if delegation is None or delegation["delegate"] != actor.person_id:
        raise Missing
    find = "SELECT * FROM scope_requests WHERE id = $1"
    if stored := await row(find, request_id):
        if stored["delegation"] != delegation_id:
            raise AlreadyDifferent
        represented = ScopeRequestDetail.of(stored)
        wire.check_same(wire.fingerprint(said), stored["fingerprint"], lambda: represented)
        return Kept(stored, first=False)
    if delegation["revoked_at"] is not None or delegation["valid_to"] < calendar.on(now):
        raise DelegationEnded
    scopes = sorted(set(said.scopes))
    await rows(ASK, request_id, delegation_id, scopes, actor.person_id, now, wire.fingerprint(said))
    publish(
        ScopesWereAsked(
            person_id=delegation["person"],
            subject_id=delegation_id,
            delegate_id=actor.person_id,
        )
    )
    audit.wrote(actor, "people.ask_scopes", person_id=delegation["person"], subject_id=request_id)
    made = await row(find, request_id)
    assert made is not None
    return Kept(made, first=True)


async def end_permissions(*, person_id: UUID, ended_by: UUID, now: datetime) -> None:
    """RC-08: end every delegation and guardianship of a person, in the caller's transaction."""
    on = calendar.on(now)
    for ended in await rows(END_ALL, person_id, now, ended_by, on):
        _tell_revoked(ended["id"], person_id, ended["delegate"])
    await rows(END_GUARDIANS, person_id, on)


def _check(said: DelegationFacts, person: Record, actor: Actor, now: datetime) -> None:
    if person["died_on"] is not None:
        raise Deceased
    if person["lacks_capacity"] and actor.role is not Role.GUARDIAN:
        raise NeedsGuardian
    if said.delegate_id == said.person_id:
        raise Malformed(field="delegate_id")
    today = calendar.on(now)
    if said.valid_to < max(said.valid_from, today):
        raise DelegationOver
    # RC-03: twelve months at most, from when it begins or was renewed.
    months = policy.whole(now, "rc.delegation_max_months")
    latest = months_later(max(said.valid_from, today), months)
    if said.valid_to > latest:
        raise DelegationTooLong(latest=latest, policy_version=policy.version(now))


async def _give(delegation_id: UUID, actor: Actor, said: DelegationFacts, now: datetime) -> None:
    await rows(
        GIVE,
        delegation_id,
        said.person_id,
        said.delegate_id,
        sorted(set(said.scopes)),
        sorted(set(said.sensitive_chapters)),
        said.valid_from,
        said.valid_to,
        actor.person_id,
        now,
        wire.fingerprint(said),
    )
    publish(
        DelegationGiven(
            person_id=said.person_id, subject_id=delegation_id, delegate_id=said.delegate_id
        )
    )


async def _change(delegation_id: UUID, actor: Actor, said: DelegationFacts, now: datetime) -> None:
    await rows(
        CHANGE,
        delegation_id,
        sorted(set(said.scopes)),
        sorted(set(said.sensitive_chapters)),
        said.valid_from,
        said.valid_to,
        actor.person_id,
        now,
        wire.fingerprint(said),
    )
    publish(
        DelegationChanged(
            person_id=said.person_id, subject_id=delegation_id, delegate_id=said.delegate_id
        )
    )


def _tell_revoked(delegation_id: UUID, person_id: UUID, delegate_id: UUID) -> None:
    publish(
        DelegationRevoked(person_id=person_id, subject_id=delegation_id, delegate_id=delegate_id)
    )


async def _delegation(delegation_id: UUID) -> Record:
    found = await queries.delegation(delegation_id)
    assert found is not None
    return found
