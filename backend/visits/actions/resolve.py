"""Exceptions: decided by somebody else, appealed by the carer, cleared by a corrected address."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend import policy
from backend.core import audit, crypto, geo
from backend.core.access import SYSTEM, Actor
from backend.core.db import action, rows
from backend.core.journal import publish
from backend.core.problems import Missing
from backend.core.wire import Kept, check_same, fingerprint
from backend.visits import policies, queries
from backend.visits.actions.charging import owe_bill
from backend.visits.events import ExceptionAppealed, ExceptionDecided
from backend.visits.lifecycle import PlaceKind
from backend.visits.lifecycle.limits import limits
from backend.visits.lifecycle.resolving import (
    Appeal,
    AppealSaid,
    Decision,
    DecisionMade,
    DecisionSaid,
    after,
)
from backend.visits.lifecycle.statuses import ExceptionStatus
from backend.visits.problems import AppealTooLate, NotYourOwn, SomebodyElseDecides
from backend.visits.schemas.resolving import AppealDetail, DecisionDetail

DECIDE = """
WITH decided AS (
  INSERT INTO visit_exception_decisions (id, exception, decision, reason_code, reason, decided_by,
                                         recorded_at, fingerprint)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
)
UPDATE visit_exceptions SET status = $9, decided_at = $10, appeal_until = $11 WHERE id = $2
"""


@action
async def decide(
    *, exception_id: UUID, decision_id: UUID, actor: Actor, said: DecisionSaid, now: datetime
) -> Kept[DecisionMade]:
    """Approve, reject or ask; never about one's own, and after an appeal not the same person.

    :raises Missing: :raises NotYourOwn: :raises SomebodyElseDecides: :raises CannotMove:
    :raises AlreadyDifferent:
    """
    held = await queries.hold_exception(exception_id)
    if not policies.may_decide(actor, organization_id=held.organization):
        raise Missing
    if held.author == actor.person_id:
        raise NotYourOwn
    digest = fingerprint(said)
    stored = await queries.decision(decision_id, exception_id=exception_id)
    if stored is not None:
        check_same(digest, stored.fingerprint, lambda: DecisionDetail.of(stored))
        return Kept(stored, first=False)
    status = after(ExceptionStatus(held.status), said.decision)
    if held.last_decided_by == actor.person_id:
        raise SomebodyElseDecides
    is_final = said.decision is not Decision.ASK
    may_be_appealed = status is ExceptionStatus.REJECTED and held.last_decided_by is None
    await rows(
        DECIDE,
        decision_id,
        exception_id,
        said.decision,
        said.reason_code,
        crypto.seal(said.reason, "visit_exceptions.reason") if said.reason else None,
        actor.person_id,
        now,
        digest,
        status.value,
        now if is_final else held.decided_at,
        now + policy.span(now, "ev.appeal_days") if may_be_appealed else None,
    )
    publish(ExceptionDecided(subject_id=exception_id, person_id=held.person, author_id=held.author))
    if status is ExceptionStatus.APPROVED:
        owe_bill(held.visit, because_id=decision_id, now=now)
    audit.wrote(actor, "visits.decide_exception", person_id=held.person, subject_id=exception_id)
    made = await queries.decision(decision_id, exception_id=exception_id)
    assert made is not None
    return Kept(made, first=True)


@action
async def appeal(
    *, exception_id: UUID, actor: Actor, said: AppealSaid, now: datetime
) -> Kept[Appeal]:
    """The carer disagrees with a rejection, once, within the days of the policy.

    :raises Missing: :raises CannotMove: :raises AppealTooLate: :raises AlreadyDifferent:
    """
    held = await queries.hold_exception(exception_id)
    if held.author != actor.person_id:
        raise Missing
    digest = fingerprint(said)
    stored = await queries.appeal(exception_id)
    if stored is not None:
        check_same(digest, stored.fingerprint, lambda: AppealDetail.of(stored))
        return Kept(stored, first=False)
    status = after(ExceptionStatus(held.status), "appeal")
    if held.appeal_until is None or now > held.appeal_until:
        raise AppealTooLate(appeal_until=held.appeal_until)
    await rows(
        "INSERT INTO visit_exception_appeals"
        " (exception, reason, appealed_by, recorded_at, fingerprint) VALUES ($1, $2, $3, $4, $5)",
        exception_id,
        crypto.seal(said.reason, "visit_exceptions.appeal"),
        actor.person_id,
        now,
        digest,
    )
    await rows(
        "UPDATE visit_exceptions SET status = $2, due_at = $3 WHERE id = $1",
        exception_id,
        status.value,
        now + policy.span(now, "ev.exception_decide_hours"),
    )
    publish(
        ExceptionAppealed(
            subject_id=exception_id, person_id=held.person, organization_id=held.organization
        )
    )
    audit.wrote(actor, "visits.appeal_exception", person_id=held.person, subject_id=exception_id)
    made = await queries.appeal(exception_id)
    assert made is not None
    return Kept(made, first=True)


FAR_AT = """
SELECT e.id, e.visit, v.person, e.author, v.place_kind, p.happened_at, p.lat, p.lon, p.datum,
       p.accuracy_m,
       door.lat AS door_lat, door.lon AS door_lon, door.datum AS door_datum, p.id AS proof
  FROM visit_exceptions e JOIN visits v ON v.id = e.visit
  JOIN visit_proofs p ON p.move = e.move JOIN addresses door ON door.id = v.address
 WHERE v.address = $1 AND e.code = 'FAR' AND e.status IN ('open', 'asked')
   AND p.lat IS NOT NULL AND door.lat IS NOT NULL
   FOR NO KEY UPDATE OF e
"""


@action
async def weigh_again(*, address_id: UUID, now: datetime) -> int:
    """After an approved address correction: clear what is no longer far. How many were."""
    cleared = 0
    for far in await rows(FAR_AT, address_id):
        within = limits(far["happened_at"], PlaceKind(far["place_kind"]))
        away_m = round(
            geo.distance_m(
                geo.as_wgs84(far["lat"], far["lon"], far["datum"]),
                geo.as_wgs84(far["door_lat"], far["door_lon"], far["door_datum"]),
            )
        )
        if away_m > within.fence_m + min(far["accuracy_m"] or 0, within.accuracy_max_m):
            continue
        evidence = {"distance_m": away_m, "fence_m": within.fence_m, "cleared_by": "address"}
        await rows(
            "UPDATE visit_exceptions SET status = 'cleared', decided_at = $2,"
            " evidence = evidence || $3::jsonb WHERE id = $1",
            far["id"],
            now,
            msgspec.json.encode(evidence).decode(),
        )
        publish(
            ExceptionDecided(subject_id=far["id"], person_id=far["person"], author_id=far["author"])
        )
        owe_bill(far["visit"], because_id=far["id"], now=now)
        audit.wrote(SYSTEM, "visits.clear_exception", person_id=far["person"], subject_id=far["id"])
        cleared += 1
    return cleared
