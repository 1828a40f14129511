"""Drafting a transfer: who moves, to which kind of bed, and why."""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend import policy
from backend.beds import queries as beds
from backend.beds.lifecycle import BedKind, Layer, Stay, check_way
from backend.core import audit, crypto, jobs
from backend.core.access import Actor
from backend.core.db import action, row, rows
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, CannotMove, Forbidden
from backend.core.wire import Kept, check_version, fingerprint
from backend.people import queries as people
from backend.transfers import policies, queries
from backend.transfers.events import TransferDrafted
from backend.transfers.lifecycle import Status, check_reason, deadlines
from backend.transfers.lifecycle.said import TransferDraft
from backend.transfers.problems import NobodyToMove

INSERT = """
INSERT INTO transfers (id, person, from_organization, from_bed, from_stay_id, to_bed,
                       to_organization, emergency_id, reason_code, urgency, reason, transport,
                       status, due_at, drafted_by, policy_version, version, fingerprint,
                       recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1, $17, $18)
"""

REPLACE = """
UPDATE transfers SET from_bed = $2, from_stay_id = $3, to_bed = $4, reason_code = $5, urgency = $6,
       reason = $7, fingerprint = $8, version = version + 1
 WHERE id = $1
"""


@action
async def draft(
    *, transfer_id: UUID, actor: Actor, said: TransferDraft, if_match: str | None, now: datetime
) -> Kept[UUID]:
    """Draft a transfer, or change a draft (with `If-Match`). The same again is the same draft.

    :raises Missing: :raises TieEnded: :raises WrongTarget: :raises NoWay: :raises NobodyToMove:
    :raises AlreadyDifferent: :raises Stale: :raises NeedsVersion: :raises CannotMove:
    """
    person = await beds.hold_person(said.person_id)
    tie = await people.tie(actor=actor, person_id=said.person_id, now=now)
    digest = fingerprint(said)
    stored = await row("SELECT person FROM transfers WHERE id = $1", transfer_id)
    if stored is not None:
        return await _change(
            transfer_id, actor, said, tie, digest=digest, if_match=if_match, now=now
        )
    if person["died_on"] is not None:
        raise NobodyToMove
    stay, from_bed = await _check(said)
    due_at = deadlines.assess_by(now)
    await rows(
        INSERT,
        transfer_id,
        said.person_id,
        actor.organization_id,
        from_bed,
        stay.id if stay else None,
        said.to_bed,
        None,
        None,
        said.reason_code,
        said.urgency,
        _sealed(said),
        None,
        Status.DRAFT.value,
        due_at,
        actor.person_id,
        policy.version(now),
        digest,
        now,
    )
    jobs.enqueue(
        "look_for_transfer_assessment",
        key=str(transfer_id),
        due_at=due_at,
        transfer_id=transfer_id,
    )
    publish(TransferDrafted(subject_id=transfer_id, person_id=said.person_id))
    audit.wrote(actor, "transfers.draft", person_id=said.person_id, subject_id=transfer_id, tie=tie)
    return Kept(transfer_id, first=True)


async def _change(
    transfer_id: UUID,
    actor: Actor,
    said: TransferDraft,
    tie: str,
    *,
    digest: bytes,
    if_match: str | None,
    now: datetime,
) -> Kept[UUID]:
    held = await queries.hold(transfer_id)
    if held.person != said.person_id:
        raise AlreadyDifferent
    del now
    if held.fingerprint == digest:
        return Kept(transfer_id, first=False)
    if not policies.may_draft(actor, held):
        raise Forbidden
    check_version(if_match, held.version)
    if held.status is not Status.DRAFT:
        raise CannotMove(status=held.status)
    stay, from_bed = await _check(said)
    await rows(
        REPLACE,
        transfer_id,
        from_bed,
        stay.id if stay else None,
        said.to_bed,
        said.reason_code,
        said.urgency,
        _sealed(said),
        digest,
    )
    audit.wrote(actor, "transfers.draft", person_id=said.person_id, subject_id=transfer_id, tie=tie)
    return Kept(transfer_id, first=False)


async def _check(said: TransferDraft) -> tuple[Stay | None, BedKind | None]:
    """The stay that will be left, and the bed it is left from, an overlay before its place."""
    check_reason(said.reason_code, said.to_bed)
    current = await beds.current(said.person_id)
    check_way([each.kind for each in current.values()], said.to_bed)
    return leaves(current), from_which(current)


def leaves(current: dict[Layer, Stay]) -> Stay | None:
    """The ward that somebody lies in, or the place they live in."""
    return current.get(Layer.INPATIENT) or current.get(Layer.PLACE)


def from_which(current: dict[Layer, Stay]) -> BedKind | None:
    for layer in (Layer.INPATIENT, Layer.OVERLAY, Layer.PLACE):
        if layer in current:
            return current[layer].kind
    return None


def _sealed(said: TransferDraft) -> Any:
    return crypto.seal(said.reason, "transfers.reason") if said.reason else None
