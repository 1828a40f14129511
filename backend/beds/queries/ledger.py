"""The ledger of beds: where somebody is, and where they were."""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.beds.lifecycle import BedKind, Layer, Stay
from backend.core import audit
from backend.core.access import Actor
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.people import queries as people
from backend.people.lifecycle import Scope

STAY = """
SELECT id, person AS person_id, kind, layer, organization AS organization_id,
       address AS address_id, bed_no, from_at, until_at, held_until, because_id
  FROM bed_stays
"""
LEDGER = f"{STAY} WHERE person = $1 ORDER BY from_at, id"
CURRENT = f"{STAY} WHERE person = $1 AND until_at IS NULL ORDER BY from_at, id"

BEDS = """
SELECT s.id, s.person, s.kind, s.layer, s.organization, s.address, s.bed_no, s.from_at, s.until_at,
       s.held_until, s.because_id, house.name AS organization_name,
       s.layer = 'overlay' AND s.until_at IS NULL
         AND (EXISTS (SELECT FROM bed_stays w WHERE w.person = s.person AND w.layer = 'inpatient'
                         AND w.until_at IS NULL)
              OR EXISTS (SELECT FROM home_sickbeds h
                          WHERE h.stay_id = s.id AND h.status = 'SUSPENDED')) AS is_suspended
  FROM bed_stays s LEFT JOIN organizations house ON house.id = s.organization
"""
BEDS_OF = f"{BEDS} WHERE s.person = $1 ORDER BY s.from_at DESC, s.id DESC"

HOLD_PERSON = """
SELECT id, residence, bed, address, center, died_on FROM persons WHERE id = $1 FOR NO KEY UPDATE
"""


def stay_of(found: Any) -> Stay:
    return Stay(**{**found, "kind": BedKind(found["kind"]), "layer": Layer(found["layer"])})


async def hold_person(person_id: UUID) -> Any:
    """Lock the person, before any of their beds.

    :raises Missing:
    """
    found = await row(HOLD_PERSON, person_id)
    if found is None:
        raise Missing
    return found


async def ledger(person_id: UUID) -> list[Stay]:
    """Every stay, the oldest first; for slices that have asked who is asking."""
    return [stay_of(each) for each in await rows(LEDGER, person_id)]


async def current(person_id: UUID) -> dict[Layer, Stay]:
    """Where somebody is now, by layer; for slices that have asked who is asking."""
    return {each.layer: each for each in map(stay_of, await rows(CURRENT, person_id))}


async def beds_of(*, person_id: UUID, actor: Actor, now: datetime) -> list[Any]:
    """The ledger for a reader, the newest first. The read is noted.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    tie = await people.tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_SUMMARY)
    found = await rows(BEDS_OF, person_id)
    await audit.seen(actor, "beds.ledger", persons=[person_id], ties=[tie])
    return found


async def stay(stay_id: UUID) -> Any | None:
    """The row as it is stored, with both fingerprints."""
    return await row("SELECT * FROM bed_stays WHERE id = $1", stay_id)


async def see_stay(*, stay_id: UUID, actor: Actor, now: datetime) -> Any:
    """One stay. The read is noted.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    found = await row(f"{BEDS} WHERE s.id = $1", stay_id)
    if found is None:
        raise Missing
    person_id = found["person"]
    tie = await people.tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_SUMMARY)
    await audit.seen(actor, "beds.stay", persons=[person_id], ties=[tie], subject_id=stay_id)
    return found


async def masked_name(organization_id: UUID | None) -> str | None:
    """Enough to know one's own house by."""
    name = await value("SELECT name FROM organizations WHERE id = $1", organization_id)
    return f"{name[:2]}***" if name else None


PLACE = """
SELECT coalesce(s.kind, CASE WHEN p.residence IS NULL THEN 'OWN_HOME' ELSE 'INSTITUTION' END)
         AS kind,
       CASE WHEN s.id IS NULL THEN p.residence ELSE s.organization END AS organization,
       coalesce(s.address, p.address) AS address
  FROM persons p
  LEFT JOIN bed_stays s ON s.person = p.id AND s.layer = 'place' AND s.until_at IS NULL
 WHERE p.id = $1
"""


async def place_of(person_id: UUID) -> tuple[str, UUID | None, UUID | None]:
    """Where somebody lives: kind, whose bed, behind which door."""
    found = await row(PLACE, person_id)
    assert found is not None
    return found["kind"], found["organization"], found["address"]
