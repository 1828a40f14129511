"""Consent for a named purpose, by the elder or a guardian; staff only witness (RC-02)."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, times, wire
from backend.core.access import FAMILY, Actor
from backend.core.db import action, rows
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Malformed, Missing
from backend.core.wire import Kept
from backend.people import queries
from backend.people.actions.facts import ConsentFacts
from backend.people.events import ConsentGiven, ConsentWithdrawn
from backend.people.lifecycle import ConsentMethod
from backend.people.problems import (
    ConsentNotTheirs,
    Deceased,
    NeedsGuardian,
    NeedsWitness,
    OnlyAsWitness,
)
from backend.people.schemas.consents import ConsentDetail

GIVE = """
INSERT INTO consents (id, person, purpose, items, text_version, given_by, method, witness_id,
                      evidence_id, witness_photo_id, client_time, happened_at, recorded_at,
                      fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""

WITHDRAW = "UPDATE consents SET withdrawn_at = $2, withdrawn_by = $3 WHERE id = $1"


@action
async def consent(
    *, consent_id: UUID, actor: Actor, said: ConsentFacts, now: datetime
) -> Kept[Record]:
    """Keep a consent as it was given.

    :raises Missing: :raises TieEnded: :raises AlreadyDifferent: :raises OnlyAsWitness:
    :raises ConsentNotTheirs: :raises NeedsWitness: :raises NeedsGuardian: :raises Deceased:
    """
    person = await queries.hold_person(said.person_id)
    tie = await queries.tie(actor=actor, person_id=said.person_id, now=now)
    if stored := await queries.consent(consent_id):
        if stored["person"] != said.person_id:
            raise AlreadyDifferent
        wire.check_same(
            wire.fingerprint(said), stored["fingerprint"], lambda: ConsentDetail.of(stored)
        )
        return Kept(stored, first=False)
    if not is_uuid7(consent_id):
        raise Malformed(field="consent_id")
    assert person is not None
    await _check(said, person, actor, now)
    when = await times.of(device_id=actor.device_id, client_time=said.client_time, now=now)
    await rows(
        GIVE,
        consent_id,
        said.person_id,
        said.purpose,
        sorted(set(said.items)),
        said.text_version,
        said.given_by,
        said.method,
        None if actor.role in FAMILY else actor.person_id,
        said.evidence_id,
        said.witness_photo_id,
        when.client_time,
        when.happened_at,
        when.recorded_at,
        wire.fingerprint(said),
    )
    publish(ConsentGiven(person_id=said.person_id, subject_id=consent_id))
    audit.wrote(actor, "people.consent", person_id=said.person_id, subject_id=consent_id, tie=tie)
    return Kept(await _consent(consent_id), first=True)


@action
async def withdraw_consent(*, consent_id: UUID, actor: Actor, now: datetime) -> Kept[Record]:
    """Take a consent back: it stops at once. Twice is once.

    :raises Missing: :raises TieEnded:
    """
    stored = await queries.hold_consent(consent_id)
    if stored is None:
        raise Missing
    tie = await queries.speaks_for(actor=actor, person_id=stored["person"], now=now)
    if stored["withdrawn_at"] is not None:
        return Kept(stored, first=False)
    await rows(WITHDRAW, consent_id, now, actor.person_id)
    publish(ConsentWithdrawn(person_id=stored["person"], subject_id=consent_id))
    audit.wrote(
        actor, "people.withdraw", person_id=stored["person"], subject_id=consent_id, tie=tie
    )
    return Kept(await _consent(consent_id), first=True)


async def _check(said: ConsentFacts, person: Record, actor: Actor, now: datetime) -> None:
    if person["died_on"] is not None:
        raise Deceased
    _check_witness(said, actor)
    if await queries.is_guardian(guardian_id=said.given_by, person_id=said.person_id, now=now):
        return
    if said.given_by != said.person_id:
        raise ConsentNotTheirs
    if person["lacks_capacity"]:
        raise NeedsGuardian


def _check_witness(said: ConsentFacts, actor: Actor) -> None:
    if actor.role in FAMILY:
        if said.given_by != actor.person_id:
            raise ConsentNotTheirs
    elif said.given_by == actor.person_id:
        raise OnlyAsWitness(field="given_by")
    elif said.evidence_id is None:
        # RC-02: a witness shows the signature, the paper or the recording.
        raise OnlyAsWitness(field="evidence_id")
    if said.method is ConsentMethod.FINGERPRINT:
        # Whoever cannot write proves it with somebody beside: the page, and who was there.
        if actor.role in FAMILY:
            raise NeedsWitness(field="witness_id")
        if said.witness_photo_id is None:
            raise NeedsWitness(field="witness_photo_id")


async def _consent(consent_id: UUID) -> Record:
    found = await queries.consent(consent_id)
    assert found is not None
    return found
