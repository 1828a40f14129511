"""Lock one visit, together with everything its next move must know: one round trip."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.core.access import Actor
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.core.times import Times, corrected, handshake_of
from backend.policy import terminology
from backend.visits.lifecycle import Finding, Move, Status
from backend.visits.lifecycle.held import Held, Made

HELD = """
SELECT v.id, v.kind, v.person, v.organization, v.place_kind, v.institution, v.address,
       v.planned_start, v.planned_end, v.status, v.needs_two, v.version, v.fingerprint,
       coalesce(door.lat, house.lat) AS lat, coalesce(door.lon, house.lon) AS lon,
       coalesce(door.datum, 'wgs84') AS datum,
       mine.id IS NOT NULL AS was_assigned,
       mine.id IS NOT NULL AND coalesce(mine.until_at > said.at, mine.until_at IS NULL)
         AS is_assigned,
       mine.id IS NOT NULL AND mine.until_at IS NULL AS is_going,
       CASE WHEN v.needs_two THEN (SELECT count(*)::int FROM visit_assignments
                                    WHERE visit = v.id AND until_at IS NULL) ELSE 1 END AS going,
       made.fingerprint AS made, shaken.at AS skew_at, shaken.skew_s,
"""

FROM = """
  FROM visits v
  LEFT JOIN addresses door ON door.id = v.address
  LEFT JOIN organizations house ON house.id = v.institution
  LEFT JOIN LATERAL (
    SELECT id, until_at FROM visit_assignments
     WHERE visit = v.id AND staff = $2 ORDER BY until_at DESC NULLS FIRST LIMIT 1) mine ON true
  LEFT JOIN visit_moves made ON made.visit = v.id AND made.move = $3 AND made.made_by = $2
  LEFT JOIN LATERAL (
    SELECT at, skew_s FROM device_handshakes
     WHERE device_id = $4 AND at + make_interval(secs => skew_s) <= $5
     ORDER BY at DESC LIMIT 1) shaken ON true
  CROSS JOIN LATERAL (
    SELECT $5::timestamptz - make_interval(secs => coalesce(shaken.skew_s, 0)) AS at) said
"""

BEGAN = """
  LEFT JOIN visit_moves began
         ON began.visit = v.id AND began.move = 'check_in' AND began.made_by = $2
"""

BEFORE = """
  LEFT JOIN LATERAL (
    SELECT p.happened_at, p.lat, p.lon, p.datum, p.visit, other.institution,
           m.move = 'check_in' AND NOT EXISTS (
             SELECT 1 FROM visit_moves left_it
              WHERE left_it.visit = p.visit AND left_it.happened_at <= said.at
                AND (left_it.move = 'abort' OR left_it.made_by = $2
                     AND left_it.move IN ('check_out', 'refusal'))) AS is_open
      FROM visit_proofs p JOIN visits other ON other.id = p.visit
      JOIN visit_moves m ON m.id = p.move
     WHERE p.staff = $2 AND p.visit <> v.id AND p.happened_at <= said.at
     ORDER BY p.happened_at DESC LIMIT 1) seen ON true
"""

MEANWHILE = """
  LEFT JOIN LATERAL (
    SELECT p.visit
      FROM visit_proofs p JOIN visits other ON other.id = p.visit
      JOIN visit_moves m ON m.id = p.move
     WHERE p.staff = $2 AND p.visit <> v.id AND m.move = 'check_in'
       AND p.happened_at > began.happened_at AND p.happened_at < said.at
       AND (other.institution = v.institution) IS NOT TRUE AND 'OVERLAP' <> ALL (m.findings)
     LIMIT 1) meanwhile ON true
"""

SEEN_BEFORE = """
CASE WHEN seen.happened_at IS NULL THEN NULL ELSE
  json_build_object('at', seen.happened_at, 'lat', seen.lat, 'lon', seen.lon,
    'datum', seen.datum, 'visit', seen.visit, 'institution', seen.institution,
    'is_open', seen.is_open) END AS before
"""

LOCKED = " WHERE v.id = $1 FOR NO KEY UPDATE OF v"


def _hold(*, before: bool = False, began: bool = False) -> str:
    """A statement that asks for what the findings of its move look at, and for nothing else."""
    return (
        HELD
        + ("began.happened_at AS began_at, meanwhile.visit AS meanwhile, " if began else "")
        + (SEEN_BEFORE if before else "NULL AS before")
        + FROM
        + (BEGAN if began else "")
        + (BEFORE if before else "")
        + (MEANWHILE if began else "")
        + LOCKED
    )


HOLD = _hold()
HOLDS = {Move.CHECK_IN: _hold(before=True), Move.CHECK_OUT: _hold(began=True)}


async def hold(
    visit_id: UUID, *, actor: Actor, move: Move, client_time: datetime | None = None
) -> Held:
    """Lock the visit until the transaction ends.

    :raises Missing: when there is no such visit
    """
    sql = HOLDS.get(move, HOLD)
    found = await row(sql, visit_id, actor.person_id, move.value, actor.device_id, client_time)
    if found is None:
        raise Missing
    before = found["before"]
    return Held(**{**found, "before": msgspec.json.decode(before) if before else None})


def times_of(held: Held, *, client_time: datetime, now: datetime) -> Times:
    """The three times of a fact said about the visit, without another round trip."""
    return corrected(
        client_time=client_time, handshake=handshake_of(held.skew_at, held.skew_s), now=now
    )


IS_ENTRY = "SELECT true FROM round_entries WHERE visit = $1 AND person = $2"


async def is_seen_on(held: Held, *, person_id: UUID) -> bool:
    """Whether the visit is to that person, or the round sees them."""
    if held.person is not None:
        return held.person == person_id
    return bool(await value(IS_ENTRY, held.id, person_id))


UNCONSENTED = """
SELECT item FROM unnest($2::text[]) AS item
 WHERE NOT EXISTS (SELECT 1 FROM consents c
  WHERE c.person = $1 AND item = ANY (c.items) AND c.happened_at <= $3
    AND (c.withdrawn_at IS NULL OR c.withdrawn_at > $3))
"""


async def unconsented(*, person_id: UUID | None, items: Collection[str], at: datetime) -> list[str]:
    """HC-10: which of these items ask for a consent that did not live at that moment."""
    known = terminology.service_items()
    asking = sorted({item for item in items if item in known and known[item].needs_consent})
    if person_id is None or not asking:
        return []
    return [each["item"] for each in await rows(UNCONSENTED, person_id, asking, at)]


MADE = """
SELECT id, visit, move, made_by, to_status, client_time, happened_at, recorded_at, said
  FROM visit_moves WHERE visit = $1 AND move = $2 AND made_by = $3
"""


async def made(visit_id: UUID, *, move: Move, by: UUID) -> Made:
    """The move as it was stored.

    :raises Missing: when this person has not made it
    """
    found = await row(MADE, visit_id, move.value, by)
    if found is None:
        raise Missing
    return made_of(found)


def made_of(found: Any) -> Made:
    said: dict[str, Any] = msgspec.json.decode(found["said"])
    return Made(
        id=found["id"],
        visit_id=found["visit"],
        move=Move(found["move"]),
        made_by=found["made_by"],
        status=Status(found["to_status"]),
        client_time=found["client_time"],
        happened_at=found["happened_at"],
        recorded_at=found["recorded_at"],
        findings=msgspec.convert(said.pop("findings", []), list[Finding]),
        said=said,
    )
