"""药品目录: what an in-house unit stocks (IM-09)."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, wire
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.problems import CannotMove, Missing
from backend.core.wire import Kept
from backend.people import queries
from backend.people.actions.facts import FormularyFacts
from backend.people.lifecycle import UnitStatus
from backend.people.problems import UnknownDrug
from backend.policy import terminology

KEEP = """
INSERT INTO unit_formularies (unit, drug_ids, kept_by, kept_at, version, fingerprint)
VALUES ($1, $2, $3, $4, 1, $5)
ON CONFLICT (unit) DO UPDATE
  SET drug_ids = excluded.drug_ids, kept_by = excluded.kept_by, kept_at = excluded.kept_at,
      version = unit_formularies.version + 1, fingerprint = excluded.fingerprint
"""


@action
async def keep_formulary(
    *,
    unit_id: UUID,
    actor: Actor,
    said: FormularyFacts,
    if_match: str | None = None,
    now: datetime,
) -> Kept[Record]:
    """Say what the unit stocks, all of it. What is missing is a hint, and refuses nothing.

    :raises Missing: :raises UnknownDrug: :raises CannotMove: :raises NeedsVersion: :raises Stale:
    """
    unit = await queries.hold_unit(unit_id, now=now)
    if unit is None or unit["organization"] != actor.organization_id:
        raise Missing
    stored = await queries.formulary(unit_id)
    digest = wire.fingerprint(said)
    if stored is not None:
        if stored["fingerprint"] == digest:
            return Kept(stored, first=False)
        wire.check_version(if_match, stored["version"])
    if unit["status"] == UnitStatus.CLOSED:
        raise CannotMove(status=unit["status"])
    if unknown := set(said.drug_ids) - terminology.drugs().keys():
        raise UnknownDrug(drug_ids=sorted(unknown))
    await rows(KEEP, unit_id, sorted(set(said.drug_ids)), actor.person_id, now, digest)
    audit.wrote(actor, "people.formulary", subject_id=unit_id)
    kept = await queries.formulary(unit_id)
    assert kept is not None
    return Kept(kept, first=stored is None)
