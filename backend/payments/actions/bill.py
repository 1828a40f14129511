"""Bills: what was done and is verified becomes what is owed (HB-15)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend import policy
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.payments import queries
from backend.payments.actions.opening import open_payable
from backend.payments.events import PriceMissed
from backend.payments.lifecycle import billing
from backend.payments.lifecycle.billing import Done, Line, Minutes
from backend.payments.lifecycle.statuses import Kind
from backend.payments.lifecycle.tariffs import ROUNDS
from backend.payments.problems import NoTariff, NothingVerified

HOLD_PERSON = "SELECT 1 FROM persons WHERE id = $1 FOR NO KEY UPDATE"

WAIT = """
WITH noted AS (
  INSERT INTO missed_prices (id, organization, item, done_on, kind, subject_id, person, recorded_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (organization, item, kind, subject_id, person) DO NOTHING RETURNING id
)
SELECT EXISTS (SELECT 1 FROM noted) AND NOT EXISTS (
         SELECT 1 FROM missed_prices WHERE organization = $2 AND item = $3)
"""

WAIT_NO_MORE = """
DELETE FROM missed_prices
 WHERE organization = $1 AND kind = $2 AND subject_id = $3 AND person = $4
"""


@action
async def bill(
    *,
    kind: Kind,
    subject_id: UUID,
    person_id: UUID,
    organization_id: UUID,
    institution_id: UUID | None,
    is_outpatient: bool,
    done: Sequence[Done],
    actor: Actor,
    now: datetime,
    stock_until: datetime | None = None,
) -> UUID | None:
    """Open what somebody owes for what was done and is verified. Twice is once.

    None when there is nothing to charge, or no price: an organization without a price table bills
    nothing, and one that lacks a price is told (PriceMissed) and asked again when it has one.
    Holds the person: call it before a visit or anything else lower is held.

    :raises NothingVerified:
    """
    if not done:
        raise NothingVerified
    await rows(HOLD_PERSON, person_id)
    stored = await queries.bill_of(kind=kind, subject_id=subject_id, person_id=person_id)
    if stored is not None:
        return stored
    try:
        lines = await _lines(
            done,
            subject_id=subject_id,
            person_id=person_id,
            organization_id=organization_id,
            is_outpatient=is_outpatient,
        )
    except NoTariff as refused:
        await _wait_for_prices(
            refused.facts["items"],
            kind=kind,
            subject_id=subject_id,
            person_id=person_id,
            organization_id=organization_id,
            now=now,
        )
        return None
    await rows(WAIT_NO_MORE, organization_id, kind, subject_id, person_id)
    charged = await queries.charged([each.charge_key for each in lines])
    lines = [each for each in lines if each.charge_key not in charged]
    if not lines:
        return None
    return await open_payable(
        kind=kind,
        subject_id=subject_id,
        person_id=person_id,
        organization_id=organization_id,
        institution_id=institution_id,
        is_outpatient=is_outpatient,
        lines=lines,
        actor=actor,
        stock_until=stock_until,
        now=now,
    )


async def _wait_for_prices(
    missing: Any,
    *,
    kind: Kind,
    subject_id: UUID,
    person_id: UUID,
    organization_id: UUID,
    now: datetime,
) -> None:
    """Note what lacks a price; say so of an item that has not been waited for before."""
    if not await queries.has_tariffs(organization_id):
        return
    for item, on in missing.items():
        missed_id = uuid7()
        noted = organization_id, item, on, kind, subject_id, person_id, now
        (is_first,) = (await rows(WAIT, missed_id, *noted))[0]
        if is_first:
            publish(PriceMissed(subject_id=missed_id, organization_id=organization_id))


async def _lines(
    done: Sequence[Done],
    *,
    subject_id: UUID,
    person_id: UUID,
    organization_id: UUID,
    is_outpatient: bool,
) -> list[Line]:
    """:raises NoTariff:"""
    days = sorted({each.on for each in done if each.item in ROUNDS})
    ends = [each.until_at for each in done if each.until_at is not None]
    begins = min(each.from_at for each in done)
    taken: Sequence[Minutes] = ()
    if ends:
        taken = await queries.minutes_billed(
            person_id=person_id, from_at=begins, until_at=max(ends)
        )
    asked = {(each.item, each.on) for each in done}
    return billing.lines(
        billing.Bill(
            subject_id=subject_id,
            person_id=person_id,
            is_outpatient=is_outpatient,
            rounds_max=policy.whole(begins, "hb.rounds_billed_per_doctor_day"),
            rounds=await queries.rounds_billed(person_id=person_id, on=days) if days else (),
            taken=taken,
        ),
        done,
        await queries.prices_of(organization_id=organization_id, asked=asked),
    )
