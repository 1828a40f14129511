"""Who is whose kin, and who decides for whom (RC-04)."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, wire
from backend.core.access import Actor, Role
from backend.core.db import action, row, rows
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Malformed, Missing
from backend.core.wire import Kept
from backend.people import queries
from backend.people.actions.facts import GuardianshipFacts, KinshipFacts
from backend.people.events import GuardianRecorded
from backend.people.problems import DelegationOver
from backend.people.queries.existence import check_persons

KIN = """
INSERT INTO kinships (id, person, relative, relation, is_emergency_contact, version, fingerprint,
                      recorded_at)
VALUES ($1, $2, $3, $4, $5, 1, $6, $7) ON CONFLICT DO NOTHING RETURNING id
"""

CHANGE_KIN = """
UPDATE kinships SET relation = $2, is_emergency_contact = $3, version = version + 1,
       fingerprint = $4 WHERE id = $1
"""

GUARD = """
INSERT INTO guardianships (id, person, guardian, basis, proof_id, valid_from, valid_to,
                           recorded_by, recorded_at, version, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10)
"""

CHANGE_GUARD = """
UPDATE guardianships SET basis = $2, proof_id = $3, valid_from = $4, valid_to = $5,
       recorded_by = $6, recorded_at = $7, version = version + 1, fingerprint = $8 WHERE id = $1
"""


@action
async def record_kinship(
    *,
    kinship_id: UUID,
    actor: Actor,
    said: KinshipFacts,
    if_match: str | None = None,
    now: datetime,
) -> Kept[Record]:
    """Note who is whose what, and whom to call in an emergency. It lets nobody see anything.

    :raises Missing: :raises TieEnded: :raises NeedsVersion: :raises Stale:
    :raises AlreadyDifferent:
    """
    await queries.hold_person(said.person_id)
    tie = await queries.tie(actor=actor, person_id=said.person_id, now=now)
    stored = await queries.kinship(kinship_id=kinship_id)
    if stored is not None:
        if (stored["person"], stored["relative"]) != (said.person_id, said.relative_id):
            raise AlreadyDifferent
        if wire.fingerprint(said) == stored["fingerprint"]:
            return Kept(stored, first=False)
        wire.check_version(if_match, stored["version"])
        await rows(
            CHANGE_KIN, kinship_id, said.relation, said.is_emergency_contact, wire.fingerprint(said)
        )
    else:
        await _keep_kinship(kinship_id, said, now)
    for whose, word in ((said.person_id, tie), (said.relative_id, queries.KIN)):
        audit.wrote(actor, "people.kinship", person_id=whose, subject_id=kinship_id, tie=word)
    kept = await queries.kinship(kinship_id=kinship_id)
    assert kept is not None
    return Kept(kept, first=stored is None)


async def _keep_kinship(kinship_id: UUID, said: KinshipFacts, now: datetime) -> None:
    if not is_uuid7(kinship_id):
        raise Malformed(field="kinship_id")
    if said.relative_id == said.person_id:
        raise Malformed(field="relative_id")
    await check_persons(relative_id=said.relative_id)
    made = await row(
        KIN,
        kinship_id,
        said.person_id,
        said.relative_id,
        said.relation,
        said.is_emergency_contact,
        wire.fingerprint(said),
        now,
    )
    if made is None:  # these two are kin already, under another id
        find = "SELECT id, version FROM kinships WHERE person = $1 AND relative = $2"
        raise AlreadyDifferent(stored=dict(await row(find, said.person_id, said.relative_id) or {}))


@action
async def record_guardian(
    *,
    guardianship_id: UUID,
    actor: Actor,
    said: GuardianshipFacts,
    if_match: str | None = None,
    now: datetime,
) -> Kept[Record]:
    """Record by which proof somebody decides for a person without capacity (RC-04).

    :raises Missing: :raises TieEnded: :raises NeedsVersion: :raises Stale:
    :raises AlreadyDifferent:
    """
    if actor.role is not Role.CHC_ADMIN and actor.role is not Role.SYSTEM:
        raise Missing
    await queries.hold_person(said.person_id)
    tie = await queries.tie(actor=actor, person_id=said.person_id, now=now)
    stored = await queries.guardianship(guardianship_id)
    if said.valid_to is not None and said.valid_to < said.valid_from:
        raise DelegationOver
    if stored is not None:
        if (stored["person"], stored["guardian"]) != (said.person_id, said.guardian_id):
            raise AlreadyDifferent
        if wire.fingerprint(said) == stored["fingerprint"]:
            return Kept(stored, first=False)
        wire.check_version(if_match, stored["version"])
        await rows(CHANGE_GUARD, guardianship_id, *_guardianship(said, actor, now))
    else:
        await _keep_guardian(guardianship_id, actor, said, now)
    audit.wrote(
        actor, "people.guardian", person_id=said.person_id, subject_id=guardianship_id, tie=tie
    )
    publish(
        GuardianRecorded(
            person_id=said.person_id, subject_id=guardianship_id, guardian_id=said.guardian_id
        )
    )
    kept = await queries.guardianship(guardianship_id)
    assert kept is not None
    return Kept(kept, first=stored is None)


async def _keep_guardian(
    guardianship_id: UUID, actor: Actor, said: GuardianshipFacts, now: datetime
) -> None:
    if not is_uuid7(guardianship_id):
        raise Malformed(field="guardianship_id")
    if said.guardian_id == said.person_id:
        raise Malformed(field="guardian_id")
    await check_persons(guardian_id=said.guardian_id)
    await rows(
        GUARD, guardianship_id, said.person_id, said.guardian_id, *_guardianship(said, actor, now)
    )


def _guardianship(said: GuardianshipFacts, actor: Actor, now: datetime) -> tuple[object, ...]:
    return (
        said.basis,
        said.proof_id,
        said.valid_from,
        said.valid_to,
        actor.person_id,
        now,
        wire.fingerprint(said),
    )
