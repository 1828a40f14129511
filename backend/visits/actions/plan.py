"""Planning a visit: who goes to whom, where, when, for what."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend import policy
from backend.core import audit, crypto, jobs
from backend.core.access import Actor
from backend.core.db import action, row, rows
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Missing
from backend.core.wire import Kept, check_version, fingerprint
from backend.people import queries as people
from backend.people.lifecycle import MEDICAL
from backend.policy import terminology
from backend.visits import policies, queries
from backend.visits.actions import staffing
from backend.visits.events import VisitPlanned
from backend.visits.lifecycle import Move, PlaceKind, Status
from backend.visits.lifecycle.held import Held
from backend.visits.lifecycle.plans import VisitPlan
from backend.visits.lifecycle.staffing import Errand
from backend.visits.problems import (
    AlreadyBegun,
    NobodyToVisit,
    NotLicensed,
    SlotTaken,
    UnknownItem,
    UnknownPlace,
)

INSERT = """
INSERT INTO visits (id, kind, person, organization, place_kind, institution, address,
                    planned_start, planned_end, items, reason, needs_two, status, because_id,
                    planned_by, policy_version, version, fingerprint, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, false, 'PLANNED', $12, $13, $14, 1,
        $15, $16)
"""

REPLACE = """
UPDATE visits SET kind = $2, place_kind = $3, institution = $4, address = $5, planned_start = $6,
       planned_end = $7, items = $8::jsonb, reason = $9, because_id = $10, policy_version = $11,
       fingerprint = $12, version = version + 1
 WHERE id = $1
"""


@action
async def plan(
    *, visit_id: UUID, actor: Actor, said: VisitPlan, if_match: str | None, now: datetime
) -> Kept[UUID]:
    """Plan a visit, or change a plan that nobody has begun (with `If-Match`).

    Who goes is written as assignments; they join the person's care team. The same body again is
    the same visit. Holds the person first: two plans for one hour meet there, not in a deadlock.

    :raises Missing: :raises SlotTaken: :raises NotQualified: :raises UnknownPlace:
    :raises NobodyToVisit: :raises NotLicensed:
    :raises AlreadyDifferent: :raises Stale: :raises NeedsVersion: :raises AlreadyBegun:
    """
    assert actor.organization_id is not None
    person = await _hold_person(said.person_id, actor.organization_id)
    tie = await people.tie(actor=actor, person_id=said.person_id, now=now)
    digest = fingerprint(said)
    stored = await row("SELECT organization FROM visits WHERE id = $1", visit_id)
    if stored is None:
        await _insert(visit_id, actor, said, person, digest=digest, now=now)
        first = True
    else:
        held = await queries.hold(visit_id, actor=actor, move=Move.BAG_CHECK)
        if not policies.may_plan(actor, held):
            raise Missing
        if held.fingerprint == digest:
            return Kept(visit_id, first=False)
        if held.person != said.person_id:
            raise AlreadyDifferent
        await _replace(held, said, person, digest=digest, if_match=if_match, now=now)
        first = False
    errand = Errand(
        visit_id=visit_id,
        person_id=said.person_id,
        organization_id=actor.organization_id,
        start=said.planned_start,
        end=said.planned_end,
    )
    await staffing.send(errand, said.staff, by=actor, now=now)
    await staffing.weigh_pair(visit_id)
    owe(visit_id, start=said.planned_start, end=said.planned_end, now=now)
    publish(VisitPlanned(subject_id=visit_id, person_id=said.person_id))
    audit.wrote(actor, "visits.plan", person_id=said.person_id, subject_id=visit_id, tie=tie)
    return Kept(visit_id, first)


async def _hold_person(person_id: UUID, organization_id: UUID) -> Any:
    found = await row(
        """SELECT p.id, p.address, p.residence, p.died_on,
                  (SELECT licence_no IS NOT NULL AND kinds && $3 FROM organizations
                    WHERE id = $2) AS is_licensed
             FROM persons p WHERE p.id = $1 FOR NO KEY UPDATE OF p""",
        person_id,
        organization_id,
        sorted(MEDICAL),
    )
    if found is None:
        raise Missing
    return found


async def _insert(
    visit_id: UUID, actor: Actor, said: VisitPlan, person: Any, *, digest: bytes, now: datetime
) -> None:
    if not person["is_licensed"]:
        raise NotLicensed
    _check_items(said)
    institution, address = _place(said, person)
    try:
        await rows(
            INSERT,
            visit_id,
            said.kind,
            said.person_id,
            actor.organization_id,
            said.place.kind,
            institution,
            address,
            said.planned_start,
            said.planned_end,
            msgspec.json.encode(said.items).decode(),
            crypto.seal(said.reason, "visits.reason") if said.reason else None,
            said.because_id,
            actor.person_id,
            policy.version(now),
            digest,
            now,
        )
    except asyncpg.ExclusionViolationError as error:
        raise SlotTaken from error


async def _replace(
    held: Held,
    said: VisitPlan,
    person: Any,
    *,
    digest: bytes,
    if_match: str | None,
    now: datetime,
) -> None:
    check_version(if_match, held.version)
    if held.status != Status.PLANNED:
        raise AlreadyBegun(status=held.status)
    _check_items(said)
    institution, address = _place(said, person)
    try:
        await rows(
            REPLACE,
            held.id,
            said.kind,
            said.place.kind,
            institution,
            address,
            said.planned_start,
            said.planned_end,
            msgspec.json.encode(said.items).decode(),
            crypto.seal(said.reason, "visits.reason") if said.reason else None,
            said.because_id,
            policy.version(now),
            digest,
        )
    except asyncpg.ExclusionViolationError as error:
        raise SlotTaken from error


def _place(said: VisitPlan, person: Any) -> tuple[UUID | None, UUID | None]:
    """The institution or the address, which must be the person's own."""
    if person["died_on"] is not None:
        raise NobodyToVisit
    if said.place.kind is PlaceKind.INSTITUTION:
        institution = said.place.institution_id or person["residence"]
        if institution is None or institution != person["residence"]:
            raise UnknownPlace
        return institution, None
    address = said.place.address_id or person["address"]
    if address is None or address != person["address"]:
        raise UnknownPlace
    return None, address


def _check_items(said: VisitPlan) -> None:
    known = terminology.service_items()
    for item in said.items:
        if item.code not in known:
            raise UnknownItem(code=item.code)


def owe(visit_id: UUID, *, start: datetime, end: datetime, now: datetime) -> None:
    """Owe the reminders (BG-01) and the watch over a late visit (BG-02); the past owes nothing.

    Each acts on what is true when it runs: a cancelled or moved visit tells nobody.
    """
    for before in policy.spans(start, "bg.visit_reminder_hours_before"):
        _owe_at("remind_visit", visit_id, start, start - before, now)
    late = start + policy.span(start, "bg.late_after_start_min")
    _owe_at("watch_visit_start", visit_id, start, late, now)
    over = end + policy.span(end, "bg.late_after_end_min")
    _owe_at("watch_visit_end", visit_id, start, over, now)


def _owe_at(task: str, visit_id: UUID, start: datetime, due_at: datetime, now: datetime) -> None:
    if due_at > now:
        key = f"{visit_id}:{start:%Y%m%d%H%M}:{(due_at - start).total_seconds():.0f}"
        jobs.enqueue(
            task, key=key, due_at=due_at, visit_id=visit_id, planned_start=start.isoformat()
        )
