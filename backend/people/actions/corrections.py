"""A wrong pin or room: said by who stood at the door, decided by somebody else."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, crypto, wire
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Forbidden, Malformed, Missing
from backend.core.wire import Kept
from backend.people import policies, queries
from backend.people.actions.facts import CorrectionDecision, CorrectionFacts
from backend.people.events import (
    AddressCorrected,
    AddressCorrectionAsked,
    AddressCorrectionRejected,
)
from backend.people.lifecycle import CorrectionStatus
from backend.people.schemas.corrections import CorrectionDetail

ASK = """
INSERT INTO address_corrections (id, address, line, room, lat, lon, datum, reason, asked_by,
  organization_id, asked_at, status, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12)
"""

DECIDE = """
UPDATE address_corrections SET status = $2, decided_by = $3, decided_at = $4,
       decision_fingerprint = $5 WHERE id = $1
"""

CORRECT = """
UPDATE addresses a SET line = coalesce(c.line, a.line), room = coalesce(c.room, a.room),
       lat = coalesce(c.lat, a.lat), lon = coalesce(c.lon, a.lon),
       datum = coalesce(c.datum, a.datum), version = a.version + 1
  FROM address_corrections c WHERE c.id = $1 AND a.id = c.address
"""


@action
async def ask_correction(
    *,
    address_id: UUID,
    correction_id: UUID,
    actor: Actor,
    said: CorrectionFacts,
    now: datetime,
) -> Kept[Record]:
    """Say what is wrong with a door. It changes once somebody else approves.

    :raises Missing: :raises Malformed: nothing is said to be wrong :raises AlreadyDifferent:
    """
    if not await queries.knows_door(actor=actor, address_id=address_id):
        raise Missing
    if stored := await queries.correction(correction_id):
        if (stored["address"], stored["asked_by"]) != (address_id, actor.person_id):
            raise AlreadyDifferent
        wire.check_same(
            wire.fingerprint(said), stored["fingerprint"], lambda: CorrectionDetail.of(stored)
        )
        return Kept(stored, first=False)
    if not is_uuid7(correction_id):
        raise Malformed(field="correction_id")
    if said.line is None and said.room is None and said.point is None:
        raise Malformed(fields=["line", "point", "room"])
    await rows(
        ASK,
        correction_id,
        address_id,
        # The labels are those of the address: an approved value is taken over as it is sealed.
        crypto.seal(said.line, "addresses.line") if said.line else None,
        crypto.seal(said.room, "addresses.room") if said.room else None,
        said.point.lat if said.point else None,
        said.point.lon if said.point else None,
        said.point.datum if said.point else None,
        crypto.seal(said.reason, "address_corrections.reason"),
        actor.person_id,
        actor.organization_id,
        now,
        wire.fingerprint(said),
    )
    publish(AddressCorrectionAsked(subject_id=correction_id, address_id=address_id))
    for person_id in await queries.behind(address_id):
        audit.wrote(actor, "people.correct_address", person_id=person_id, subject_id=correction_id)
    return Kept(await _correction(correction_id), first=True)


@action
async def decide_correction(
    *,
    address_id: UUID,
    correction_id: UUID,
    actor: Actor,
    said: CorrectionDecision,
    now: datetime,
) -> Kept[Record]:
    """Approve a correction, and the door changes; or reject it. Never one's own.

    :raises Missing: :raises Forbidden: :raises AlreadyDifferent:
    """
    await rows("SELECT 1 FROM addresses WHERE id = $1 FOR NO KEY UPDATE", address_id)
    stored = await queries.correction(correction_id)
    if stored is None or stored["address"] != address_id:
        raise Missing
    if not await queries.is_to_decide(actor=actor, correction_id=correction_id, now=now):
        raise Missing
    if not policies.may_decide_correction(actor, stored):
        raise Forbidden
    if stored["status"] != CorrectionStatus.OPEN:
        if wire.fingerprint(said) != stored["decision_fingerprint"]:
            raise AlreadyDifferent(stored=CorrectionDetail.of(stored))
        return Kept(stored, first=False)
    status = CorrectionStatus.APPROVED if said.is_approved else CorrectionStatus.REJECTED
    await rows(DECIDE, correction_id, status, actor.person_id, now, wire.fingerprint(said))
    if said.is_approved:
        await rows(CORRECT, correction_id)
        publish(AddressCorrected(subject_id=correction_id, address_id=address_id))
    else:
        publish(AddressCorrectionRejected(subject_id=correction_id, address_id=address_id))
    for person_id in await queries.behind(address_id):
        audit.wrote(
            actor, "people.decide_correction", person_id=person_id, subject_id=correction_id
        )
    return Kept(await _correction(correction_id), first=True)


async def _correction(correction_id: UUID) -> Record:
    found = await queries.correction(correction_id)
    assert found is not None
    return found
