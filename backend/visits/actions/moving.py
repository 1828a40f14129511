"""How a move is written: the move, its proof, its exceptions and the status, all at once."""

from collections.abc import Mapping
from typing import Any

import msgspec

from backend import policy
from backend.core import audit, crypto, db
from backend.core.access import Actor
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.core.times import Times
from backend.core.wire import Kept, check_same
from backend.visits import queries
from backend.visits.events import ExceptionRaised
from backend.visits.lifecycle import Finding, Move, Proof, Status, after
from backend.visits.lifecycle.held import Held, Made
from backend.visits.schemas.moves import MoveDetail

MOVED = """
moved AS (
  INSERT INTO visit_moves (id, visit, move, made_by, role, from_status, to_status, client_time,
                           happened_at, recorded_at, findings, said, reason, fingerprint)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13, $14)
), stood AS (
  UPDATE visits SET status = $7, version = version + 1 WHERE id = $2 AND status <> $7
)"""

PROVEN = """, proven AS (
  INSERT INTO visit_proofs (move, staff, visit, happened_at, device_id, method, lat, lon, datum,
                            accuracy_m, provider, is_mock, battery_pct, monotonic_ms, distance_m,
                            skew_s, photo_id, app_version, signature)
  VALUES ($1, $4, $2, $9, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)
)"""

ODD = """, odd AS (
  INSERT INTO visit_exceptions (id, visit, move, code, evidence, author, organization, status,
                                due_at, recorded_at)
  SELECT id, $2, $1, code, evidence, $4, organization, 'open', due_at, $10
    FROM jsonb_to_recordset({said}::jsonb)
      AS e(id uuid, code text, evidence jsonb, organization uuid, due_at timestamptz)
)"""


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
    exceptions = _exceptions(held, found, times)
    parts = MOVED
    given: list[object] = [
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
        [each.code.value for each in found],
        _json(details),
        crypto.seal(reason, "visit_moves.reason") if reason else None,
        fingerprint,
    ]
    if proof is not None:
        parts += PROVEN
        given += _proof(proof, actor, times, away_m)
    if exceptions:
        given.append(_json(exceptions))
        parts += ODD.replace("{said}", f"${len(given)}")
    await db.write(parts, *given)
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


def _exceptions(held: Held, found: list[Finding], times: Times) -> list[dict[str, Any]]:
    """What was odd waits for a person, for as long as the policy lets it (EV-09)."""
    if not found:
        return []
    due_at = times.recorded_at + policy.span(times.recorded_at, "ev.exception_decide_hours")
    return [
        {
            "id": uuid7(),
            "code": each.code,
            "evidence": each.evidence,
            "organization": held.organization,
            "due_at": due_at,
        }
        for each in found
    ]


def _proof(proof: Proof, actor: Actor, times: Times, away_m: int | None) -> list[object]:
    """In the order of `PROVEN`."""
    point = proof.point
    return [
        actor.device_id,
        proof.method,
        point.lat if point else None,
        point.lon if point else None,
        point.datum if point else None,
        point.accuracy_m if point else None,
        proof.provider,
        proof.is_mock,
        proof.battery_pct,
        proof.monotonic_ms,
        away_m,
        round(times.skew.total_seconds()),
        proof.photo_id,
        proof.app_version,
        proof.signature,
    ]


def _json(said: object) -> str:
    return msgspec.json.encode(said).decode()
