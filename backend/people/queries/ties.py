"""The one answer to "who may see whom": the care team, the delegations, the guardians."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from backend.core import calendar
from backend.core.access import Actor, Role
from backend.core.db import rows
from backend.core.problems import Missing
from backend.people.lifecycle import Scope, holds
from backend.people.problems import DelegationEnded, ScopeMissing, TieEnded

SELF = "self"
DELEGATION = "delegation"
GUARDIAN = "guardian"
SYSTEM = "system"

CARE_TEAM = """
SELECT why, (until_at IS NULL OR until_at > $4) AS is_live
  FROM care_team
 WHERE person = $1 AND member_id = ANY ($2::uuid[]) AND from_at <= $4
 ORDER BY is_live DESC, member_id = $3 DESC, from_at LIMIT 1
"""

DELEGATED = """
SELECT scopes, (revoked_at IS NULL AND valid_to >= $3) AS is_live
  FROM delegations WHERE person = $1 AND delegate = $2 AND valid_from <= $3
"""

GUARDED = """
SELECT (valid_to IS NULL OR valid_to >= $3) AS is_live
  FROM guardianships WHERE person = $1 AND guardian = $2 AND valid_from <= $3
 ORDER BY is_live DESC LIMIT 1
"""


async def tie(*, actor: Actor, person_id: UUID, now: datetime, scope: Scope | None = None) -> str:
    """The word of what lets the actor see this person, for the audit. One round trip at most.

    `scope` is what a relative needs; to the others it means nothing.

    :raises Missing: never tied :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    if actor.why is not None:
        return actor.why
    match actor.role:
        case Role.SYSTEM:
            return SYSTEM
        case Role.ELDER if actor.person_id == person_id:
            return SELF
        case Role.ELDER:
            raise Missing
        case Role.RELATIVE:
            return await _delegated(actor, person_id, scope, now)
        case Role.GUARDIAN:
            return await _guarded(actor, person_id, now)
    return await _cared_for(actor, person_id, now)


async def _cared_for(actor: Actor, person_id: UUID, now: datetime) -> str:
    members = [actor.person_id] + ([actor.organization_id] if actor.organization_id else [])
    found = await rows(CARE_TEAM, person_id, members, actor.person_id, now)
    if not found:
        raise Missing
    if not found[0]["is_live"]:
        raise TieEnded
    return str(found[0]["why"])


async def _delegated(actor: Actor, person_id: UUID, scope: Scope | None, now: datetime) -> str:
    found = await rows(DELEGATED, person_id, actor.person_id, calendar.on(now))
    if not found:
        raise Missing
    live = [each["scopes"] for each in found if each["is_live"]]
    if not live:
        raise DelegationEnded
    if scope is not None and not any(holds(scopes, scope) for scopes in live):
        raise ScopeMissing(scope=scope)
    return DELEGATION


async def _guarded(actor: Actor, person_id: UUID, now: datetime) -> str:
    found = await rows(GUARDED, person_id, actor.person_id, calendar.on(now))
    if not found:
        raise Missing
    if not found[0]["is_live"]:
        raise TieEnded
    return GUARDIAN


PARAMETERS = 6  # not policy: what `asker` gives and `tie_of` reads


def tie_of(*, person: str, at: int) -> str:
    """SQL text for the lists of other slices: the word of the tie to this column's person, or NULL.

    It reads the six parameters from `$at` on, which `asker()` gives:

        sql = f"SELECT v.id, {tie_of(person='v.person', at=1)} AS tie FROM visits v WHERE …"
        found = await rows(f"SELECT * FROM ({sql}) seen WHERE tie IS NOT NULL", *asker(…))
    """
    who, organization, role, scopes, now, today = (f"${at + n}" for n in range(PARAMETERS))
    return f"""CASE {role}::text
  WHEN 'SYSTEM' THEN '{SYSTEM}'
  WHEN 'ELDER' THEN CASE WHEN {person} = {who}::uuid THEN '{SELF}' END
  WHEN 'RELATIVE' THEN (
    SELECT '{DELEGATION}' FROM delegations tie
     WHERE tie.person = {person} AND tie.delegate = {who}::uuid AND tie.revoked_at IS NULL
       AND {today}::date BETWEEN tie.valid_from AND tie.valid_to
       AND ({scopes}::text[] IS NULL OR tie.scopes::text[] && {scopes}::text[]) LIMIT 1)
  WHEN 'GUARDIAN' THEN (
    SELECT '{GUARDIAN}' FROM guardianships tie
     WHERE tie.person = {person} AND tie.guardian = {who}::uuid
       AND {today}::date BETWEEN tie.valid_from AND coalesce(tie.valid_to, 'infinity') LIMIT 1)
  ELSE (
    SELECT tie.why FROM care_team tie
     WHERE tie.person = {person} AND tie.member_id IN ({who}::uuid, {organization}::uuid)
       AND tie.from_at <= {now}::timestamptz
       AND (tie.until_at IS NULL OR tie.until_at > {now}::timestamptz)
     ORDER BY tie.member_id = {who}::uuid DESC, tie.from_at LIMIT 1)
END"""  # noqa: S608 - text of our own


def asker(
    *, actor: Actor, now: datetime, scope: Scope | None = None
) -> tuple[UUID, UUID | None, str, list[Scope] | None, datetime, date]:
    """The six parameters of `tie_of`; `scope` is what a relative needs."""
    role = Role.SYSTEM if actor.why is not None else actor.role
    enough = [each for each in Scope if holds([each], scope)] if scope else None
    return actor.person_id, actor.organization_id, role.value, enough, now, calendar.on(now)


TIES = f"""
SELECT person, tie
  FROM (SELECT asked.person, {tie_of(person="asked.person", at=2)} AS tie
          FROM unnest($1::uuid[]) AS asked(person)) AS seen
 WHERE tie IS NOT NULL
"""  # noqa: S608 - text of our own


async def ties_of(
    *, actor: Actor, person_ids: Sequence[UUID], now: datetime, scope: Scope | None = None
) -> dict[UUID, str]:
    """Of these persons, those the actor may see, each with the word of the tie."""
    found = await rows(TIES, list(person_ids), *asker(actor=actor, now=now, scope=scope))
    return {each["person"]: each["tie"] for each in found}


SENSITIVE = """
SELECT DISTINCT unnest(sensitive_chapters) AS chapter FROM delegations
 WHERE person = $1 AND delegate = $2 AND revoked_at IS NULL
   AND $3 BETWEEN valid_from AND valid_to
"""


async def ticked_chapters(*, actor: Actor, person_id: UUID, now: datetime) -> frozenset[str] | None:
    """RC-03: the sensitive chapters a relative may read; None when the actor is not a relative."""
    if actor.role is not Role.RELATIVE:
        return None
    found = await rows(SENSITIVE, person_id, actor.person_id, calendar.on(now))
    return frozenset(each["chapter"] for each in found)
