"""How a move is written: the move, its proof, its exceptions and the status, all at once."""

from collections.abc import Mapping
from typing import Any

import msgspec

from backend import policy
from backend.core import audit, crypto
from backend.core.access import Actor
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.core.times import Times
from backend.core.wire import Kept, check_same
from backend.visits import queries
from backend.visits.events import ExceptionRaised
from backend.visits.lifecycle import Finding, Move, Proof, Status, after
from backend.visits.lifecycle.held import Held, Made
from backend.visits.schemas.moves import MoveDetail

WRITE = """
WITH moved AS (
  INSERT INTO visit_moves (id, visit, move, made_by, role, from_status, to_status, client_time,
                           happened_at, recorded_at, findings, said, reason, fingerprint)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
          ARRAY(SELECT odd ->> 'code' FROM jsonb_array_elements($11::jsonb) AS odd),
          $12::jsonb, $13, $14)
), proven AS (
  INSERT INTO visit_proofs (move, staff, visit, device_id, method, happened_at, lat, lon, datum,
                            accuracy_m, provider, is_mock, battery_pct, monotonic_ms, distance_m,
                            skew_s, photo_id, app_version, signature)
  SELECT $1, $4, $2, $15, p.method, $9, p.lat, p.lon, p.datum, p.accuracy_m, p.provider, p.is_mock,
         p.battery_pct, p.monotonic_ms, p.distance_m, p.skew_s, p.photo_id, p.app_version,
         p.signature
    FROM jsonb_to_record($16::jsonb) AS p(method text, lat float8, lon float8, datum text,
         accuracy_m float8, provider text, is_mock bool, battery_pct int2, monotonic_ms int8,
         distance_m int, skew_s int, photo_id uuid, app_version text, signature text)
   WHERE $16 IS NOT NULL
), odd AS (
  INSERT INTO visit_exceptions (id, visit, move, code, evidence, author, organization, status,
                                due_at, recorded_at)
  SELECT id, $2, $1, code, evidence, $4, $17, 'open', due_at, $10
    FROM jsonb_to_recordset($11::jsonb)
      AS e(id uuid, code text, evidence jsonb, due_at timestamptz)
)
UPDATE visits SET status = $7, version = version + 1 WHERE id = $2 AND status <> $7
"""


async def write(
    held: Held,
    move: Move,
    *,
    actor: Actor,
    times: Times,
    fingerprint: bytes,
    said: Mapping[str, Any] | None = None,
    reason: str | None = None,
    findings: list[Finding] | None = None,
    proof: Proof | None = None,
    away_m: int | None = None,
) -> Made:
    """Write a move of a held visit.

    :raises CannotMove: when the move leads nowhere from where the visit stands
    """
    status = after(Status(held.status), move)
    found = findings or []
    kept: dict[str, Any] = msgspec.to_builtins(dict(said or {}))
    details = {**kept, "findings": msgspec.to_builtins(found)}
    made = Made(
        id=uuid7(),
        visit_id=held.id,
        move=move,
        made_by=actor.person_id,
        status=status,
        client_time=times.client_time,
        happened_at=times.happened_at,
        recorded_at=times.recorded_at,
        findings=found,
        said=kept,
    )
    exceptions = _exceptions(found, times)
    await rows(
        WRITE,
        made.id,
        held.id,
        move.value,
        actor.person_id,
        actor.role.value,
        held.status,
        status.value,
        times.client_time,
        times.happened_at,
        times.recorded_at,
        _json(exceptions),
        _json(details),
        crypto.seal(reason, "visit_moves.reason") if reason else None,
        fingerprint,
        actor.device_id,
        _json(_proof(proof, times, away_m)) if proof else None,
        held.organization,
    )
    for exception in exceptions:
        publish(
            ExceptionRaised(
                subject_id=exception["id"],
                person_id=held.person,
                organization_id=held.organization,
            )
        )
    audit.wrote(
        actor, f"visits.{move.value}", person_id=held.person, subject_id=held.id, tie="visit"
    )
    return made


async def again(held: Held, move: Move, *, actor: Actor, fingerprint: bytes) -> Kept[Made]:
    """The move as this person made it before.

    :raises AlreadyDifferent: with the stored one, when it was said differently
    """
    made = await queries.made(held.id, move=move, by=actor.person_id)
    assert held.made is not None
    check_same(fingerprint, held.made, lambda: MoveDetail.of(made))
    return Kept(made, first=False)


def _exceptions(found: list[Finding], times: Times) -> list[dict[str, Any]]:
    """What was odd waits for a person, for as long as the policy lets it (EV-09)."""
    if not found:
        return []
    due_at = times.recorded_at + policy.span(times.recorded_at, "ev.exception_decide_hours")
    return [
        {"id": uuid7(), "code": each.code, "evidence": each.evidence, "due_at": due_at}
        for each in found
    ]


def _proof(proof: Proof, times: Times, away_m: int | None) -> dict[str, Any]:
    point = proof.point
    return {
        "method": proof.method,
        "lat": point.lat if point else None,
        "lon": point.lon if point else None,
        "datum": point.datum if point else None,
        "accuracy_m": point.accuracy_m if point else None,
        "provider": proof.provider,
        "is_mock": proof.is_mock,
        "battery_pct": proof.battery_pct,
        "monotonic_ms": proof.monotonic_ms,
        "distance_m": away_m,
        "skew_s": round(times.skew.total_seconds()),
        "photo_id": proof.photo_id,
        "app_version": proof.app_version,
        "signature": proof.signature,
    }


def _json(said: object) -> str:
    return msgspec.json.encode(said).decode()
