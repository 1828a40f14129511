"""转介评估 (FB-08): before a planned move; after an emergency, which it changes nothing about."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from backend import policy
from backend.beds import queries as beds
from backend.beds.lifecycle.beds import OF_HOSPICE
from backend.core import crypto
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.core.wire import Kept, check_version, fingerprint
from backend.records import queries as records
from backend.records.lifecycle import news2
from backend.transfers import queries
from backend.transfers.actions import closing, moving, packing
from backend.transfers.actions.moving import Moving
from backend.transfers.events import TransferAssessed
from backend.transfers.lifecycle import Move
from backend.transfers.lifecycle.held import Assessed, Held
from backend.transfers.lifecycle.said import TransferForm
from backend.transfers.problems import NeedsConsent, NeedsTerminal

KEEP = """
INSERT INTO transfer_assessments (transfer, form, news2, author, role, client_time, happened_at,
                                  recorded_at, version, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)
ON CONFLICT (transfer) DO UPDATE
  SET form = excluded.form, news2 = excluded.news2, author = excluded.author,
      role = excluded.role, client_time = excluded.client_time,
      happened_at = excluded.happened_at, recorded_at = excluded.recorded_at,
      version = transfer_assessments.version + 1, fingerprint = excluded.fingerprint
"""


@action
async def assess(
    *, transfer_id: UUID, actor: Actor, said: TransferForm, if_match: str | None, now: datetime
) -> Kept[Assessed]:
    """Assess, or correct the assessment (with `If-Match`) until somebody was asked.

    After an emergency it is filled in afterwards; a package that had left is followed by another.

    :raises Missing: :raises TieEnded: :raises NeedsTerminal: :raises NeedsConsent:
    :raises NeedsVersion: :raises Stale: :raises CannotMove:
    """
    step = await moving.moving(transfer_id, actor=actor, said=said, now=now)
    digest = fingerprint(said)
    stored = await queries.assessment(transfer_id)
    if stored is not None:
        if stored.fingerprint == digest:
            return Kept(stored, first=False)
        check_version(if_match, stored.version)
    await _check(step.held, said, now=now)
    held, _ = await moving.write(
        step,
        Move.ASSESSMENT,
        move_id=uuid7(),
        fingerprint=digest,
        sets={"consent_id": said.consent_id or step.held.consent_id},
    )
    await _keep(step, said, digest, now=now)
    publish(TransferAssessed(subject_id=transfer_id, person_id=held.person))
    if held.is_emergency and await queries.is_sealed(transfer_id):
        held = await packing.pack(held, actor=actor, now=now)
    await closing.close_when_whole(held, actor=actor, now=now)
    kept = await queries.assessment(transfer_id)
    assert kept is not None
    return Kept(kept, first=stored is None)


async def _keep(step: Moving, said: TransferForm, digest: bytes, *, now: datetime) -> None:
    scored = await _news2(said, person_id=step.held.person, now=now)
    label = "transfer_assessments"
    await rows(
        KEEP,
        step.held.id,
        crypto.seal(msgspec.json.encode(said).decode(), f"{label}.form"),
        crypto.seal(msgspec.json.encode(scored).decode(), f"{label}.news2") if scored else None,
        step.actor.person_id,
        step.actor.role.value,
        step.times.client_time,
        step.times.happened_at,
        step.times.recorded_at,
        digest,
    )


async def _check(held: Held, said: TransferForm, *, now: datetime) -> None:
    if held.to_bed in OF_HOSPICE:
        # FB-09: a doctor's word, and not longer than the months of the policy.
        word = said.terminal
        if word is None or not await beds.is_terminal(word, now=now):
            months_max = policy.whole(now, "fb.hospice_expected_survival_months")
            raise NeedsTerminal(months_max=months_max)
    if said.consent_id is not None:
        await check_consent(held, said.consent_id, now=now)


def purpose(held: Held) -> str:
    """What has to be consented to."""
    return "hospice" if held.to_bed in OF_HOSPICE else "transfer"


async def check_consent(held: Held, consent_id: UUID | None, *, now: datetime) -> None:
    """RC-02, FB-09: voluntary, informed, by the person or the guardian, and still standing.

    :raises NeedsConsent:
    """
    if not await queries.is_consented(
        consent_id=consent_id, person_id=held.person, purposes=(purpose(held),), now=now
    ):
        raise NeedsConsent(purpose=purpose(held))


async def _news2(said: TransferForm, *, person_id: UUID, now: datetime) -> Any:
    """EM-01: computed when all seven inputs are there."""
    vitals = said.vitals
    seven = (vitals.resp, vitals.spo2, vitals.o2_flow, vitals.sbp, vitals.pulse, vitals.temp)
    resp, spo2, o2_flow, sbp, pulse, temp = seven
    if (
        resp is None
        or spo2 is None
        or o2_flow is None
        or sbp is None
        or pulse is None
        or temp is None
    ):
        return None
    return news2.score(
        news2.Readings(
            resp=_exact(resp),
            spo2=_exact(spo2),
            o2_flow=_exact(o2_flow),
            sbp=_exact(sbp),
            pulse=_exact(pulse),
            avpu=said.consciousness,
            temp=_exact(temp),
        ),
        scale2_ordered=await records.has_saturation_target(person_id=person_id, at=now),
        thresholds=news2.Thresholds(
            high_min=policy.whole(now, "em.news2_emergency"),
            medium_min=policy.whole(now, "em.news2_urgent"),
            single_min=policy.whole(now, "em.news2_single_urgent"),
        ),
    )


def _exact(measured: float) -> Decimal:
    return Decimal(str(measured))
