"""病历资料包 (FB-05): the record as it stands goes along, sealed."""

import hashlib
from datetime import datetime
from uuid import UUID

import msgspec

from backend.core import crypto
from backend.core.access import Actor
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.transfers import queries
from backend.transfers.actions import moving
from backend.transfers.events import TransferPackageSealed
from backend.transfers.lifecycle import Move
from backend.transfers.lifecycle.held import Held

SEAL = """
INSERT INTO transfer_packages (id, transfer, number, content, hash, sealed_by, sealed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def pack(held: Held, *, actor: Actor, now: datetime) -> Held:
    """Seal the record of a held transfer as it stands; one that went before stays as it is."""
    record = await queries.record_of(transfer_id=held.id, person_id=held.person, now=now)
    content = msgspec.json.encode(record, order="deterministic")
    digest = hashlib.sha256(content).digest()
    package_id = uuid7()
    await rows(
        SEAL,
        package_id,
        held.id,
        await _next_number(held.id),
        crypto.seal(content.decode(), "transfer_packages.content"),
        digest,
        actor.person_id,
        now,
    )
    held, _ = await moving.write(
        moving.by_itself(held, actor=actor, now=now),
        Move.PACKAGE,
        move_id=package_id,
        fingerprint=digest,
        said={"hash": digest.hex()},
    )
    publish(TransferPackageSealed(subject_id=held.id, person_id=held.person))
    return held


async def _next_number(transfer_id: UUID) -> int:
    before = await value(
        "SELECT count(*)::int FROM transfer_packages WHERE transfer = $1", transfer_id
    )
    return int(before) + 1
