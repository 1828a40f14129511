"""The ledger (床位台账): somebody begins to be in a bed, leaves it, has it held.

Upper slices call these inside their own transaction, after they asked who is asking. The person is
held first, so that two who move one elder, or two elders who want one bed, meet there or at the
constraint: one of them wins.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend import policy
from backend.beds import queries
from backend.beds.actions import following
from backend.beds.events import PlaceHeld, StayBegan, StayEnded
from backend.beds.lifecycle import LAYERS, BedKind, Changes, Layer, Stay
from backend.beds.lifecycle.ledger import admission, check_bed, leaving
from backend.beds.problems import BedTaken, Deceased, InpatientOpen, NoSuchStay, NotYet, WrongBed
from backend.core import audit
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.people import actions as people
from backend.people.lifecycle import MemberKind, Tie

BEGIN = """
INSERT INTO bed_stays (id, person, kind, layer, organization, address, bed_no, from_at, because_id,
                       recorded_by, recorded_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""

END = """
UPDATE bed_stays SET until_at = $2, held_until = NULL, end_fingerprint = $3 WHERE id = $1
"""


@action
async def admit(
    *,
    person_id: UUID,
    kind: BedKind,
    organization_id: UUID | None,
    address_id: UUID | None,
    bed_no: str | None,
    at: datetime,
    because_id: UUID | None,
    actor: Actor,
    now: datetime,
    stay_id: UUID | None = None,
    digest: bytes | None = None,
) -> Changes:
    """Begin a stay, with all that follows from it for the other layers (FB-02).

    Not said twice by itself: the caller knows whether it was said. Holds the person. Who is not in
    the ledger yet is entered first in the place where `people` knows them.

    :raises Missing: :raises Deceased: :raises NotYet: :raises WrongBed: :raises NoWay:
    :raises InpatientOpen: :raises OverlayOpen: :raises OutOfOrder: :raises BedTaken:
    """
    person = await queries.hold_person(person_id)
    if person["died_on"] is not None:
        raise Deceased
    if at > now:
        raise NotYet(field="at")
    check_bed(kind, organization_id=organization_id, bed_no=bed_no)
    if address_id not in (None, person["address"]):
        raise WrongBed(why="address")
    stays = await queries.ledger(person_id)
    if not stays and LAYERS[kind] is not Layer.PLACE:
        stays = [await _enter_in_ledger(person, at=at, actor=actor, now=now)]
    try:
        plan = admission(stays, kind, at=at)
    except InpatientOpen:
        ward = next(each for each in stays if each.is_open and each.layer is Layer.INPATIENT)
        masked = await queries.masked_name(ward.organization_id)
        raise InpatientOpen(organization=masked) from None
    ended = [await _end(each, at=at, now=now) for each in plan.ends]
    opened = Stay(
        id=stay_id or uuid7(),
        person_id=person_id,
        kind=kind,
        layer=LAYERS[kind],
        organization_id=organization_id,
        address_id=address_id or (person["address"] if kind is not BedKind.INSTITUTION else None),
        bed_no=bed_no,
        from_at=at,
        until_at=None,
        held_until=None,
        because_id=because_id,
    )
    await _begin(opened, actor=actor, now=now, digest=digest)
    held = [
        await _hold(each, until=at + policy.span(at, "fb.bed_held_days")) for each in plan.holds
    ]
    await _let_go(plan.ends, but=opened)
    if opened.layer is Layer.PLACE:
        await _settle(opened, now=now)
    if plan.suspends:
        await following.yield_to(person_id, because=opened, actor=actor, now=now)
    for ward in plan.ends:
        if plan.resumes and ward.layer is Layer.INPATIENT:
            await following.come_back(person_id, ward=ward, at=at, actor=actor, now=now)
    _note(actor, "beds.admit", opened)
    return Changes(
        opened=(opened,),
        ended=tuple(ended),
        held=tuple(held),
        suspended=plan.suspends,
        resumed=plan.resumes,
    )


@action
async def leave(
    *,
    person_id: UUID,
    layer: Layer,
    at: datetime,
    actor: Actor,
    now: datetime,
    digest: bytes | None = None,
) -> Changes:
    """End the stay of a layer: out of hospital into the bed that was held; out of a house home.

    Coming back within the limit opens a suspended home-sickbed again; later it begins to close.

    :raises Missing: :raises NoSuchStay: :raises OutOfOrder: :raises NotYet:
    """
    person = await queries.hold_person(person_id)
    if at > now:
        raise NotYet(field="at")
    stays = await queries.ledger(person_id)
    plan = leaving(stays, layer, at=at)
    (left,) = [await _end(each, at=at, now=now, digest=digest) for each in plan.ends]
    opened: tuple[Stay, ...] = ()
    if layer is Layer.PLACE:
        home = _home(person, at=at, because_id=left.id)
        await _begin(home, actor=actor, now=now)
        await _settle(home, now=now)
        opened = (home,)
    if layer is Layer.INPATIENT:
        await _let_go(plan.ends, but=None)
        await following.come_back(person_id, ward=left, at=at, actor=actor, now=now)
    _note(actor, "beds.leave", left)
    return Changes(ended=(left,), opened=opened, resumed=plan.resumes)


@action
async def hold_place(*, person_id: UUID, until: datetime, actor: Actor, now: datetime) -> Changes:
    """Keep the place bed until then while its person is an inpatient. The last word stands.

    :raises Missing: :raises NoSuchStay: nobody is an inpatient, or there is no bed to keep
    """
    await queries.hold_person(person_id)
    open_ones = await queries.current(person_id)
    place = open_ones.get(Layer.PLACE)
    if place is None or Layer.INPATIENT not in open_ones:
        raise NoSuchStay(layer=Layer.PLACE)
    if place.held_until == until:
        return Changes()
    held = await _hold(place, until=until)
    audit.wrote(actor, "beds.hold_place", person_id=person_id, subject_id=place.id)
    del now
    return Changes(held=(held,))


@action
async def end_all(*, person_id: UUID, at: datetime, actor: Actor, now: datetime) -> Changes:
    """Somebody has died: every stay ends, and what stood over them begins to close. Twice is once.

    What began after that moment, as it was said, ends as soon as it began.
    """
    await queries.hold_person(person_id)
    open_ones = list((await queries.current(person_id)).values())
    ended = [
        await _end(each, at=max(at, each.from_at + each.from_at.resolution), now=now)
        for each in open_ones
    ]
    for each in ended:
        _note(actor, "beds.end", each)
    await following.end(person_id, at=at, actor=actor, now=now)
    return Changes(ended=tuple(ended))


async def _enter_in_ledger(person: Any, *, at: datetime, actor: Actor, now: datetime) -> Stay:
    """Where `people` knows them to live is where the ledger begins."""
    begun = _home(person, at=at - at.resolution, because_id=None)
    house, bed_no = person["residence"], person["bed"]
    if house is not None:
        begun = msgspec.structs.replace(
            begun, kind=BedKind.INSTITUTION, organization_id=house, bed_no=bed_no, address_id=None
        )
    await _begin(begun, actor=actor, now=now)
    return begun


def _home(person: Any, *, at: datetime, because_id: UUID | None) -> Stay:
    return Stay(
        id=uuid7(),
        person_id=person["id"],
        kind=BedKind.OWN_HOME,
        layer=Layer.PLACE,
        organization_id=None,
        address_id=person["address"],
        bed_no=None,
        from_at=at,
        until_at=None,
        held_until=None,
        because_id=because_id,
    )


async def _begin(stay: Stay, *, actor: Actor, now: datetime, digest: bytes | None = None) -> None:
    try:
        await rows(
            BEGIN,
            stay.id,
            stay.person_id,
            stay.kind.value,
            stay.layer.value,
            stay.organization_id,
            stay.address_id,
            stay.bed_no,
            stay.from_at,
            stay.because_id,
            actor.person_id,
            now,
            digest,
        )
    except asyncpg.ExclusionViolationError as error:
        raise BedTaken(bed_no=stay.bed_no) from error
    if stay.organization_id is not None and stay.layer is not Layer.OVERLAY:
        # FB-10: whoever runs the bed sees who is in it, at home or in the house.
        await people.join_care_team(
            person_id=stay.person_id,
            member_id=stay.organization_id,
            member_kind=MemberKind.ORGANIZATION,
            why=Tie.RESIDENCE,
            because_id=stay.id,
            now=now,
        )
    publish(StayBegan(subject_id=stay.id, person_id=stay.person_id))


async def _end(stay: Stay, *, at: datetime, now: datetime, digest: bytes | None = None) -> Stay:
    await rows(END, stay.id, at, digest)
    if stay.organization_id is not None and stay.layer is not Layer.OVERLAY:
        await people.leave_care_team(
            person_id=stay.person_id, member_id=stay.organization_id, because_id=stay.id, now=now
        )
    publish(StayEnded(subject_id=stay.id, person_id=stay.person_id))
    return msgspec.structs.replace(stay, until_at=at, held_until=None)


async def _hold(stay: Stay, *, until: datetime) -> Stay:
    await rows("UPDATE bed_stays SET held_until = $2 WHERE id = $1", stay.id, until)
    publish(PlaceHeld(subject_id=stay.id, person_id=stay.person_id))
    return msgspec.structs.replace(stay, held_until=until)


FREE = "UPDATE bed_stays SET held_until = NULL WHERE person = $1 AND until_at IS NULL"


async def _let_go(ended: tuple[Stay, ...], *, but: Stay | None) -> None:
    """Nobody's bed is held who is back in it; from ward to ward it stays held."""
    wards = [each for each in ended if each.layer is Layer.INPATIENT]
    if wards and (but is None or but.layer is not Layer.INPATIENT):
        await rows(FREE, wards[0].person_id)


async def _settle(place: Stay, *, now: datetime) -> None:
    """Visits go where `people` says that somebody lives."""
    lives_in = place.kind is BedKind.INSTITUTION
    await people.settle(
        person_id=place.person_id,
        residence_id=place.organization_id if lives_in else None,
        bed_no=place.bed_no if lives_in else None,
        address_id=place.address_id,
        now=now,
    )


def _note(actor: Actor, what: str, stay: Stay) -> None:
    audit.wrote(actor, what, person_id=stay.person_id, subject_id=stay.id)
