"""In-house medical units: filed by the institution, confirmed by the health commission (IM-02)."""

from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend import policy
from backend.core import audit, calendar, wire
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, CannotMove, Forbidden, Malformed, Missing
from backend.core.wire import Kept
from backend.people import queries
from backend.people.actions.facts import UnitConfirmation, UnitFacts
from backend.people.events import UnitConfirmed, UnitFiled
from backend.people.lifecycle import (
    UNIT_AFTER,
    UnitDoctors,
    UnitMove,
    UnitStatus,
    may_rest,
    needs_main_site_doctor,
)
from backend.people.problems import NotYet, UnitBelowStandard
from backend.people.queries.existence import check_organizations
from backend.people.schemas.units import UnitDetail

FILE = """
INSERT INTO in_house_units (id, organization, kind, subjects, main_site_doctors, nurses, area_m2,
  has_infusion_room, filed_at, fingerprint, multi_site_doctors, bases, experienced_doctors,
  chief_nurses, rehabilitation_workers, care_workers, consulting_room_m2, treatment_room_m2,
  disposal_room_m2, status, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13, $14, $15, $16, $17, $18, $19,
  'filed', 1)
"""

FILE_AGAIN = """
UPDATE in_house_units SET kind = $2, subjects = $3, main_site_doctors = $4, nurses = $5,
       area_m2 = $6, has_infusion_room = $7, filed_at = $8, fingerprint = $9,
       multi_site_doctors = $10, bases = $11::jsonb, experienced_doctors = $12, chief_nurses = $13,
       rehabilitation_workers = $14, care_workers = $15, consulting_room_m2 = $16,
       treatment_room_m2 = $17, disposal_room_m2 = $18, status = $19, version = version + 1
 WHERE id = $1
"""

CONFIRM = """
UPDATE in_house_units SET status = $2, operating_since = $3, confirmed_by = $4, confirmed_at = $5,
       confirmation_fingerprint = $6, version = version + 1 WHERE id = $1
"""

MOVE = "UPDATE in_house_units SET status = $2, version = version + 1 WHERE id = $1"


@action
async def file_unit(
    *,
    unit_id: UUID,
    actor: Actor,
    said: UnitFacts,
    if_match: str | None = None,
    now: datetime,
) -> Kept[Record]:
    """File a unit, or file it again with what changed.

    :raises Missing: :raises Forbidden: :raises UnitBelowStandard: :raises CannotMove:
    :raises NeedsVersion: :raises Stale: :raises AlreadyDifferent:
    """
    stored = await queries.hold_unit(unit_id, now=now)
    if stored is not None and stored["organization"] != actor.organization_id:
        raise Missing
    if said.organization_id != actor.organization_id:
        raise Forbidden(field="organization_id")
    if stored is not None:
        if wire.fingerprint(said) == stored["fingerprint"]:
            return Kept(stored, first=False)
        wire.check_version(if_match, stored["version"])
    elif not is_uuid7(unit_id):
        raise Malformed(field="unit_id")
    _check(said, now)
    await check_organizations(organization_id=said.organization_id)
    columns = (
        said.kind,
        sorted(set(said.subjects)),
        said.main_site_doctors,
        said.nurses,
        said.area_m2,
        said.has_infusion_room,
        now,
        wire.fingerprint(said),
        said.multi_site_doctors,
        msgspec.json.encode(said.bases).decode() if said.bases else None,
        said.experienced_doctors,
        said.chief_nurses,
        said.rehabilitation_workers,
        said.care_workers,
        said.consulting_room_m2,
        said.treatment_room_m2,
        said.disposal_room_m2,
    )
    if stored is None:
        await rows(FILE, unit_id, said.organization_id, *columns)
    else:
        await rows(FILE_AGAIN, unit_id, *columns, _after(stored, UnitMove.FILE_AGAIN))
    publish(UnitFiled(subject_id=unit_id, organization_id=said.organization_id))
    audit.wrote(actor, "people.unit", subject_id=unit_id)
    return Kept(await queries.kept_unit(unit_id, now=now), first=stored is None)


@action
async def confirm_unit(
    *, unit_id: UUID, actor: Actor, said: UnitConfirmation, now: datetime
) -> Kept[Record]:
    """The filing is in order: the unit operates from that day.

    :raises Missing: :raises CannotMove: :raises AlreadyDifferent: :raises NotYet:
    """
    stored = await queries.hold_unit(unit_id, now=now)
    if stored is None:
        raise Missing
    if stored["status"] == UnitStatus.OPERATING:
        if wire.fingerprint(said) != stored["confirmation_fingerprint"]:
            raise AlreadyDifferent(stored=UnitDetail.of(stored, now=now))
        return Kept(stored, first=False)
    if said.operating_since > calendar.on(now):
        raise NotYet(field="operating_since")
    status = _after(stored, UnitMove.CONFIRM)
    await rows(
        CONFIRM,
        unit_id,
        status,
        # IM-08 counts from when it first operated.
        stored["operating_since"] or said.operating_since,
        actor.person_id,
        now,
        wire.fingerprint(said),
    )
    publish(UnitConfirmed(subject_id=unit_id, organization_id=stored["organization"]))
    audit.wrote(actor, "people.confirm_unit", subject_id=unit_id)
    return Kept(await queries.kept_unit(unit_id, now=now), first=True)


@action
async def order_rectification(*, unit_id: UUID, actor: Actor, now: datetime) -> Kept[Record]:
    """The commission wants it put right; the institution then files again.

    :raises Missing: :raises CannotMove:
    """
    return await _move(unit_id, actor, UnitMove.ORDER_RECTIFICATION, UnitStatus.RECTIFYING, now)


@action
async def close_unit(*, unit_id: UUID, actor: Actor, now: datetime) -> Kept[Record]:
    """The unit is given up by its institution.

    :raises Missing: :raises CannotMove:
    """
    stored = await queries.unit(unit_id, now=now)
    if stored is None or stored["organization"] != actor.organization_id:
        raise Missing
    return await _move(unit_id, actor, UnitMove.CLOSE, UnitStatus.CLOSED, now)


async def _move(
    unit_id: UUID, actor: Actor, move: UnitMove, done: UnitStatus, now: datetime
) -> Kept[Record]:
    stored = await queries.hold_unit(unit_id, now=now)
    if stored is None:
        raise Missing
    if stored["status"] == done:
        return Kept(stored, first=False)
    await rows(MOVE, unit_id, _after(stored, move))
    audit.wrote(actor, f"people.{move}_unit", subject_id=unit_id)
    return Kept(await queries.kept_unit(unit_id, now=now), first=True)


def _after(stored: Record, move: UnitMove) -> UnitStatus:
    status = UNIT_AFTER.get((UnitStatus(stored["status"]), move))
    if status is None:
        raise CannotMove(status=stored["status"])
    return status


def _check(said: UnitFacts, now: datetime) -> None:
    doctors = policy.whole(now, "im.min_main_site_doctors")
    # IM-04: multi-site doctors come on top of one whose main site this is.
    if needs_main_site_doctor(said.kind) and said.main_site_doctors < doctors:
        raise UnitBelowStandard(field="main_site_doctors", policy_version=policy.version(now))
    if said.bases:
        _check_bases(said, now)


def _check_bases(said: UnitFacts, now: datetime) -> None:
    """IM-04: every subject filed rests on something, and on nothing that may not carry it."""
    doctors = UnitDoctors(said.main_site_doctors, said.multi_site_doctors)
    wrong = set(said.subjects) ^ {each.subject for each in said.bases} | {
        each.subject
        for each in said.bases
        if not may_rest(
            each.subject, each.rests_on, doctors=doctors, names_party=each.party is not None
        )
    }
    if wrong:
        raise UnitBelowStandard(
            field="bases", subjects=sorted(wrong), policy_version=policy.version(now)
        )
