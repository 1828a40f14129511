"""Writing a draft, and a senior doctor's signature under it."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.careplans import policies, queries
from backend.careplans.actions import checks, moving
from backend.careplans.events import CarePlanCountersigned, CarePlanDrafted, CountersignatureAsked
from backend.careplans.lifecycle import (
    PlanCountersignatureSaid,
    PlanMove,
    PlanSaid,
    PlanStatus,
    after,
    encode,
    invasive,
)
from backend.careplans.problems import NotTheDoctor, NotYourOwnPlan
from backend.careplans.schemas import SEALED, opened
from backend.core import crypto
from backend.core.access import DOCTORS, Actor
from backend.core.db import action, rows
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Forbidden, Malformed, Stale
from backend.core.wire import Kept, check_version, fingerprint
from backend.people import queries as people

INSERT = """
INSERT INTO care_plans (id, person, organization, doctor, author, because_id, is_hospice,
                        needs_countersignature, countersigned_items, status, number, content,
                        policy_version, version, fingerprint, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '{}', 'DRAFT', 0, $9, $10, 0, $11, $12)
"""

# Whoever changes a draft takes the signature off that stood under it.
REPLACE = """
UPDATE care_plans SET doctor = $2, because_id = $3, is_hospice = $4, needs_countersignature = $5,
       content = $6, policy_version = $7, fingerprint = $8, recorded_at = $9, author = $10,
       countersigned_version = NULL, countersigned_items = '{}'
 WHERE id = $1
"""

COUNTERSIGN = """
UPDATE care_plans SET countersigned_version = version, countersigned_items = $2 WHERE id = $1
"""


@action
async def write(
    *, plan_id: UUID, actor: Actor, said: PlanSaid, if_match: str | None, now: datetime
) -> Kept[Record]:
    """Propose a plan, or change a draft (with `If-Match`). The same body again is the same draft.

    :raises Missing: :raises TieEnded: :raises Forbidden: :raises AlreadyDifferent:
    :raises CannotMove: :raises NeedsVersion: :raises Stale: :raises NotTheDoctor:
    :raises PlanWrong: :raises NotForHomes: :raises WrongRole: :raises InfusionAtHome:
    :raises NoInfusionRoom: :raises FirstDoseAtHome: :raises SkinTestAtHome:
    :raises ReviewTooLate: :raises NobodyToVisit:
    """
    assert actor.organization_id is not None
    person = await queries.hold_person(said.person_id)
    tie = await people.tie(actor=actor, person_id=said.person_id, now=now)
    stored = await queries.find_plan(plan_id)
    digest = fingerprint(said)
    if stored is not None:
        if stored["person"] != said.person_id:
            raise AlreadyDifferent
        if not policies.may_write(actor, stored):
            raise Forbidden
        if stored["fingerprint"] == digest:
            return Kept(stored, first=False)
        after(PlanStatus(stored["status"]), PlanMove.WRITE)
        check_version(if_match, stored["version"])
    elif not is_uuid7(plan_id):
        raise Malformed(field="plan_id")
    organization_id = stored["organization"] if stored else actor.organization_id
    doctor_id = said.doctor_id or (actor.person_id if actor.is_any(DOCTORS) else None)
    if doctor_id is None:
        raise NotTheDoctor
    await checks.check_doctor(doctor_id, organization_id=organization_id, now=now)
    content = said.content()
    await checks.check_content(content, person=person, now=now)

    asks = checks.asks_a_senior(content, is_hospice=said.is_hospice, now=now)
    sealed, version = crypto.seal(encode(content), SEALED), policy.version(now)
    if stored is None:
        await rows(
            INSERT,
            plan_id,
            said.person_id,
            organization_id,
            doctor_id,
            actor.person_id,
            said.because_id,
            said.is_hospice,
            asks,
            sealed,
            version,
            digest,
            now,
        )
        stored = await queries.find_plan(plan_id)
        assert stored is not None
        first = True
    else:
        await rows(
            REPLACE,
            plan_id,
            doctor_id,
            said.because_id,
            said.is_hospice,
            asks,
            sealed,
            version,
            digest,
            now,
            actor.person_id,
        )
        first = False
    number = stored["version"] + 1
    await moving.write_down(
        plan=stored, move=PlanMove.WRITE, actor=actor, number=number, body=said, tie=tie, now=now
    )
    publish(CarePlanDrafted(subject_id=plan_id, person_id=said.person_id))
    if asks:
        publish(
            CountersignatureAsked(
                subject_id=plan_id, person_id=said.person_id, organization_id=organization_id
            )
        )
    kept = await queries.find_plan(plan_id)
    assert kept is not None
    return Kept(kept, first=first)


@action
async def countersign(
    *, plan_id: UUID, actor: Actor, said: PlanCountersignatureSaid, now: datetime
) -> Kept[Record]:
    """20A.1: a senior doctor who did not write it lets a draft through, as they read it.

    :raises Missing: :raises TieEnded: :raises Forbidden: :raises NotYourOwnPlan: :raises Stale:
    :raises CannotMove:
    """
    plan = await queries.hold_plan(plan_id)
    tie = await people.tie(actor=actor, person_id=plan["person"], now=now)
    if plan["organization"] != actor.organization_id:
        raise Forbidden
    if plan["author"] == actor.person_id:
        raise NotYourOwnPlan
    if kept := await moving.again(plan, PlanMove.COUNTERSIGN, number=said.version, body=said):
        return kept
    after(PlanStatus(plan["status"]), PlanMove.COUNTERSIGN)
    if said.version != plan["version"]:
        raise Stale(version=plan["version"])
    named = policy.texts(now, "hc.invasive_items")
    await rows(COUNTERSIGN, plan_id, sorted(invasive(opened(plan["content"]), named=named)))
    made = await moving.write_down(
        plan=plan,
        move=PlanMove.COUNTERSIGN,
        actor=actor,
        number=said.version,
        body=said,
        tie=tie,
        now=now,
    )
    publish(
        CarePlanCountersigned(
            subject_id=plan_id, person_id=plan["person"], staff_id=actor.person_id
        )
    )
    return Kept(made, first=True)
